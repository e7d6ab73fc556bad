//! What the command line accepts, and what it says to what it does not.

mod support;

use std::process::Command;

use support::{Row, Run, Sandbox, heap};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let work: &[&str] = &["alloc a.rs:1", "work a.rs:2", "main a.rs:3"];
    let rest: &[&str] = &["other b.rs:1", "main a.rs:3"];
    let rows: [Row<'_>; 2] = [(work, [4, 6 << 20, 3, 5 << 20]), (rest, [2, 2 << 20, 1, 1 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

fn last_line(run: &Run) -> &str {
    run.stderr.lines().last().unwrap_or_default()
}

#[test]
fn a_report_is_written_and_the_exit_code_is_0() {
    let run = sandbox().run(&["-top", "-cum", "--nodecount=2", "p.pb.gz"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(
        run.stdout,
        "File: walk\nType: inuse_space\n\
         Showing nodes accounting for 5MB, 83.33% of 6MB total\n\
         Showing top 2 nodes out of 4\n      \
         flat  flat%   sum%        cum   cum%\n         \
         0     0%     0%        6MB   100%  main\n       \
         5MB 83.33% 83.33%        5MB 83.33%  alloc\n"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn bad_flags_are_followed_by_the_usage() {
    for (args, first) in [
        (&["-foo", "p.pb.gz"][..], "flag provided but not defined: -foo"),
        (&["-nodecount=abc", "p.pb.gz"], r#"invalid value "abc" for flag -nodecount: parse error"#),
        (
            &["-nodecount=99999999999999999999", "p.pb.gz"],
            r#"invalid value "99999999999999999999" for flag -nodecount: value out of range"#,
        ),
        (&["-trim=maybe", "p.pb.gz"], r#"invalid boolean value "maybe" for -trim: parse error"#),
        (&["-top", "-focus"], "flag needs an argument: -focus"),
    ] {
        let run = sandbox().run(args);
        assert_eq!(run.code, Some(2), "{args:?}");
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr.lines().next(), Some(first));
        assert!(run.stderr.contains("Which of the four sample types"));
    }
}

#[test]
fn no_source_is_the_usage_and_one_line() {
    let run = sandbox().run(&["-top"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.starts_with("Usage:"));
    assert_eq!(last_line(&run), "no profile source specified");
}

#[test]
fn what_options_say_is_one_line_and_exit_code_2() {
    for (args, line) in [
        (&["-top", "-tree", "p.pb.gz"][..], "must set at most one output format"),
        (&["-top", "-lines", "-files", "p.pb.gz"], "conflicting options set: [files lines]"),
        (&["-top", "-normalize", "p.pb.gz"], "must have base profile to normalize by"),
        (&["-top", "-divide_by=0", "p.pb.gz"], "zero divisor specified"),
        (&["-top", "-sample_index=9", "p.pb.gz"], "sample_index 9 is outside the range [0..3]"),
        (
            &["-top", "-focus=[", "p.pb.gz"],
            "parsing focus regexp: error parsing regexp: missing closing ]: `[`",
        ),
        (
            &["-list=(", "p.pb.gz"],
            "parsing argument regexp (: error parsing regexp: missing closing ): `(`",
        ),
        (&["-list=zzz", "p.pb.gz"], "no matches found for regexp: zzz"),
        (
            &["-top", "-tagfocus=99999999999999999999kb", "p.pb.gz"],
            "parsing tagfocus range: 99999999999999999999 does not fit 64 bits",
        ),
        (&["-weblist=nothing", "p.pb.gz"], "no matches found for regexp: nothing"),
    ] {
        let run = sandbox().run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert_eq!(run.stderr, format!("{line}\n"));
    }
}

#[test]
fn what_is_no_profile_is_named_with_the_reason() {
    let sandbox = sandbox();
    sandbox.write("empty", b"");
    sandbox.write("text", b"hello\n");
    let whole = sandbox.read("p.pb.gz");
    sandbox.write("cut", &whole[..whole.len() / 2]);
    let folder = sandbox.path().display().to_string();
    for (source, reason) in [
        ("nofile", "nofile: stat nofile: no such file or directory"),
        (folder.as_str(), &format!("{folder}: read {folder}: is a directory")),
        ("empty", "empty: parsing profile: empty input file"),
        ("text", "text: parsing profile: unrecognized profile format"),
        ("cut", "cut: decompressing profile: unexpected EOF"),
    ] {
        let run = sandbox.run(&["-top", source]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{source}");
        let lines: Vec<_> = run.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{}", run.stderr);
        assert!(lines[0].starts_with(reason), "{}", lines[0]);
        assert_eq!(lines[1], "failed to fetch any source profiles");
    }
}

#[test]
fn damage_anywhere_is_an_error_or_a_report_but_never_a_crash() {
    let sandbox = sandbox();
    let mut whole = Vec::new();
    let run = sandbox.run(&["-proto", "-output=plain.pb.gz", "p.pb.gz"]);
    assert_eq!(run.code, Some(0));
    let limit = heapwise_profile::GunzipLimit::default();
    whole.extend(heapwise_profile::gunzip(&sandbox.read("plain.pb.gz"), limit).unwrap());
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        sandbox.write("damaged", &damaged);
        let run = sandbox.run(&["-raw", "damaged"]);
        assert!(matches!(run.code, Some(0 | 2)), "byte {at}: {:?} {}", run.code, run.stderr);
    }
}

#[test]
fn one_bad_source_among_several_is_left_out() {
    let run = sandbox().run(&["-top", "p.pb.gz", "nofile", "-cum"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("of 6MB total"));
    assert_eq!(
        run.stderr,
        "nofile: stat nofile: no such file or directory\n\
         -cum: stat -cum: no such file or directory\n\
         Fetched 1 source profiles out of 3\n"
    );
}

#[test]
fn sources_are_merged_and_a_base_is_subtracted() {
    let sandbox = sandbox();
    let total = |args: &[&str]| {
        let run = sandbox.run(args);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let line = run.stdout.lines().find(|line| line.starts_with("Showing nodes")).unwrap();
        line.to_owned()
    };
    let shown = "Showing nodes accounting for";
    assert_eq!(total(&["-top", "p.pb.gz", "p.pb.gz"]), format!("{shown} 12MB, 100% of 12MB total"));
    let base = ["-top", "-base=p.pb.gz", "p.pb.gz"];
    assert_eq!(total(&base), format!("{shown} 0, 0% of 0 total"));
    let diff = ["-top", "-diff_base=p.pb.gz", "p.pb.gz", "p.pb.gz"];
    assert_eq!(total(&diff), format!("{shown} 6MB, 100% of 6MB total"));
    let normalized = ["-top", "-normalize", "-base=p.pb.gz", "p.pb.gz", "p.pb.gz"];
    assert_eq!(total(&normalized), format!("{shown} 0, 0% of 0 total"));
}

#[test]
fn a_dash_is_standard_input() {
    let sandbox = sandbox();
    let run = sandbox.run_with_input(&["-top", "-"], &sandbox.read("p.pb.gz"));
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("of 6MB total"));
}

#[test]
fn the_first_of_two_words_may_be_the_binary() {
    let sandbox = sandbox();
    let binary = env!("CARGO_BIN_EXE_heapwise");
    let run = sandbox.run(&["-top", "-symbolize=none", binary, "p.pb.gz"]);
    assert!(run.stdout.starts_with("File: heapwise\n"), "{}", run.stdout);
    let run = sandbox.run(&["-top", "-symbolize=none", "p.pb.gz", binary]);
    assert!(run.stderr.ends_with("Fetched 1 source profiles out of 2\n"), "{}", run.stderr);
}

#[test]
fn output_goes_to_the_file_or_nowhere() {
    let sandbox = sandbox();
    sandbox.write("report", b"old");
    let run = sandbox.run(&["-list=zzz", "-output=report", "p.pb.gz"]);
    assert_eq!((run.code, sandbox.read("report")), (Some(2), b"old".to_vec()));
    let run = sandbox.run(&["-top", "-output=report", "p.pb.gz"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(run.stderr, "Generating report in report\n");
    assert!(sandbox.read("report").starts_with(b"File: walk\n"));
    let run = sandbox.run(&["-top", "-output=no/where", "p.pb.gz"]);
    assert_eq!((run.code, last_line(&run)), (Some(2), "open no/where: no such file or directory"));
    assert_eq!(sandbox.names(), ["p.pb.gz", "report"]);
}

#[test]
fn a_comment_and_a_build_id_are_added() {
    let sandbox = sandbox();
    let run = sandbox.run(&["-comments", "-add_comment=hello", "p.pb.gz"]);
    assert_eq!(run.stdout, "hello\n");
    let run = sandbox.run(&["-top", "-symbolize=none", "-buildid=abc", "p.pb.gz"]);
    assert!(run.stdout.contains("\nBuild ID: abc\n"), "{}", run.stdout);
}

#[test]
fn shortcuts_that_lose_say_so() {
    let run = sandbox().run(&["-top", "-inuse_space", "-alloc_space", "p.pb.gz"]);
    assert_eq!(run.stderr, "Multiple value selections, ignoring -alloc_space\n");
    assert!(run.stdout.contains("Type: inuse_space"));
}

#[test]
fn what_installs_beside_the_program_is_written_by_it() {
    let sandbox = sandbox();
    let man = sandbox.run(&["help", "man"]);
    assert!(man.stdout.starts_with(".TH HEAPWISE 1 ") && man.stderr.is_empty(), "{}", man.stderr);
    for shell in ["bash", "zsh", "fish"] {
        let run = sandbox.run(&["help", "completion", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(run.stdout.contains("inuse_space"), "{shell}");
        sandbox.write(shell, run.stdout.as_bytes());
    }
    assert_eq!(sandbox.run(&["help", "completion", "tcsh"]).code, Some(2));
    for (words, expected) in [
        ("heapwise -tagf", "-tagfocus\n"),
        ("heapwise run -int", "-interval\n"),
        ("heapwise run -q -- tru", "true truncate\n"),
        ("heapwise run -- ls -int", "\n"),
    ] {
        let last = words.split(' ').count() - 1;
        let script = format!(
            "source ./bash; COMP_WORDS=({words}); COMP_CWORD={last}; _heapwise; echo $(printf '%s\\n' \
             \"${{COMPREPLY[@]}}\" | sort -u | grep -v '^trus')"
        );
        let bash = Command::new("bash").args(["-c", &script]).current_dir(sandbox.path()).output();
        let bash = bash.unwrap();
        assert_eq!(String::from_utf8_lossy(&bash.stderr), "");
        assert_eq!(String::from_utf8_lossy(&bash.stdout), expected, "{words}");
    }
}

#[test]
fn help_and_version_are_at_hand() {
    let sandbox = sandbox();
    let run = sandbox.run(&["-h"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.starts_with("Usage:"));
    let run = sandbox.run(&["help", "alloc_space"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("Which code asked for most memory?"));
    let run = sandbox.run(&["help", "nothing"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let run = sandbox.run(&["--version"]);
    assert_eq!(run.stdout, format!("heapwise {}\n", env!("CARGO_PKG_VERSION")));
    std::fs::rename(sandbox.path().join("p.pb.gz"), sandbox.path().join("help")).unwrap();
    assert!(sandbox.run_with_input(&["help"], b"top\n").stdout.contains("of 6MB total"));
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_is_no_failure() {
    let sandbox = sandbox();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = sandbox.command().args(["-raw", "p.pb.gz"]).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(0));
}
