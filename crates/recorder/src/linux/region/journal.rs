//! What a killed process was in the middle of changing.

use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64, compiler_fence};

use crate::platform::sums::bucket_table::{Bucket, Spread};

/// The buckets that an event is changing, as they were before, in the head of a recording. If the
/// process is killed meanwhile, whoever reads the recording takes them instead: every event is there
/// whole or not at all.
///
/// A kill ends each thread between two instructions, and what those before it stored is in the file:
/// so only the order matters in which the compiler puts the stores.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Journal {
    /// How many buckets are kept.
    kept: AtomicU32,
    /// Their rows.
    rows: [AtomicU32; 2],
    _unused: u32,
    /// Variances of objects and bytes: allocated, in use, at the peak; and the epoch of the last.
    spread: [AtomicU64; 7],
    _unused_too: u64,
    buckets: [UnsafeCell<Bucket>; 2],
}

const _: () = assert!(size_of::<Journal>() == 320);

// SAFETY: written by whoever holds the lock of the stripe that the journal belongs to.
unsafe impl Sync for Journal {}

impl Journal {
    /// Keeps a bucket that is about to be changed.
    #[inline]
    pub fn keep(&self, row: u32, bucket: &Bucket) {
        let kept = self.kept.load(Relaxed);
        let is_kept = self.rows.iter().take(kept as usize).any(|other| other.load(Relaxed) == row);
        let Some(place) = self.buckets.get(kept as usize).filter(|_| !is_kept) else { return };
        // SAFETY: nobody reads it in this process, and the caller holds the stripe's lock.
        unsafe { *place.get() = *bucket };
        self.rows[kept as usize].store(row, Relaxed);
        self.kept.store(kept + 1, Release);
        // What the caller changes comes after.
        compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }

    /// The event is complete.
    #[inline]
    pub fn settle(&self, spread: Spread, epoch: u64) {
        self.kept.store(0, Release);
        let Spread { alloc, inuse, peak } = spread;
        let variances = [alloc, inuse, peak].map(|of| [of.objects, of.bytes]);
        for (place, variance) in self.spread.iter().zip(variances.as_flattened()) {
            place.store(variance.to_bits(), Relaxed);
        }
        self.spread[6].store(epoch, Relaxed);
    }
}
