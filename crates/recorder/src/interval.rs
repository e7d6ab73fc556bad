//! The sampling interval in force, for all threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::sampler::MAX_INTERVAL;

/// Mean bytes between samples unless the program says otherwise: Go's default.
pub const DEFAULT_INTERVAL: u64 = 512 << 10;

/// No allocation has been made yet, and no interval set.
const UNSET: u64 = u64::MAX - 1;

/// Each thread compares this with the interval that its next mark was drawn with, at each
/// allocation: a read of a line that no thread writes, and so a new interval holds from each
/// thread's next allocation on.
static INTERVAL: AtomicU64 = AtomicU64::new(UNSET);

/// Whether an interval other than 1 was ever in force.
static SAMPLED: AtomicBool = AtomicBool::new(false);

/// The interval in force, as the samplers compare it.
#[inline(always)]
pub fn raw() -> u64 {
    INTERVAL.load(Ordering::Relaxed)
}

/// The interval in force, in bytes; `initial` from now on if there was none.
pub fn start(initial: u64) -> u64 {
    if raw() != UNSET {
        return raw();
    }
    let interval = initial.min(MAX_INTERVAL);
    note(interval);
    match INTERVAL.compare_exchange(UNSET, interval, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => interval,
        Err(other) => other,
    }
}

/// The interval in force, in bytes.
pub fn get() -> u64 {
    if raw() == UNSET { DEFAULT_INTERVAL } else { raw() }
}

/// Sets the interval, at most [`MAX_INTERVAL`].
pub fn set(bytes: u64) {
    let interval = bytes.min(MAX_INTERVAL);
    note(interval);
    INTERVAL.store(interval, Ordering::Relaxed);
}

/// Whether every allocation since the first was recorded, as far as the interval goes.
pub fn is_exact() -> bool {
    raw() != UNSET && !SAMPLED.load(Ordering::Relaxed)
}

fn note(interval: u64) {
    if interval != 1 {
        SAMPLED.store(true, Ordering::Relaxed);
    }
}
