//! Everything at once, exactly recorded: threads that start, end, resize and free each other's
//! blocks, under labels that move between them; forks; budgets; signal handlers that allocate; libraries that
//! come and go; a profile of the program's own; snapshots. In the end the sums agree with an allocator that
//! counted, all of them and those of each label, and so does the file that was recorded to.
//!
//! Takes two seconds, or as many as `HEAPWISE_STRESS_SECONDS` says.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::thread;
use std::time::Duration;

use common::counting::{Counting, PARTS};
use common::load;
use heapwise::custom;
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
    agree_by_label(&recorded);
    agree_by_label(&written(&|bytes| heap::write_to(bytes)));
    resources_are_gone();
}

/// What each part of the load allocated is there under its label, and freed. What children of forks did is
/// not there.
fn agree_by_label(profile: &Profile) {
    for part in 1..PARTS {
        let Count { objects, bytes } = COUNTING.allocated_in(part);
        let sums = common::labelled_sums(profile, &format!("part={part}"));
        assert_eq!(sums, [objects as i64, bytes as i64, 0, 0], "part {part}");
        assert!(objects > 100);
    }
    assert_eq!(common::labelled_sums(profile, "child=fork"), [0; 4]);
}

/// The profile of the program's own has every object where and under the labels it was added with.
fn resources_are_gone() {
    let resources = custom::Profile::lookup("resources").unwrap();
    let profile = written(&|bytes| resources.write_to(bytes));
    let added = resources.totals().added;
    let sums = common::labelled_sums(&profile, "part=5");
    assert_eq!(sums, [added.count as i64, added.weight as i64, 0, 0]);
    for weight in 0..40 {
        let [count, sum, ..] = common::labelled_sums::<4>(&profile, &format!("weight={weight}"));
        assert_eq!((count, sum), (added.count as i64 / 40, count * weight));
    }
}

fn written(write: &dyn Fn(&mut Vec<u8>) -> Result<(), heapwise::Error>) -> Profile {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    common::profile(&bytes)
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
