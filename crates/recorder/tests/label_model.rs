//! Sets of labels are found without a lock, under every order of events that two or three threads can
//! have.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-recorder --release --test label_model`. The index and the
//! lock are those of the recorder, to the letter: `linux/labels/index.rs`, `linux/lock.rs`. How they are used
//! is that of `LabelTable`, and what a number stands for is one cell, of which the model sees who reads
//! it before it was written.
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

#[path = "../src/linux/labels/index.rs"]
mod index;
#[path = "../src/linux/lock.rs"]
mod lock;

#[path = "loom_futex/mod.rs"]
mod futex;

/// Where the recorder has them.
mod platform {
    pub mod kernel {
        pub(crate) use crate::futex;
    }
}

#[path = "loom_entry/mod.rs"]
mod entry;

use entry::Outermost;
use futex::AtomicU32;
use index::{Found, LabelIndex};
use lock::Lock;

/// Every set has the same hash, so that each search meets the others.
const HASH: u64 = 3;

struct Table {
    places: [AtomicU32; 4],
    /// What numbers from 1 on stand for.
    sets: [UnsafeCell<u32>; 3],
    used: Lock<u32>,
}

// SAFETY: as the table of the recorder: a set is written under the lock, before its number is put
// where others find it. The model panics if that is not enough.
unsafe impl Sync for Table {}

impl Table {
    fn new() -> Self {
        let table = Self {
            places: [const { AtomicU32::new(0) }; 4],
            sets: [0; 3].map(UnsafeCell::new),
            used: Lock::new(0),
        };
        // Words are made before others see them.
        let relaxed = std::sync::atomic::Ordering::Relaxed;
        assert!(table.places.iter().all(|place| place.load(relaxed) == 0));
        drop(table.used.lock(&Outermost));
        table
    }

    fn search(&self, set: u32) -> Found {
        let is_wanted = |number: u32| {
            // SAFETY: the number was found.
            self.sets[number as usize - 1].with(|other| unsafe { *other == set })
        };
        LabelIndex::new(&self.places).find(HASH, is_wanted)
    }

    fn set(&self, set: u32) -> u32 {
        if let Found::Set(number) = self.search(set) {
            return number;
        }
        let mut used = self.used.lock(&Outermost);
        let place = match self.search(set) {
            Found::Set(number) => return number,
            Found::Nothing(place) => place,
        };
        // SAFETY: nobody has the number.
        self.sets[*used as usize].with_mut(|new| unsafe { *new = set });
        *used += 1;
        LabelIndex::new(&self.places).put(place, *used);
        *used
    }
}

/// Each thread asks for its sets; all get the same number for the same set.
fn check(asked: &'static [&'static [u32]]) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let table = Arc::new(Table::new());
        let ask = |table: &Table, sets: &[u32]| -> Vec<(u32, u32)> {
            sets.iter().map(|&set| (set, table.set(set))).collect()
        };
        let others: Vec<_> = (asked[1..].iter())
            .map(|sets| {
                let table = Arc::clone(&table);
                thread::spawn(move || ask(&table, sets))
            })
            .collect();
        let mut numbers = ask(&table, asked[0]);
        others.into_iter().for_each(|other| numbers.extend(other.join().unwrap()));
        for &(set, number) in &numbers {
            assert_eq!(table.search(set), Found::Set(number));
        }
    });
}

#[test]
fn two_threads_get_one_number_for_one_set() {
    check(&[&[7, 8], &[8, 7]]);
}

#[test]
fn three_threads_find_what_others_add() {
    check(&[&[7], &[8], &[7]]);
}
