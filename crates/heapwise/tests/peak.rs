//! At interval 1, the peak is what an allocator above the recorder counted when the most bytes were in
//! use, and its parts add up to it.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::thread;

use common::counting::Counting;
use heapwise::heap::{self, Count};
use heapwise_profile::{LabelValue, Profile};

#[global_allocator]
static COUNTING: Counting = Counting::new(heapwise::Alloc::system().with_interval(1));

/// One test, because the peak is the program's.
#[test]
fn the_peak_is_what_was_counted() {
    parts();
    taking_turns();
    racing();
}

/// The profile, and what was counted by then.
fn written() -> (Profile, Count) {
    let mut buffer = [0; 1 << 18];
    let mut rest = &mut buffer[..];
    Counting::paused(|| heap::write_to(&mut rest).unwrap());
    let (left, counted) = (rest.len(), COUNTING.peak());
    (common::profile(&buffer[..buffer.len() - left]), counted)
}

#[inline(never)]
fn blocks(count: usize, size: usize) -> Vec<Vec<u8>> {
    (0..count).map(|_| black_box(vec![1; size])).collect()
}

/// What was freed before the peak, and what came after it, is not in it.
fn parts() {
    drop(blocks(100, 7001));
    let (held, cache) = (blocks(300, 3001), blocks(100, 9001));
    drop(cache);
    let later = blocks(50, 5001);
    let (profile, counted) = written();
    let [.., peak] = common::all_sums(&profile);
    assert_eq!(peak, counted);
    let mut objects: HashMap<i64, i64> = HashMap::new();
    for sample in profile.samples.iter() {
        let LabelValue::Number { number, .. } = sample.labels[0].value else { panic!() };
        *objects.entry(number).or_default() += sample.values[4];
    }
    let of = |size| objects.get(&size).copied().unwrap_or(0);
    assert_eq!([7001, 3001, 9001, 5001].map(of), [0, 300, 100, 0]);
    drop((held, later));
}

/// Four threads that do one thing at a time, in any order, and free each other's blocks.
fn taking_turns() {
    let shared = Mutex::new((0x2545_f491_4f6c_dd1du64, Vec::<Vec<u8>>::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for step in 0..4000 {
                    turn(&mut shared.lock().unwrap(), step);
                }
            });
        }
    });
    drop(shared);
    let counted = COUNTING.peak();
    assert!(counted.bytes > 2_000_000, "{counted:?}");
    assert_eq!(heap::totals().unwrap().peak, counted);
    let (profile, counted_then) = written();
    assert_eq!(counted_then, counted);
    let [.., peak] = common::all_sums(&profile);
    assert_eq!(peak, counted);
}

fn turn((random, blocks): &mut (u64, Vec<Vec<u8>>), step: usize) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    let size = 1 << (*random >> 8 & 15);
    let grows = *random % 100 < if (step / 1000).is_multiple_of(2) { 65 } else { 40 };
    let at = (*random >> 32) as usize % blocks.len().max(1);
    match blocks.get_mut(at) {
        Some(block) if *random >> 20 & 3 == 0 => {
            block.reserve_exact(size);
            block.shrink_to(size / 2);
        }
        Some(_) if !grows => drop(blocks.swap_remove(at)),
        _ => blocks.push(Vec::with_capacity(size)),
    }
}

/// Threads at once, each of which has the most just before they meet: where they do, the heap is at
/// its largest, in whatever order they came there.
fn racing() {
    let barrier = Barrier::new(3);
    for round in 1..=3 {
        thread::scope(|scope| {
            for thread in 0..3 {
                let barrier = &barrier;
                scope.spawn(move || {
                    let churn = |blocks: &mut Vec<Vec<u8>>, step: usize| {
                        drop(black_box(vec![0u8; step % 500]));
                        blocks.push(vec![0; 100 + step % 900]);
                    };
                    let mut kept = Vec::with_capacity(40_000);
                    (0..5000 + round * 500 + thread).for_each(|step| churn(&mut kept, step));
                    kept.push(vec![0; 4000]);
                    barrier.wait();
                    barrier.wait();
                });
            }
            // Between the two, the others sleep.
        });
        let counted = COUNTING.peak().bytes;
        let totals = heap::totals().unwrap();
        assert_eq!(totals.peak.bytes, counted, "round {round}");
        assert!(totals.dropped.is_nothing());
    }
}
