//! Finds label sets by what they hold, without a lock.
//!
//! `tests/label_model.rs` tries every order of events.

use std::sync::atomic::Ordering::{Acquire, Release};

use crate::platform::kernel::futex::AtomicU32;

/// Open addressing over numbers of label sets; 0 is an empty place.
///
/// A place is filled once, after what its number stands for was written, and never changes again: so
/// whoever reads a number there may read the set, whatever others do meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct LabelIndex<'a>(&'a [AtomicU32]);

/// What is at the end of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The set of this number.
    Set(u32),
    /// None, and the place where it would be.
    Nothing(usize),
}

impl<'a> LabelIndex<'a> {
    /// The index in `places`, a power of two of them, of which some must always stay empty.
    pub fn new(places: &'a [AtomicU32]) -> Self {
        Self(places)
    }

    /// Looks for the set that `is_wanted`, among those that have its hash and others.
    pub fn find(self, hash: u64, is_wanted: impl Fn(u32) -> bool) -> Found {
        let mask = self.0.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.0[place].load(Acquire) {
                0 => return Found::Nothing(place),
                number if is_wanted(number) => return Found::Set(number),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// Has others find a set that was written. The caller keeps everyone else from doing so, and has
    /// searched again since.
    pub fn put(self, place: usize, number: u32) {
        self.0[place].store(number, Release);
    }
}
