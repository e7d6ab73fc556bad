//! `heapwise run` at a terminal: keys reach the program once, and the shell's jobs work.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::fs::File;
use std::io::Write;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use support::Sandbox;
use support::programs::{Launched, compile};

/// What is typed with Ctrl held.
const CTRL_C: &[u8] = b"\x03";
const CTRL_BACKSLASH: &[u8] = b"\x1c";
const CTRL_Z: &[u8] = b"\x1a";

/// Starts a command as the first of a session at a terminal of its own; gives what types there.
fn at_terminal(sandbox: &Sandbox, words: &[&str]) -> (Launched, File) {
    let terminal = openpty(None, None).unwrap();
    // The terminal is gone when we close this end: nobody else may have it.
    fcntl(&terminal.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
    let mut command = Command::new("/usr/bin/env");
    command.args(["--default-signal", "setsid", "--ctty"]).args(words).current_dir(sandbox.path());
    (Launched::start_with_input(&mut command, terminal.slave.into()), terminal.master.into())
}

#[test]
fn keys_reach_the_program_once() {
    let sandbox = Sandbox::new();
    compile(&sandbox, "signals", &[]);
    let words = [env!("CARGO_BIN_EXE_heapwise"), "run", "-q", "--", "./signals"];
    let (mut launched, mut keys) = at_terminal(&sandbox, &words);
    for (key, name) in [(CTRL_C, "INT"), (CTRL_BACKSLASH, "QUIT"), (CTRL_C, "INT")] {
        keys.write_all(key).unwrap();
        assert_eq!(launched.line(), name);
    }
    // The terminal is gone, which the system tells the first of its session: us.
    drop(keys);
    assert_eq!(launched.line(), "HUP");
    launched.signal(Signal::SIGTERM);
    assert_eq!(launched.line(), "TERM");
    assert!(launched.is_silent());
    assert_eq!(launched.end().0.code(), Some(3));
    assert!(sandbox.names().contains(&"mem.pb.gz".to_owned()));
}

#[test]
fn a_job_stops_and_goes_on_as_without_us() {
    let sandbox = Sandbox::new();
    sandbox.write("program", b"echo ready; read word; echo got $word; exit 6");
    let run = format!("{} run -q --", env!("CARGO_BIN_EXE_heapwise"));
    for launcher in ["env", &run] {
        let jobs = format!("{launcher} sh program; echo stopped $?; fg >fg; echo ended $?; jobs");
        let (mut launched, mut keys) =
            at_terminal(&sandbox, &["bash", "--norc", "-i", "-c", &jobs]);
        keys.write_all(CTRL_Z).unwrap();
        assert_eq!(launched.line(), "stopped 148", "{launcher}");
        keys.write_all(b"hello\n").unwrap();
        assert_eq!(launched.line(), "got hello", "{launcher}");
        assert_eq!(launched.line(), "ended 6", "{launcher}");
        assert!(launched.is_silent());
    }
}
