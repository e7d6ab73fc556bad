//! Whatever signal tokio is told of, the program ends as it wants to, and with its profile.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use heapwise_profile::Profile;

fn ends_by(signal: libc::c_int) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokio-jobs"));
    command.arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "at work until Ctrl-C");
    // SAFETY: sends a signal to a child that was not waited for.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, signal) }, 0);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(said.next().unwrap().unwrap().starts_with("done: "));
    assert!(errors.contains("heap profile: "), "{errors}");
    let profile = Profile::read(&fs::read(folder.path().join("mem.pb.gz")).unwrap()).unwrap();
    profile.validate().unwrap();
    let jobs = profile.samples.iter().find(|s| s.values[1] == s.values[0] * 54_321).unwrap();
    assert_eq!(jobs.values[2], 0, "all jobs were done");
}

#[test]
fn by_ctrl_c() {
    ends_by(libc::SIGINT);
}

#[test]
fn by_sigterm() {
    ends_by(libc::SIGTERM);
}
