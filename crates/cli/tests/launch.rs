//! `heapwise run`: the program runs as it would alone, and what cannot be profiled is not started.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use nix::sys::signal::Signal;
use support::programs::{Launched, compile, compiles, launcher};
use support::{Run, Sandbox, heap, skipped};

fn run<A: AsRef<OsStr>>(sandbox: &Sandbox, words: &[A]) -> Run {
    Run::from(launcher(sandbox, words).output().unwrap())
}

#[test]
fn the_exit_code_is_the_programs() {
    let sandbox = Sandbox::new();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -40 $$", 168),
    ] {
        let run = run(&sandbox, &["-q", "--", "sh", "-c", script]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{script}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{script}");
    }
}

#[test]
fn input_output_and_arguments_are_the_programs() {
    let sandbox = Sandbox::new();
    let input: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    sandbox.write("input", &input);
    let cat = launcher(&sandbox, &["--", "cat"])
        .stdin(fs::File::open(sandbox.path().join("input")).unwrap())
        .output()
        .unwrap();
    assert!(cat.status.success() && cat.stdout == input);
    let odd: [&[u8]; 5] = [b"%s\n", b"", b" a'b\"\n", b"\xff\xfe", b"--"];
    let words: Vec<_> = odd.iter().map(|word| OsStr::from_bytes(word)).collect();
    let start = ["-q", "--", "printf"].map(OsStr::new);
    let printed = launcher(&sandbox, &[&start[..], &words].concat()).output().unwrap();
    assert_eq!(printed.stdout, b"\n a'b\"\n\n\xff\xfe\n--\n");
    assert_eq!(printed.stderr, b"");
}

#[test]
fn signals_and_files_of_the_program_are_as_without_us() {
    let sandbox = Sandbox::new();
    // Masks and dispositions, and open files, of what is started with SIGHUP ignored.
    let script = "grep -E '^(SigBlk|SigIgn|SigCgt)' /proc/self/status; ls /proc/self/fd; echo $0";
    let start = ["--ignore-signal=HUP", "--default-signal=PIPE"];
    let mut alone = Command::new("env");
    let alone = alone.args(start).args(["sh", "-c", script]).output().unwrap();
    let mut with_us = Command::new("env");
    with_us.args(start).arg(env!("CARGO_BIN_EXE_heapwise")).args(["run", "-q", "-o"]);
    with_us.arg(sandbox.path().join("mem.pb.gz")).args(["--", "sh", "-c", script]);
    let with_us = with_us.output().unwrap();
    assert!(alone.status.success());
    assert_eq!(String::from_utf8_lossy(&with_us.stdout), String::from_utf8_lossy(&alone.stdout));
}

#[test]
fn signals_to_us_are_passed_on() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "signals", &[]);
    let mut command = sandbox.interruptible();
    let mut launched = Launched::start(command.args(["run", "-q", "--", "./signals"]));
    for (signal, name) in [
        (Signal::SIGHUP, "HUP"),
        (Signal::SIGINT, "INT"),
        (Signal::SIGQUIT, "QUIT"),
        (Signal::SIGUSR1, "USR1"),
        (Signal::SIGUSR2, "USR2"),
        (Signal::SIGTERM, "TERM"),
    ] {
        launched.signal(signal);
        assert_eq!(launched.line(), name);
    }
    assert!(launched.is_silent());
    let (status, said) = launched.end();
    assert_eq!((status.code(), said.as_str()), (Some(3), ""));
}

#[test]
fn the_program_goes_on_when_we_are_killed() {
    let sandbox = Sandbox::new();
    let script = "echo ready; read word; echo got $word";
    let mut launched = Launched::start(&mut launcher(&sandbox, &["--", "sh", "-c", script]));
    let left = recording_of(&launched);
    let mut stdin = launched.launcher.stdin.take().unwrap();
    launched.signal(Signal::SIGKILL);
    assert_eq!(launched.launcher.wait().unwrap().code(), None);
    stdin.write_all(b"word\n").unwrap();
    assert_eq!(launched.line(), "got word");
    assert!(launched.is_silent());
    // Nobody else will.
    fs::remove_dir_all(left.parent().unwrap()).unwrap();
}

