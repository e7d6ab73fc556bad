//! More labels than are kept: a process of its own, since they are kept for as long as it lives.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;

use heapwise::{heap, label};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

const SIZE: usize = 3001;

/// As many as are kept, and half as many again, on two threads.
const SETS: usize = 24_576;

#[test]
fn sets_beyond_the_limit_are_counted_without_their_labels() {
    let allocate = |parity: usize| {
        for set in (0..SETS).filter(|set| set % 2 == parity) {
            label("request", set).scope(|| drop(black_box(Vec::<u8>::with_capacity(SIZE))));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| allocate(0));
        scope.spawn(|| allocate(1));
    });
    // What is known is found, inside of others as well, and what is new is not.
    label("request", 0).scope(|| {
        label("new", "").scope(|| drop(black_box(Vec::<u8>::with_capacity(SIZE))));
    });
    let totals = heap::totals().unwrap();
    assert!(totals.dropped.labels > 8000 && totals.is_exact, "{:?}", totals.dropped);
    let mut bytes = Vec::new();
    heap::write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    let rows = common::labelled(&profile, SIZE);
    let of = |labels: &str| {
        rows.iter().find(|(found, ..)| found == labels).map_or(0, |&(_, alloc, _)| alloc)
    };
    let bare = of("");
    let labelled: i64 = rows.iter().map(|&(_, alloc, _)| alloc).sum::<i64>() - bare;
    assert_eq!(bare + labelled, SETS as i64 + 1, "none is lost");
    assert_eq!(of("request=0"), 2);
    assert!((16_000..=16_385).contains(&labelled), "{labelled}");
    let comments = profile.header.comments.iter().map(|&text| profile.text(text));
    let comment = "recorded without a label: it was too long, or there were too many";
    assert!(comments.map(String::from_utf8_lossy).any(|text| text.contains(comment)));
    // The index, and the sets.
    assert!(totals.recorder_bytes < 64 << 20, "{}", totals.recorder_bytes);
}
