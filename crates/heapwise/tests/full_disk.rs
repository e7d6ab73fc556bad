//! A disk that fills up while a profile is written leaves the old profile, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::fs;

use heapwise::Error;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Files of this process end after `bytes` bytes, as on a full disk.
fn limit_files(bytes: u64) {
    // SAFETY: sets a disposition, with no handler to run.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the kernel reads one `rlimit`, which is live here.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
}

#[test]
fn the_old_profile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mem.pb.gz");
    fs::write(&path, "old").unwrap();
    limit_files(16);
    let error = heapwise::write_heap_profile(&path).unwrap_err();
    limit_files(libc::RLIM_INFINITY);
    assert!(matches!(error, Error::File { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    heapwise::write_heap_profile(&path).unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 16);
}
