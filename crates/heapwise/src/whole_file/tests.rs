#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::time::{Duration, Instant};

use super::*;
use crate::chance::chance;
use crate::folder_names::names;

#[test]
fn a_file_gets_its_name_with_or_without_another_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let read = || fs::read(&path).unwrap();
    for content in ["one", "two"] {
        write(&path, content.as_bytes()).unwrap();
        assert_eq!(read(), content.as_bytes());
        let (file, temporary) = Temporary::create(folder.path(), OsStr::new("a")).unwrap();
        fill(&file, b"by another name").unwrap();
        temporary.rename(&path).unwrap();
        assert_eq!(read(), b"by another name");
    }
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn what_was_left_by_a_program_of_the_same_number_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        std::mem::forget(Temporary::create(folder.path(), OsStr::new("a")).unwrap().1);
    }
    assert_eq!(names(folder.path()).len(), 3);
    assert!(check(&folder.path().join("a")).is_ok());
    write(&folder.path().join("a"), b"whole").unwrap();
    assert_eq!(names(folder.path()).len(), 4);
}

#[test]
fn a_link_that_leads_nowhere_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::os::unix::fs::symlink("nowhere", &path).unwrap();
    write(&path, b"whole").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"whole");
    assert_eq!(names(folder.path()), ["a"]);
}

/// A program that writes one file after the other until it is killed.
fn killed_while_writing(folder: &Path, round: u32, bytes: &[u8]) {
    // SAFETY: the child writes files, and allocates as the C library's fork permits.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        let mut count = 0u64;
        while write(&folder.join(format!("{round}.{count}")), bytes).is_ok() {
            count += 1;
        }
        // SAFETY: ends the child.
        unsafe { libc::_exit(1) };
    }
    // Once it is at it, at any moment.
    let end = Instant::now() + Duration::from_secs(60);
    while !folder.join(format!("{round}.0")).exists() && Instant::now() < end {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_micros(chance() % 20_000));
    // SAFETY: ends the child, which nobody has waited for yet.
    unsafe { libc::kill(child, libc::SIGKILL) };
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live and exclusive here.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFSIGNALED(status), "{status}");
}

#[test]
fn a_program_that_is_killed_leaves_whole_files_only() {
    let folder = tempfile::tempdir().unwrap();
    if Unnamed::create(folder.path()).is_err() {
        // A file system without such files; nothing better can be had there.
        return;
    }
    let bytes = vec![7; 3 << 20];
    for round in 0..30 {
        killed_while_writing(folder.path(), round, &bytes);
        for name in names(folder.path()) {
            assert!(!name.starts_with('.'), "{name} is left");
            let path = folder.path().join(&name);
            assert_eq!(fs::metadata(&path).unwrap().len(), bytes.len() as u64, "{name}");
            fs::remove_file(path).unwrap();
        }
    }
}