/// Where a program records, by the environment that it was started with.
fn recording_of(launched: &Launched) -> std::path::PathBuf {
    let environment = fs::read(format!("/proc/{}/environ", launched.program())).unwrap();
    let mut values = environment.split(|byte| *byte == 0);
    let path = values.find_map(|text| text.strip_prefix(b"HEAPWISE_PRELOAD_FILE="));
    OsStr::from_bytes(path.unwrap()).into()
}

#[test]
fn what_is_no_program_is_told_as_shells_do() {
    let sandbox = Sandbox::new();
    sandbox.write("plain", b"text\n");
    sandbox.write("text", b"text\n");
    sandbox.write("script", b"#!/no/such/interpreter\n");
    sandbox.write("empty", b"");
    for name in ["text", "script", "empty"] {
        let path = sandbox.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let pipe = sandbox.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let neither = "cannot be run: neither an ELF file nor a script with #!";
    for (name, code, said) in [
        ("no-such-program", 127, "not found"),
        ("./no/such/program", 127, "not found"),
        ("./plain", 126, "cannot be run: permission denied"),
        ("./", 126, "is a directory"),
        ("./pipe", 126, "cannot be run: permission denied"),
        ("./text", 126, neither),
        ("./empty", 126, neither),
        (
            "./script",
            126,
            "cannot be run: its interpreter /no/such/interpreter: no such file or directory",
        ),
    ] {
        let run = run(&sandbox, &["--", name]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{name}: {}", run.stderr);
        let start = format!("heapwise: {name}: ");
        assert!(run.stderr.starts_with(&start) && run.stderr.contains(said), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1);
    }
    assert_eq!(sandbox.names(), ["empty", "pipe", "plain", "script", "text"]);
}

/// A copy of the program `hello` in which every `from` is `to`.
fn patched(sandbox: &Sandbox, name: &str, from: &[u8], to: &[u8]) {
    let mut bytes = sandbox.read("hello");
    let places: Vec<_> =
        (0..bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&at| bytes[at..at + to.len()].copy_from_slice(to));
    executable(sandbox, name, &bytes);
}

fn executable(sandbox: &Sandbox, name: &str, bytes: &[u8]) {
    sandbox.write(name, bytes);
    let path = sandbox.path().join(name);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn refuses(sandbox: &Sandbox, name: &str, reason: &str) {
    let run = run(sandbox, &["--", &format!("./{name}")]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{name}: {}", run.stderr);
    assert!(run.stderr.starts_with(&format!("heapwise: ./{name}: {reason}")), "{}", run.stderr);
    assert!(!sandbox.names().contains(&"started".to_owned()), "{name}");
}

#[test]
fn what_takes_no_library_is_not_started() {
    let sandbox = Sandbox::new();
    if compiles(&sandbox, "hello", &["-static"]) {
        refuses(&sandbox, "hello", "linked statically");
        let section = ["--add-section", ".go.buildinfo=hello", "hello", "go"];
        let copied = Command::new("objcopy").args(section).current_dir(sandbox.path()).status();
        assert!(copied.unwrap().success());
        refuses(&sandbox, "go", "a Go program");
    } else {
        skipped("no static C library");
    }
    if compiles(&sandbox, "hello", &["-fsanitize=thread"]) {
        refuses(&sandbox, "hello", "built with a sanitizer");
    } else {
        skipped("no ThreadSanitizer");
    }
    compile(&sandbox, "allocator", &[]);
    refuses(&sandbox, "allocator", "brings an allocator of its own");
    compile(&sandbox, "hello", &[]);
    patched(&sandbox, "musl", b"/ld-linux", b"/ld-musl-");
    refuses(&sandbox, "musl", "its C library is another one (/lib");
    let mut bytes = sandbox.read("hello");
    bytes[18] = 243; // RISC-V
    executable(&sandbox, "foreign", &bytes);
    refuses(&sandbox, "foreign", "an executable for another machine, of 64 bits");
    sandbox.write("script", format!("#!{}\n", sandbox.path().join("musl").display()).as_bytes());
    executable(&sandbox, "script", &sandbox.read("script"));
    let script = run(&sandbox, &["--", "./script"]);
    assert_eq!(script.code, Some(2), "{}", script.stderr);
}

#[test]
fn what_has_other_rights_is_not_started() {
    let sandbox = Sandbox::new();
    let hello = compile(&sandbox, "hello", &[]);
    if std::os::unix::fs::chown(&hello, Some(1), None).is_err() {
        skipped("only root can give a file to somebody else");
        return;
    }
    fs::set_permissions(&hello, fs::Permissions::from_mode(0o4755)).unwrap();
    refuses(&sandbox, "hello", "has the rights of its owner or group when it runs");
}

#[test]
fn without_the_library_nothing_is_written_and_that_is_said() {
    let sandbox = Sandbox::new();
    let loader = compile(&sandbox, "loader", &["-nostdlib", "-static-pie"]);
    compile(&sandbox, "hello", &[&format!("-Wl,--dynamic-linker={}", loader.display())]);
    sandbox.write("mem.pb.gz", b"old");
    let run = run(&sandbox, &["--", "./hello"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "{}", run.stderr);
    assert!(run.stderr.starts_with("heapwise: nothing was recorded. "), "{}", run.stderr);
    assert_eq!(sandbox.read("mem.pb.gz"), b"old");
    assert_eq!(sandbox.names(), ["hello", "loader", "mem.pb.gz"]);
}

#[test]
fn where_nothing_can_be_written_nothing_is_started() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "hello", &[]);
    fs::create_dir(sandbox.path().join("folder")).unwrap();
    for (output, reason) in [
        ("/proc/mem.pb.gz", "no such file or directory"),
        ("no/such/folder/mem.pb.gz", "no such file or directory"),
        ("folder", "is a directory"),
    ] {
        let run = run(&sandbox, &["-o", output, "--", "./hello"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert_eq!(run.stderr, format!("heapwise: {output}: {reason}\n"));
    }
    assert_eq!(sandbox.names(), ["folder", "hello"]);
}

#[test]
fn who_is_not_told_of_the_end_does_not_start() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "hello", &[]);
    let mut command = Command::new("env");
    command.args(["--ignore-signal=CHLD", env!("CARGO_BIN_EXE_heapwise"), "run", "--", "./hello"]);
    let run = Run::from(command.current_dir(sandbox.path()).output().unwrap());
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("SIGCHLD is ignored"), "{}", run.stderr);
    assert_eq!(sandbox.names(), ["hello"]);
}

#[test]
fn words_that_make_no_sense_are_told_with_the_usage() {
    let sandbox = Sandbox::new();
    for (words, line) in [
        (&["--"][..], "which program? It stands behind --"),
        (&["-speed", "--", "true"], "no option -speed"),
        (&["-interval=x", "--", "true"], "-interval: no number of bytes: x"),
    ] {
        let run = run(&sandbox, words);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        let mut lines = run.stderr.lines();
        assert_eq!(lines.next(), Some(line));
        assert!(lines.next().unwrap().starts_with("usage: heapwise run "), "{}", run.stderr);
    }
    let help = run(&sandbox, &["-h"]);
    assert_eq!((help.code, help.stdout.as_str()), (Some(0), ""));
    assert_eq!(sandbox.run(&["help", "run"]).stdout, help.stderr);
}

#[test]
fn a_file_of_that_name_is_a_profile_as_before() {
    let sandbox = Sandbox::new();
    let work: &[&str] = &["work a.rs:2", "main a.rs:3"];
    sandbox.profile("run", &heap(&[(work, [4, 6 << 20, 3, 5 << 20])]));
    assert!(sandbox.run_with_input(&["run"], b"top\n").stdout.contains("of 5MB total"));
    assert!(sandbox.run(&["-top", "run"]).stdout.contains("of 5MB total"));
    assert_eq!(sandbox.run(&["run", "-q", "--", "sh", "-c", "exit 4"]).code, Some(4));
}
