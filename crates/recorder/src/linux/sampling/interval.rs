//! The sampling interval in force, for all threads.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::limits::{DEFAULT_INTERVAL, MAX_INTERVAL};

/// No allocation has been made yet, and no interval set.
const UNSET: u64 = u64::MAX;

/// Beside the interval while it grows by itself.
const GROWING: u64 = 1 << 63;

/// The interval to start with for one that grows: 1, and with the bytes allocated up to
/// [`DEFAULT_INTERVAL`].
///
/// A program that allocates little is recorded exactly; one that allocates much pays for exactness
/// at its beginning only. From `EXACT_BYTES` on, each doubling of what was allocated gets about
/// `SAMPLES_A_DOUBLING` samples, until the interval is the default.
pub const GROWING_FROM_EXACT: u64 = GROWING | 1;

/// Bytes allocated by all threads before the interval grows. An allocation counts as
/// [`LEAST_COUNTED`] at least, so it is never more than 65 536 events that cost what exactness
/// costs: some milliseconds.
const EXACT_BYTES: u64 = 4 << 20;
const SAMPLES_A_DOUBLING: u64 = 256;
const LEAST_COUNTED: u64 = 64;

/// The interval in force, and whether it grows.
static INTERVAL: AtomicU64 = AtomicU64::new(UNSET);

/// Bytes allocated while the interval grows, as far as threads have reported them.
static SPENT: AtomicU64 = AtomicU64::new(0);

/// Whether an interval other than 1 was ever in force.
static SAMPLED: AtomicBool = AtomicBool::new(false);

/// How many intervals there have been, and the first. A thread that looks sees whether the one that
/// it drew its mark with is still in force.
static VERSION: AtomicU64 = AtomicU64::new(1);

/// The version of the interval in force, never 0, and the interval in bytes; `initial` from now on if
/// there was none. Should another thread set an interval meanwhile, the version may be the old one
/// with the new interval: the next look notices.
#[inline]
pub fn start(initial: u64) -> (u64, u64) {
    let version = VERSION.load(Ordering::Acquire);
    let word = INTERVAL.load(Ordering::Relaxed);
    if word != UNSET {
        return (version, word & !GROWING);
    }
    let initial = (initial & !GROWING).min(MAX_INTERVAL) | initial & GROWING;
    note(initial & !GROWING);
    match INTERVAL.compare_exchange(UNSET, initial, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => (version, initial & !GROWING),
        Err(other) => (version, other & !GROWING),
    }
}

/// The version of the interval in force, if that is 1 and does not grow.
#[inline]
pub fn exact() -> Option<u64> {
    let version = VERSION.load(Ordering::Acquire);
    (INTERVAL.load(Ordering::Relaxed) == 1).then_some(version)
}

/// The interval in force, in bytes.
pub fn get() -> u64 {
    match INTERVAL.load(Ordering::Relaxed) {
        UNSET => DEFAULT_INTERVAL,
        word => word & !GROWING,
    }
}

/// Sets the interval, at most [`MAX_INTERVAL`]. It does not grow any more.
pub fn set(bytes: u64) {
    let interval = bytes.min(MAX_INTERVAL);
    note(interval);
    INTERVAL.store(interval, Ordering::Relaxed);
    VERSION.fetch_add(1, Ordering::Release);
}

/// Bytes that a thread has allocated and not yet reported.
#[derive(Debug)]
pub struct Unreported(Cell<u64>);

impl Unreported {
    /// How many a thread keeps to itself.
    const MOST: u64 = 4096;

    /// None.
    pub const fn new() -> Self {
        Self(Cell::new(0))
    }

    /// Notes a request of `size` bytes that did not pass, at `interval`, and lets the interval grow
    /// if it is time. Of what passes between two samples at a larger interval, the mean is noted
    /// when it ends in a sample.
    ///
    /// What has been allocated and sampled decides about the interval for what comes after, and
    /// never about a mark that is already drawn: estimates stay unbiased.
    #[inline]
    pub fn note(&self, size: u64, interval: u64, is_marked: bool) {
        let word = INTERVAL.load(Ordering::Relaxed);
        if word & GROWING == 0 || word == UNSET || !is_marked {
            return;
        }
        let bytes = if interval == 1 { size.max(LEAST_COUNTED) } else { interval };
        let unreported = self.0.get().saturating_add(bytes);
        if unreported < Self::MOST {
            return self.0.set(unreported);
        }
        self.0.set(0);
        grow(word, SPENT.fetch_add(unreported, Ordering::Relaxed).saturating_add(unreported));
    }
}

#[cold]
fn grow(word: u64, spent: u64) {
    let interval = grown(spent);
    if interval <= word & !GROWING {
        return;
    }
    let is_done = interval == DEFAULT_INTERVAL;
    let new = if is_done { interval } else { interval | GROWING };
    // Another thread may have grown or set it meanwhile.
    note(interval);
    let grown = INTERVAL.compare_exchange(word, new, Ordering::Relaxed, Ordering::Relaxed);
    if grown.is_ok() {
        VERSION.fetch_add(1, Ordering::Release);
    }
}

/// The interval after so many bytes.
fn grown(spent: u64) -> u64 {
    if spent < EXACT_BYTES {
        return 1;
    }
    let interval = spent / SAMPLES_A_DOUBLING;
    (1 << interval.ilog2()).min(DEFAULT_INTERVAL)
}

/// Whether every allocation since the first was recorded, as far as the interval goes.
pub fn is_exact() -> bool {
    INTERVAL.load(Ordering::Relaxed) != UNSET && !SAMPLED.load(Ordering::Relaxed)
}

#[inline]
fn note(interval: u64) {
    if interval != 1 {
        SAMPLED.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_grows_with_what_was_allocated() {
        let mib = |count: u64| count << 20;
        assert_eq!([0, EXACT_BYTES - 1].map(grown), [1, 1]);
        assert_eq!([4, 7, 8, 64, 127].map(mib).map(grown).map(|i| i >> 10), [16, 16, 32, 256, 256]);
        assert_eq!([mib(128), u64::MAX].map(grown), [DEFAULT_INTERVAL; 2]);
    }
}
