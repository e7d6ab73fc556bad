//! A child of a fork allocates, frees and writes a profile, whatever the other threads of its
//! parent were doing.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

#[test]
fn a_child_goes_on_with_what_its_parent_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("child.pb.gz");
    let stop = AtomicBool::new(false);
    drop(heapwise::label("who", "the child"));
    thread::scope(|scope| {
        for thread in 0..3 {
            let stop = &stop;
            scope.spawn(move || {
                // Often in the middle of adding a label set, until there is no room.
                for round in 0.. {
                    black_box(heapwise::label("round", thread * 1_000_000 + round));
                    let work = || black_box((0..20).map(|i| vec![i; i]).collect::<Vec<_>>());
                    heapwise::budget::measure(|| heapwise::budget::measure(work));
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        let kept = black_box(vec![7u8; 12_345]);
        for _ in 0..12 {
            fork_and_write(&path);
            check(&path);
        }
        // A child that a budget's closure makes goes on counting.
        heapwise::budget().allocations(1000).check(|| fork_and_write(&path));
        check(&path);
        stop.store(true, Ordering::Relaxed);
        drop(kept);
    });
}

/// Forks; the child works and writes a profile. Waits for it.
fn fork_and_write(path: &Path) {
    // SAFETY: the child only allocates, which the C library's fork permits, writes a file, and
    // ends.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        // SAFETY: these end the process, at once or if it hangs.
        unsafe { libc::alarm(30) };
        let code = i32::from(!works(path));
        // SAFETY: as above.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live and exclusive here.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child hung or failed");
}

fn works(path: &Path) -> bool {
    let before = heapwise::heap::totals();
    // As long as there is room, this takes a lock that a thread of the parent may have held.
    drop(heapwise::label("child", std::process::id()));
    heapwise::label("who", "the child").scope(|| drop(black_box(vec![1u8; 1000])));
    let after = heapwise::heap::totals();
    let (Ok(before), Ok(after)) = (before, after) else { return false };
    let ((), used) = heapwise::budget::measure(|| drop(black_box(vec![1u8; 1000])));
    used.allocations == 1
        && after.alloc.bytes == before.alloc.bytes + 1000
        && after.inuse == before.inuse
        && heapwise::write_heap_profile(path).is_ok()
}

fn check(path: &Path) {
    let profile = common::profile(&std::fs::read(path).unwrap());
    let kept = profile.samples.iter().any(|sample| sample.values[3] == 12_345);
    let labels: Vec<String> =
        profile.samples.iter().map(|sample| common::labels(&profile, &sample)).collect();
    assert!(labels.iter().any(|text| text == "who=the child"), "labels can be added");
    assert!(kept, "the child's profile shows what the parent allocated before the fork");
    std::fs::remove_file(path).unwrap();
}
