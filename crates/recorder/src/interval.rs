//! The sampling interval in force, for all threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::sampler::MAX_INTERVAL;

/// Mean bytes between samples unless the program says otherwise: Go's default.
pub const DEFAULT_INTERVAL: u64 = 512 << 10;

/// No allocation has been made yet, and no interval set.
const UNSET: u64 = u64::MAX - 1;

static INTERVAL: AtomicU64 = AtomicU64::new(UNSET);

/// Whether an interval other than 1 was ever in force.
static SAMPLED: AtomicBool = AtomicBool::new(false);

/// Raised with every new interval. Each thread counts its bytes down towards the floor and not
/// towards 0, so whatever it has left lies below a floor that was raised meanwhile: a new interval
/// holds from each thread's next allocation on, for no more than a read of a line that is hardly
/// ever written.
static FLOOR: AtomicU64 = AtomicU64::new(RISE);

/// How far the floor is raised, in bytes: more than a thread ever has left above it. The arithmetic
/// is modulo 2^64; it mistakes an old floor for a new one for a thread that allocates nothing while
/// the interval is set 2^30 times.
pub const RISE: u64 = 1 << 33;

/// The floor in force. No two intervals have the same.
#[inline(always)]
pub fn floor() -> u64 {
    FLOOR.load(Ordering::Relaxed)
}

/// The floor and the interval in force, in bytes; `initial` from now on if there was none. Should
/// another thread set an interval meanwhile, the floor may be the old one with the new interval:
/// the next allocation notices.
pub fn start(initial: u64) -> (u64, u64) {
    let floor = FLOOR.load(Ordering::Acquire);
    let interval = INTERVAL.load(Ordering::Relaxed);
    if interval != UNSET {
        return (floor, interval);
    }
    let interval = initial.min(MAX_INTERVAL);
    note(interval);
    match INTERVAL.compare_exchange(UNSET, interval, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => (floor, interval),
        Err(other) => (floor, other),
    }
}

/// The interval in force, in bytes.
pub fn get() -> u64 {
    match INTERVAL.load(Ordering::Relaxed) {
        UNSET => DEFAULT_INTERVAL,
        interval => interval,
    }
}

/// Sets the interval, at most [`MAX_INTERVAL`].
pub fn set(bytes: u64) {
    let interval = bytes.min(MAX_INTERVAL);
    note(interval);
    INTERVAL.store(interval, Ordering::Relaxed);
    FLOOR.fetch_add(RISE, Ordering::Release);
}

/// Whether every allocation since the first was recorded, as far as the interval goes.
pub fn is_exact() -> bool {
    INTERVAL.load(Ordering::Relaxed) != UNSET && !SAMPLED.load(Ordering::Relaxed)
}

fn note(interval: u64) {
    if interval != 1 {
        SAMPLED.store(true, Ordering::Relaxed);
    }
}
