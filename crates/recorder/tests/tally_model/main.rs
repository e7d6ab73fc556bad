//! Blocks that are counted exactly, under every order of events that two or three threads can have: no free is
//! lost while a tally closes and hands its blocks to the one around it.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-recorder --release --test tally_model`. The tallies, their
//! table of blocks and their locks are those of the recorder, to the letter: `linux/counting/tallies.rs`,
//! `linux/blocks/live_table.rs`, `linux/lock.rs`. What one tally counts is a stand-in that bears no block freed
//! twice (`tally.rs`).
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

#[path = "../../src/linux/kernel/arena.rs"]
mod arena;
#[path = "../../src/counts.rs"]
mod counts;
#[path = "../../src/linux/kernel/errno.rs"]
mod errno;
#[path = "../../src/linux/blocks/live_table.rs"]
mod live_table;
#[path = "../../src/linux/lock.rs"]
mod lock;
#[path = "../../src/row.rs"]
mod row;
#[path = "../../src/linux/counting/tallies.rs"]
mod tallies;

#[path = "../loom_futex/mod.rs"]
mod futex;

mod platform;
mod tally;

#[path = "../loom_entry/mod.rs"]
mod entry;

use counts::Count;
use entry::Outermost;
use loom::sync::Arc;
use loom::thread;
use platform::stacks::capture::Stacks;
use tallies::{Closed, Tallies, TallyId};

const BYTES: u64 = 8;
/// In different parts of the table, so that they do not wait for one another.
const BLOCKS: [usize; 2] = [0x10, 0x18];

/// An outer tally and one inside of it, both open.
struct Nested {
    tallies: Tallies,
    outer: TallyId,
    inner: TallyId,
}

impl Nested {
    fn new() -> Self {
        let tallies = Tallies::new();
        // Words are made before others see them.
        tallies.acquire();
        tallies.release_locks();
        assert!(!tallies.free(&Outermost, BLOCKS[0]));
        let outer = tallies.open(&Outermost, None).unwrap();
        let inner = tallies.open(&Outermost, Some(outer)).unwrap();
        Self { tallies, outer, inner }
    }

    /// Allocates in the inner one.
    fn allocate(&self, address: usize) {
        self.tallies.allocate(&Outermost, self.inner, (address, BYTES), (), Stacks::NONE);
    }

    fn free(&self, address: usize) {
        assert!(self.tallies.free(&Outermost, address));
    }

    fn close(&self, id: TallyId) -> Closed {
        let closed = self.tallies.close(&Outermost, id);
        self.tallies.let_go(&Outermost, id);
        assert_eq!(closed.missed, 0);
        closed
    }

    /// Asserts that nobody keeps a tally, and that no block is known.
    fn is_at_rest(&self) {
        let all: Vec<_> = (0..tallies::MOST).map(|_| self.tallies.open(&Outermost, None)).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(BLOCKS.iter().all(|&block| !self.tallies.free(&Outermost, block)));
    }
}

fn blocks(objects: u64) -> Count {
    Count { objects, bytes: objects * BYTES }
}

/// When the outer tally closes.
#[derive(Clone, Copy, PartialEq)]
enum Outer {
    /// While the other threads run, as the inner one.
    Meanwhile,
    /// After they have ended.
    Later,
}

/// After `first`, each of `others` runs on a thread of its own while the inner tally closes, and perhaps the
/// outer one. Then what both came to is as `judge` says.
fn check(
    first: fn(&Nested),
    others: &'static [fn(&Nested)],
    when: Outer,
    judge: fn(Closed, Closed),
) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let nested = Arc::new(Nested::new());
        first(&nested);
        let run = |other: &fn(&Nested)| {
            let (nested, other) = (Arc::clone(&nested), *other);
            thread::spawn(move || other(&nested))
        };
        let threads: Vec<_> = others.iter().map(run).collect();
        let wait = || threads.into_iter().for_each(|thread| thread.join().unwrap());
        let inner = nested.close(nested.inner);
        let outer = if when == Outer::Later {
            wait();
            nested.close(nested.outer)
        } else {
            let outer = nested.close(nested.outer);
            wait();
            outer
        };
        assert!(inner.left.objects <= inner.alloc.objects);
        judge(inner, outer);
        nested.is_at_rest();
    });
}

fn allocate_both(nested: &Nested) {
    BLOCKS.iter().for_each(|&block| nested.allocate(block));
}

fn free_first(nested: &Nested) {
    nested.free(BLOCKS[0]);
}

fn free_second(nested: &Nested) {
    nested.free(BLOCKS[1]);
}

#[test]
fn a_free_reaches_the_tally_around_the_one_that_closes() {
    check(allocate_both, &[free_first], Outer::Later, |_, outer| {
        assert_eq!((outer.alloc, outer.left), (blocks(2), blocks(1)));
    });
}

#[test]
fn so_do_those_of_two_threads() {
    check(allocate_both, &[free_first, free_second], Outer::Later, |_, outer| {
        assert_eq!((outer.alloc, outer.left), (blocks(2), blocks(0)));
    });
}

fn think_better_of_a_free(nested: &Nested) {
    let block = nested.tallies.take(&Outermost, BLOCKS[0]).unwrap();
    nested.tallies.put_back(&Outermost, block);
}

#[test]
fn what_was_not_freed_after_all_is_left() {
    check(allocate_both, &[think_better_of_a_free], Outer::Later, |_, outer| {
        assert_eq!((outer.alloc, outer.left), (blocks(2), blocks(2)));
    });
}

fn keep_inner(nested: &Nested) {
    nested.tallies.keep(&Outermost, nested.inner);
}

fn join_inner(nested: &Nested) {
    allocate_both(nested);
    free_first(nested);
    nested.tallies.let_go(&Outermost, nested.inner);
}

#[test]
fn what_joins_a_tally_that_closes_counts_around_it() {
    check(keep_inner, &[join_inner], Outer::Later, |_, outer| {
        assert_eq!((outer.alloc, outer.left), (blocks(2), blocks(1)));
    });
}

/// Both may have closed.
fn free_if_counted(nested: &Nested) {
    nested.tallies.free(&Outermost, BLOCKS[0]);
}

#[test]
fn the_outer_tally_knows_what_the_inner_one_does() {
    let judge = |inner: Closed, outer: Closed| {
        assert_eq!((inner.alloc, outer.alloc), (blocks(1), blocks(1)));
        assert!(outer.left.objects <= inner.left.objects, "freed in the inner one only");
    };
    check(|nested| nested.allocate(BLOCKS[0]), &[free_if_counted], Outer::Meanwhile, judge);
}
