//! `heapwise run`: what is recorded of real programs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use heapwise_profile::Profile;
use support::programs::{compile, launcher};
use support::{Run, Sandbox, skipped};

/// Objects and bytes that were allocated, are in use at the end, and were at the peak.
type Values = [i64; 6];

fn run<A: AsRef<OsStr>>(sandbox: &Sandbox, words: &[A]) -> Run {
    Run::from(launcher(sandbox, words).output().unwrap())
}

/// The sums by the function that asked for memory: the innermost that has a name.
fn by_function(sandbox: &Sandbox) -> BTreeMap<String, Values> {
    let named = sandbox.run(&["-proto", "-output=named", "mem.pb.gz"]);
    assert_eq!(named.code, Some(0), "{}", named.stderr);
    let profile = Profile::read(&sandbox.read("named")).unwrap();
    let mappings = profile.locations.iter().filter_map(|(location, _)| location.mapping);
    let mut files = mappings.map(|id| profile.text(profile.mappings.get(id).unwrap().file));
    assert!(files.all(|file| !file.ends_with(b"preload")), "stacks begin in the program");
    let mut found: BTreeMap<String, Values> = BTreeMap::new();
    for sample in profile.samples.iter() {
        let lines = sample.stack.iter().flat_map(|&location| profile.locations.lines(location));
        let functions = lines.filter_map(|line| profile.functions.get(line.function));
        let name = functions.map(|function| profile.text(function.name)).next().unwrap_or(b"?");
        let sums = found.entry(String::from_utf8_lossy(name).into_owned()).or_default();
        sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += value);
    }
    found
}

/// Runs `known.c`, every allocation recorded.
fn run_known(sandbox: &Sandbox, end: &str) -> Run {
    compile(sandbox, "known", &[]);
    run(sandbox, &["-interval", "1", "--", "./known", end])
}

/// What `known.c` does, by function.
fn assert_known(sandbox: &Sandbox) {
    let found = by_function(sandbox);
    let values = |name: &str| *found.get(name).unwrap_or_else(|| panic!("no {name}: {found:?}"));
    let in_use_at_the_end = |name: &str| values(name)[..4].to_vec();
    assert_eq!(in_use_at_the_end("keep_blocks"), [10, 10_000, 10, 10_000]);
    assert_eq!(in_use_at_the_end("pass_blocks"), [100, 50_000, 0, 0]);
    assert_eq!(in_use_at_the_end("grow_block"), [3, 30_400, 1, 30_000]);
    assert_eq!(in_use_at_the_end("align_blocks"), [3, 8576, 2, 8320]);
    assert_eq!(in_use_at_the_end("on_thread"), [200, 400_000, 0, 0]);
    // At the peak there is all that stays.
    assert_eq!(values("keep_blocks")[4..], [10, 10_000]);
    assert_eq!(values("grow_block")[4..], [1, 30_000]);
    assert!(!found.contains_key("in_child"), "a child is not recorded: {found:?}");
}

#[test]
fn every_allocation_of_a_program_is_counted_where_it_was_made() {
    let sandbox = Sandbox::new();
    let run = run_known(&sandbox, "return");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    let said = "heapwise: mem.pb.gz: known allocated ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    assert!(run.stderr.ends_with(" or heapwise -http=: mem.pb.gz\n"), "{}", run.stderr);
    assert_known(&sandbox);
}

#[test]
fn however_it_ends_all_of_it_is_there() {
    for (end, code) in [("kill", 137), ("abort", 134), ("_exit", 9)] {
        let sandbox = Sandbox::new();
        let run = run_known(&sandbox, end);
        assert_eq!(run.code, Some(code), "{}", run.stderr);
        assert_known(&sandbox);
    }
}

#[test]
fn a_program_that_another_one_becomes_is_the_one_that_is_recorded() {
    let sandbox = Sandbox::new();
    let run = run_known(&sandbox, "exec");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_known(&sandbox);
    sandbox.write("script", b"#!/usr/bin/env sh\nexec ./known\n");
    let script = sandbox.path().join("script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(sandbox.path().join("mem.pb.gz")).unwrap();
    let script = self::run(&sandbox, &["-interval", "1", "--", "./script"]);
    assert_eq!(script.code, Some(0), "{}", script.stderr);
    assert!(
        script.stderr.starts_with("heapwise: mem.pb.gz: known allocated "),
        "{}",
        script.stderr
    );
    assert_known(&sandbox);
}

#[test]
fn the_program_and_its_children_have_the_environment_of_the_caller() {
    let sandbox = Sandbox::new();
    let library = compile(&sandbox, "hello", &["-shared", "-fPIC"]);
    let library = library.to_str().unwrap();
    // What the shell has, and what it gives a child.
    let script = "set | grep -E '^(LD_|HEAPWISE_)'; env | grep -E '^(LD_|HEAPWISE_)'";
    let words = ["-q", "--", "sh", "-c", script];
    let run = run(&sandbox, &words);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    let outer = launcher(&sandbox, &words).env("LD_PRELOAD", library).output().unwrap();
    let line = format!("LD_PRELOAD='{library}'\nLD_PRELOAD={library}\n");
    assert_eq!(String::from_utf8_lossy(&outer.stdout), line);
}

#[test]
fn a_library_that_is_loaded_later_has_names() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "late", &["-ldl"]);
    compile(&sandbox, "later", &["-shared", "-fPIC"]);
    let run = run(&sandbox, &["-interval=1", "--", "./late", "./later"]);
    assert_eq!(run.code, Some(137), "{}", run.stderr);
    assert_eq!(by_function(&sandbox).get("later"), Some(&[1, 1234, 1, 1234, 1, 1234]));
}

