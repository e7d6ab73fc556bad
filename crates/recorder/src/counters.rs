//! What is counted: objects and bytes, and what was left out.

use std::ops::{AddAssign, SubAssign};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sampler::Weight;

/// An estimated number of objects and bytes, as a sum of weights.
///
/// Fixed point with [`Weight::FRACTION_BITS`] binary digits after the point. Sums are exact: what a
/// free subtracts is what its allocation added, so nothing ever falls below zero or drifts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    objects: u128,
    bytes: u128,
}

impl Amount {
    /// What one recorded block of `size` bytes stands for.
    pub fn of(size: u64, weight: Weight) -> Self {
        let objects = u128::from(weight.fixed());
        Self { objects, bytes: objects * u128::from(size) }
    }

    /// Rounded to whole objects and bytes.
    pub fn count(self) -> Count {
        Count { objects: round(self.objects), bytes: round(self.bytes) }
    }

    /// Mean bytes an object, rounded; the size itself when all objects have the same. 0 without
    /// objects.
    pub fn mean_size(self) -> u64 {
        let doubled = (2 * self.bytes).checked_div(self.objects).unwrap_or(0);
        u64::try_from(doubled.div_ceil(2)).unwrap_or(u64::MAX)
    }
}

/// Adds and subtracts modulo 2^128: a total of 2^107 bytes is out of reach, and a panic here would
/// end the program.
impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.objects = self.objects.wrapping_add(other.objects);
        self.bytes = self.bytes.wrapping_add(other.bytes);
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        self.objects = self.objects.wrapping_sub(other.objects);
        self.bytes = self.bytes.wrapping_sub(other.bytes);
    }
}

fn round(fixed: u128) -> u64 {
    let half = 1 << (Weight::FRACTION_BITS - 1);
    let whole = fixed.saturating_add(half) >> Weight::FRACTION_BITS;
    // The format of profiles has signed values.
    u64::try_from(whole).unwrap_or(u64::MAX).min(i64::MAX as u64)
}

/// A number of objects and the bytes in them, at most `i64::MAX` each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of objects.
    pub objects: u64,
    /// Bytes asked for, without what the allocator adds.
    pub bytes: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.objects = self.objects.saturating_add(other.objects).min(i64::MAX as u64);
        self.bytes = self.bytes.saturating_add(other.bytes).min(i64::MAX as u64);
    }
}

/// What the limits of the recorder left out so far, in recorded allocations (not weighted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Recorded without their stack: the stack table was full, or the stack could not be walked.
    pub stacks: u64,
    /// Recorded with the innermost frames of their stack only.
    pub outer_frames: u64,
    /// Recorded as allocated but never as in use: the live table was full.
    pub live: u64,
    /// Not recorded at all: the kernel gave no memory.
    pub samples: u64,
    /// Recorded blocks whose free went unnoticed: it came from a signal handler that interrupted
    /// the recorder. They stay in use, in every sense.
    pub frees: u64,
}

impl Dropped {
    /// Whether nothing was left out.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// [`Dropped`], counted by all threads.
#[derive(Debug, Default)]
pub struct DropCounters {
    /// See [`Dropped::stacks`].
    pub stacks: DropCounter,
    /// See [`Dropped::outer_frames`].
    pub outer_frames: DropCounter,
    /// See [`Dropped::live`].
    pub live: DropCounter,
    /// See [`Dropped::samples`].
    pub samples: DropCounter,
    /// See [`Dropped::frees`].
    pub frees: DropCounter,
}

impl DropCounters {
    /// All zero.
    pub const fn new() -> Self {
        Self {
            stacks: DropCounter::new(),
            outer_frames: DropCounter::new(),
            live: DropCounter::new(),
            samples: DropCounter::new(),
            frees: DropCounter::new(),
        }
    }

    /// What was counted so far.
    pub fn read(&self) -> Dropped {
        Dropped {
            stacks: self.stacks.read(),
            outer_frames: self.outer_frames.read(),
            live: self.live.read(),
            samples: self.samples.read(),
            frees: self.frees.read(),
        }
    }
}

/// One number of [`DropCounters`].
#[derive(Debug, Default)]
pub struct DropCounter(AtomicU64);

impl DropCounter {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts one more.
    #[cold]
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_one_counts_whole_objects_exactly() {
        let mut amount = Amount::default();
        for size in 0..1000 {
            amount += Amount::of(size, Weight::ONE);
        }
        assert_eq!(amount.count(), Count { objects: 1000, bytes: 499_500 });
    }

    #[test]
    fn frees_take_away_exactly_what_allocations_added() {
        let blocks: Vec<_> =
            (0..10_000u64).map(|i| Amount::of(i * 77, Weight::of(i * 77, 300 + i))).collect();
        let mut amount = Amount::default();
        blocks.iter().for_each(|&block| amount += block);
        blocks.iter().rev().for_each(|&block| amount -= block);
        assert_eq!(amount, Amount::default());
    }

    #[test]
    fn the_mean_size_of_equal_objects_is_their_size() {
        let mut amount = Amount::of(48, Weight::of(48, 1 << 19));
        assert_eq!(amount.mean_size(), 48);
        amount += Amount::of(48, Weight::of(48, 1 << 12));
        assert_eq!(amount.mean_size(), 48);
        assert_eq!(Amount::default().mean_size(), 0);
    }

    #[test]
    fn counts_stay_within_signed_values() {
        let huge = Amount::of(u64::MAX, Weight::of(1, 1 << 40));
        assert_eq!(huge.count().bytes, i64::MAX as u64);
    }
}
