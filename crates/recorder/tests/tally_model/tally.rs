//! What one tally counts, without stacks.

use std::cell::OnceCell;

use loom::cell::UnsafeCell;

use crate::arena::Array;
use crate::counts::Count;
use crate::platform::sums::bucket_table::{Bucket, Place};

/// As the recorder's, but what cannot be is a panic, and the model watches that one thread at a time is
/// at it.
#[derive(Debug)]
pub struct Tally {
    pub alloc: Count,
    pub inuse: Count,
    pub peak: Count,
    pub epoch: u64,
    pub rows: Array<Bucket>,
    watched: OnceCell<UnsafeCell<()>>,
}

impl Tally {
    pub const fn new() -> Self {
        let none = Count { objects: 0, bytes: 0 };
        let rows = Array::new();
        Self { alloc: none, inuse: none, peak: none, epoch: 0, rows, watched: OnceCell::new() }
    }

    pub fn allocate(&mut self, place: Place, bytes: u64) {
        self.alloc += Count { objects: 1, bytes };
        self.restore(place, bytes);
    }

    pub fn free(&mut self, _: Place, bytes: u64) {
        self.watch();
        self.inuse.objects = self.inuse.objects.checked_sub(1).unwrap();
        self.inuse.bytes = self.inuse.bytes.checked_sub(bytes).unwrap();
    }

    pub fn restore(&mut self, _: Place, bytes: u64) {
        self.watch();
        self.inuse += Count { objects: 1, bytes };
        assert!(self.inuse.objects <= self.alloc.objects);
    }

    fn watch(&self) {
        self.watched.get_or_init(|| UnsafeCell::new(())).with_mut(|_| ());
    }
}
