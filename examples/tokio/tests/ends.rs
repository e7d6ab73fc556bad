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
    let last = said.next().unwrap().unwrap();
    let done = last.strip_prefix("done: ").and_then(|rest| rest.strip_suffix(" jobs")).unwrap();
    let done: i64 = done.parse().unwrap();
    assert!(errors.contains("heap profile: "), "{errors}");
    let profile = Profile::read(&fs::read(folder.path().join("mem.pb.gz")).unwrap()).unwrap();
    profile.validate().unwrap();
    let jobs = profile.samples.iter().filter(|s| s.values[1] == s.values[0] * 54_321);
    let (made, kept) =
        jobs.fold((0, 0), |(made, kept), s| (made + s.values[0], kept + s.values[2]));
    // The signal may come before the first job, and between the making and the sending of one.
    assert!((done..=done + 1).contains(&made), "{done} done, {made} in the profile");
    assert_eq!(kept, 0, "all jobs were done");
}

#[test]
fn by_ctrl_c() {
    ends_by(libc::SIGINT);
}

#[test]
fn by_sigterm() {
    ends_by(libc::SIGTERM);
}
