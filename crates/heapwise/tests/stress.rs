//! Everything at once, exactly recorded: threads that start, end, resize and free each other's
//! blocks; forks; budgets; signal handlers that allocate; libraries that come and go; snapshots. In the end
//! the sums agree with an allocator that counted, and so does the file that was recorded to.
//!
//! Takes two seconds, or as many as `HEAPWISE_STRESS_SECONDS` says.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::thread;
use std::time::Duration;

use common::counting::Counting;
use common::load;
use heapwise::heap::{self, Count};
use heapwise_profile::Profile;

#[global_allocator]
static COUNTING: Counting = Counting::new(heapwise::Alloc::system().with_interval(1));

#[test]
fn the_sums_are_right_after_everything_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, copy) = (folder.path().join("recording"), folder.path().join("copy"));
    Counting::paused(|| heap::record_to(&recording).unwrap());
    load::everything_at_once(&|scope| {
        scope.spawn(load::forks);
    });
    let (alloc, inuse) = settled();
    assert!(alloc.objects > 1000);
    std::fs::copy(&recording, &copy).unwrap();
    let recorded = Profile::read(&std::fs::read(&copy).unwrap()).unwrap();
    assert_eq!(common::sums(&recorded), (alloc, inuse));
}

/// What is counted and recorded once nothing changes any more: threads that a scope has waited for
/// may still be on their way out, and free what they had.
fn settled() -> (Count, Count) {
    loop {
        let sums = COUNTING.agreed();
        thread::sleep(Duration::from_millis(100));
        if COUNTING.agreed() == sums {
            return sums;
        }
    }
}
