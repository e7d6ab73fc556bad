//! Sessions of the shell, line by line, as `go tool pprof` answers them.

mod support;

use support::{Row, Run, Sandbox, heap};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let work: &[&str] = &["baz.Alloc /no/baz.rs:1", "main.work /no/s.rs:2", "main.main /no/m.rs:3"];
    let recurse: &[&str] =
        &["main.recurse /no/r.rs:1", "main.recurse /no/r.rs:1", "main.main /no/m.rs:3"];
    let rows: [Row<'_>; 2] =
        [(work, [4, 12 << 20, 3, 6 << 20]), (recurse, [3, 3 << 20, 3, 3 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

fn session(lines: &str) -> Run {
    let run = sandbox().run_with_input(&["p.pb.gz"], lines.as_bytes());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run
}

/// What is said after the greeting.
fn said(run: &Run) -> &str {
    run.stderr.split_once("\"o\" for options)\n").map_or("", |(_, said)| said)
}

#[test]
fn a_transcript() {
    let run = session("cum\nhide work\nlist\ntop >\nsample_index=zz\ntop -cum 2 recurse\n");
    assert_eq!(
        said(&run),
        "unknown config field \"cum\"\n\
         did you mean: hide=work\n\
         command list requires an argument\n\
         unexpected end of line after >\n\
         sample_index \"zz\" must be one of: [alloc_objects alloc_space inuse_objects inuse_space]\n"
    );
    assert_eq!(
        run.stdout,
        "(pprof) (pprof) (pprof) (pprof) (pprof) (pprof) Active filters:\n   \
         focus=recurse\n\
         Showing nodes accounting for 3MB, 33.33% of 9MB total\n      \
         flat  flat%   sum%        cum   cum%\n         \
         0     0%     0%        3MB 33.33%  main.main\n       \
         3MB 33.33% 33.33%        3MB 33.33%  main.recurse\n\
         (pprof) "
    );
}

#[test]
fn assignments_stay_and_words_do_not() {
    let run = session("focus=recurse\ntop1 -work\nfocus=\nunit=bytes //: a comment\ntop 1\n");
    assert_eq!(
        run.stdout,
        "(pprof) (pprof) Active filters:\n   focus=recurse\n   ignore=work\n\
         Showing nodes accounting for 3MB, 33.33% of 9MB total\n\
         Showing top 1 nodes out of 2\n      \
         flat  flat%   sum%        cum   cum%\n       \
         3MB 33.33% 33.33%        3MB 33.33%  main.recurse\n\
         (pprof) (pprof) (pprof) Showing nodes accounting for 6291456B, 66.67% of 9437184B total\n\
         Showing top 1 nodes out of 4\n      \
         flat  flat%   sum%        cum   cum%\n  \
         6291456B 66.67% 66.67%   6291456B 66.67%  baz.Alloc\n\
         (pprof) "
    );
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let run = session(
        "nodecount\nnodecount=abc\nnodefraction=1e999\nmean=maybe\nlines=maybe\nsort=bad\n\
         sample_index=-1\nfoo=3\n33 4\nweblist\n",
    );
    assert_eq!(
        said(&run),
        "please specify a value, e.g. nodecount=<val>\n\
         strconv.Atoi: parsing \"abc\": invalid syntax\n\
         strconv.ParseFloat: parsing \"1e999\": value out of range\n\
         illegal value \"maybe\" for bool variable\n\
         unknown config field \"lines\"\n\
         invalid \"sort\" value \"bad\"\n\
         sample_index -1 is outside the range [0..3]\n\
         unrecognized command: \"foo=\"\n\
         unrecognized command: \"33\"\n\
         command weblist requires an argument\n"
    );
}

#[test]
fn output_is_redirected_to_files() {
    let sandbox = sandbox();
    let lines = b"top >t\ntree > u\nproto\nproto\noutput=v\ntop\n";
    let run = sandbox.run_with_input(&["p.pb.gz"], lines);
    assert_eq!(run.stdout, "(pprof) ".repeat(7));
    assert_eq!(
        said(&run),
        "Generating report in t\nGenerating report in u\n\
         Generating report in profile001.pb.gz\nGenerating report in profile002.pb.gz\n\
         Generating report in v\n"
    );
    let names = ["p.pb.gz", "profile001.pb.gz", "profile002.pb.gz", "t", "u", "v"];
    assert_eq!(sandbox.names(), names);
    assert_eq!(sandbox.read("t"), sandbox.read("v"));
}

#[test]
fn a_sample_type_is_a_shortcut_and_a_colon_clears_filters() {
    let run = session("mean_alloc_space\ntop1\ntotal_inuse_space\nfocus=recurse\n:\ntop1\n");
    let totals: Vec<_> = run.stdout.lines().filter(|line| line.contains("Showing nodes")).collect();
    assert_eq!(
        totals,
        [
            "(pprof) (pprof) Showing nodes accounting for 3MB, 140.00% of 2.14MB total",
            "(pprof) (pprof) (pprof) (pprof) Showing nodes accounting for 6MB, 66.67% of 9MB total",
        ]
    );
}

#[test]
fn the_list_of_options_can_be_pasted_back() {
    let run = session("focus=main\ncum=true\no\n");
    let listed: Vec<_> = said(&run).lines().map(str::to_owned).collect();
    assert_eq!(listed.len(), 32);
    let again = format!("{}\no\n", listed.join("\n"));
    let run = session(&again);
    let again: Vec<_> = said(&run).lines().map(str::to_owned).collect();
    let refused = "invalid \"granularity\" value \"(default)\"".to_owned();
    let kept: Vec<_> = again.into_iter().filter(|line| *line != refused).collect();
    let differ = |(a, b): &(&String, &String)| a != b;
    let differing: Vec<_> = listed.iter().zip(&kept).filter(differ).collect();
    // Empty texts are listed as two quotes, which are text when they come back.
    assert!(differing.iter().all(|(before, _)| before.contains("\"\"")), "{differing:?}");
}

#[test]
fn help_is_at_hand() {
    let run = session("help\nhelp top\nhelp sample-types\nhelp nothing\n");
    assert!(said(&run).starts_with("A line is a command or NAME=VALUE."));
    assert!(said(&run).contains("Which code holds the memory now?"));
    assert!(said(&run).ends_with("Unknown command: nothing\n"));
}

#[test]
fn a_last_line_without_end_counts_and_no_text_is_refused() {
    assert!(session("top1").stdout.contains("baz.Alloc"));
    let run = sandbox().run_with_input(&["p.pb.gz"], b"top \xff\nquit\ntop\n");
    assert_eq!(run.stdout, "(pprof) (pprof) ");
    assert_eq!(said(&run), "this line is not UTF-8\n");
}

#[test]
fn filters_on_the_command_line_hold_in_the_shell() {
    let run = sandbox().run_with_input(&["-focus=zz", "p.pb.gz"], b"top\n");
    assert!(said(&run).starts_with("Focus expression matched no samples\n"));
    let run = sandbox().run_with_input(&["-sample_index=foo", "p.pb.gz"], b"top\n");
    assert!(run.stderr.starts_with("Entering interactive mode"));
    assert!(said(&run).starts_with("sample_index \"foo\" must be one of"));
}
