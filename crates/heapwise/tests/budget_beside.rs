//! Budgets do not show in the profile of the process: what that says is what it would be without.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;
use std::thread;

use common::counting::Counting;
use heapwise::budget::{self, measure};
use heapwise::heap;

#[global_allocator]
static COUNTING: Counting = Counting::new(heapwise::Alloc::system().with_interval(1));

/// Blocks that grow from one size to the next, small and large, and are freed here and there.
fn work() -> (u64, u64) {
    let (mut allocations, mut bytes) = (0, 0);
    let mut kept = Vec::with_capacity(100);
    for step in 1..=100 {
        let mut text: Vec<u8> = Vec::with_capacity(step * 3);
        (allocations, bytes) = (allocations + 1, bytes + step as u64 * 3);
        if step % 3 == 0 {
            text.reserve_exact(step * 200);
            (allocations, bytes) = (allocations + 1, bytes + step as u64 * 200);
        }
        kept.push(black_box(text));
        if step % 2 == 0 {
            drop(kept.swap_remove(step / 4));
        }
    }
    (allocations + 1, bytes + (100 * size_of::<Vec<u8>>()) as u64)
}

/// One test after the other: they share the recorder.
#[test]
fn the_process_is_counted_as_without() {
    // The first asks whether the allocator is ours.
    let ((), used) = Counting::paused(|| measure(|| ()));
    assert_eq!(used.allocations, 0);
    exactly_while_it_is_recorded_exactly();
    estimates_under_budgets_are_unbiased();
    nothing_at_interval_zero();
}

fn exactly_while_it_is_recorded_exactly() {
    COUNTING.agreed();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for round in 0..40 {
                    let handle = budget::current();
                    let ((allocations, bytes), used) = measure(|| {
                        handle.run(work);
                        work()
                    });
                    assert_eq!((used.allocations, used.bytes), (allocations, bytes), "{round}");
                    assert_eq!((used.leaked, used.leaked_bytes), (0, 0));
                }
            });
        }
    });
    assert!(!COUNTING.agreed_profile().samples.is_empty());
}

/// As many samples as chance says, each with its weight, of blocks that are served otherwise than
/// without a budget; and all gone once freed.
fn estimates_under_budgets_are_unbiased() {
    const INTERVAL: u64 = 64 << 10;
    const ROUNDS: usize = 300;
    heap::set_interval(INTERVAL);
    let before = heap::totals().unwrap();
    let sizes = [16, 48, 200, 1024, 4096, 10_000, 100_000];
    let mut kept: Vec<Vec<u8>> = Vec::with_capacity(ROUNDS * sizes.len());
    let mut pairs = 0;
    for round in 0..ROUNDS {
        let ((), used) = measure(|| {
            for size in sizes {
                kept.push(black_box(Vec::with_capacity(size)));
                // Between samples of the process, what is only counted.
                (0..20).for_each(|_| drop(black_box(Vec::<u8>::with_capacity(size))));
                pairs += 20;
            }
        });
        assert_eq!(used.allocations, sizes.len() as u64 * 21, "{round}");
        assert_eq!(used.leaked, sizes.len() as u64);
    }
    let now = heap::totals().unwrap();
    let (mut sum, mut variance) = ([0.0; 2], [0.0; 2]);
    for size in sizes {
        let weight = 1.0 / -(-(size as f64) / INTERVAL as f64).exp_m1();
        for (column, count) in [ROUNDS * 21, ROUNDS].into_iter().enumerate() {
            sum[column] += (count * size) as f64;
            variance[column] += count as f64 * (weight - 1.0) * (size * size) as f64;
        }
    }
    let estimates = [now.alloc.bytes - before.alloc.bytes, now.inuse.bytes - before.inuse.bytes];
    for column in [0, 1] {
        let off = (estimates[column] as f64 - sum[column]) / variance[column].sqrt();
        assert!(off.abs() < 5.0, "{} for {}, off by {off}", estimates[column], sum[column]);
    }
    drop(kept);
    // Of this test's; the harness may have freed something.
    assert!(heap::totals().unwrap().inuse.bytes <= before.inuse.bytes);
    assert!(heap::totals().unwrap().dropped.is_nothing());
}

fn nothing_at_interval_zero() {
    heap::set_interval(0);
    let before = heap::totals().unwrap();
    let ((allocations, bytes), used) = measure(work);
    assert_eq!((used.allocations, used.bytes, used.leaked), (allocations, bytes, 0));
    let now = heap::totals().unwrap();
    assert_eq!((now.alloc, now.peak), (before.alloc, before.peak));
}