#[test]
fn exceptions_go_through_a_program_that_is_recorded() {
    let sandbox = Sandbox::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/throws.cc");
    let program = sandbox.path().join("throws");
    let compiler = Command::new("c++").args(["-O1", "-g", "-o"]).arg(program).arg(source).status();
    if !compiler.is_ok_and(|status| status.success()) {
        return skipped("no C++ compiler");
    }
    let run = run(&sandbox, &["-interval=1", "--", "./throws"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    // What `new` asked for is its caller's: nothing of that stays.
    assert!(sandbox.run(&["-proto", "-output=named", "mem.pb.gz"]).code == Some(0));
    let named = sandbox.run(&["-top", "-cum", "-sample_index=alloc_objects", "mem.pb.gz"]).stdout;
    assert!(named.contains(" thrower") && !named.contains("operator new"), "{named}");
}

#[test]
fn a_program_that_allocates_nothing_has_a_profile_without_samples() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "nothing", &[]);
    let run = run(&sandbox, &["-interval", "1", "--", "./nothing"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stderr, "heapwise: mem.pb.gz: nothing allocated nothing\n");
    assert!(sandbox.run(&["-top", "mem.pb.gz"]).stdout.contains("of 0 total"));
}

#[test]
fn a_sampled_profile_has_the_totals_within_its_error() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "known", &[]);
    let run = run(&sandbox, &["-interval", "4kB", "--", "./known"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    // 400,000 bytes in pieces of 2,000: about 79 samples, so that five standard errors are 56 %.
    let bytes = by_function(&sandbox)["on_thread"][1];
    assert!((176_000..=624_000).contains(&bytes), "{bytes}");
}

#[test]
fn nothing_stays_in_memory_for_temporary_files() {
    let sandbox = Sandbox::new();
    let script =
        "printf %s \"$0\"; tr '\\0' '\\n' </proc/$$/environ | grep ^HEAPWISE_PRELOAD_FILE=";
    let run = run(&sandbox, &["-q", "--", "sh", "-c", script, ""]);
    let file = Path::new(run.stdout.trim().strip_prefix("HEAPWISE_PRELOAD_FILE=").unwrap());
    assert!(file.is_absolute() && !file.parent().unwrap().exists(), "{}", file.display());
}

#[test]
fn what_cannot_be_written_in_the_end_is_kept_as_a_recording() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path().join("out")).unwrap();
    let run = run(&sandbox, &["-o", "out/mem.pb.gz", "--", "rmdir", "out"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    let mut lines = run.stderr.lines();
    assert_eq!(lines.next(), Some("heapwise: out/mem.pb.gz: no such file or directory"));
    let command = lines.next().unwrap().strip_prefix("The recording is kept: heapwise recover ");
    let left = Path::new(command.unwrap().strip_suffix(" -o FILE").unwrap());
    let recovered =
        sandbox.run(&[Path::new("recover"), left, Path::new("-o"), Path::new("mem.pb.gz")]);
    assert_eq!(recovered.code, Some(0), "{}", recovered.stderr);
    assert!(sandbox.run(&["-top", "mem.pb.gz"]).stdout.starts_with("File: rmdir\n"));
    fs::remove_dir_all(left.parent().unwrap()).unwrap();
}

/// A report on a program of the system, run with every allocation recorded; nothing if it is not installed.
fn report(sandbox: &Sandbox, program: &str, words: &[&str]) -> Option<String> {
    let found =
        ["/usr/bin", "/usr/local/bin", "/bin"].map(|folder| Path::new(folder).join(program));
    let Some(path) = found.iter().find(|path| path.exists()) else {
        skipped(&format!("no {program}"));
        return None;
    };
    let alone = Command::new(path).args(words).current_dir(sandbox.path()).output().unwrap();
    let mut command = launcher(sandbox, &["-interval=1", "--"]);
    let run = Run::from(command.arg(path).args(words).output().unwrap());
    assert_eq!(run.code, alone.status.code(), "{}", run.stderr);
    assert_eq!(run.stdout, String::from_utf8_lossy(&alone.stdout));
    assert!(run.stderr.contains(" at the peak, "), "{}", run.stderr);
    let top = sandbox.run(&["-top", "-cum", "-sample_index=alloc_space", "mem.pb.gz"]);
    assert_eq!(top.code, Some(0), "{}", top.stderr);
    Some(top.stdout)
}

#[test]
fn python_is_recorded() {
    let sandbox = Sandbox::new();
    let code = "import threading\n\
                made = []\n\
                work = lambda: made.extend(bytearray(10_000) for _ in range(300))\n\
                threads = [threading.Thread(target=work) for _ in range(4)]\n\
                [thread.start() for thread in threads], [thread.join() for thread in threads]\n\
                print(len(made))";
    let Some(top) = report(&sandbox, "python3", &["-c", code]) else { return };
    assert!(top.contains("PyByteArray_Resize") || top.contains("[python3"), "{top}");
}

#[test]
fn sqlite_is_recorded() {
    let sandbox = Sandbox::new();
    let code = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) \
                select count(distinct i || 'x') from n;";
    let Some(top) = report(&sandbox, "sqlite3", &[":memory:", code]) else { return };
    assert!(top.contains("sqlite3"), "{top}");
}

#[test]
fn git_and_its_children_run() {
    let sandbox = Sandbox::new();
    let words = ["-c", "alias.all=!git init -q here && git -C here status --short", "all"];
    let Some(top) = report(&sandbox, "git", &words) else { return };
    assert!(top.contains("git"), "{top}");
}
