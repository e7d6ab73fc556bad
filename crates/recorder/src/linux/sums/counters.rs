//! What is counted: objects and bytes, and what was left out.

use std::ops::{AddAssign, SubAssign};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::counts::{Count, Dropped};
use crate::platform::sampling::sampler::Weight;

/// An estimated number of objects and bytes, as a sum of weights.
///
/// Fixed point with [`Weight::FRACTION_BITS`] binary digits after the point. Sums are exact: what a
/// free subtracts is what its allocation added, so nothing ever falls below zero or drifts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Amount {
    objects: u128,
    bytes: u128,
}

impl Amount {
    /// What one recorded block of `size` bytes stands for.
    #[inline]
    pub fn of(size: u64, weight: Weight) -> Self {
        let objects = u128::from(weight.fixed());
        Self { objects, bytes: objects * u128::from(size) }
    }

    /// Rounded to the nearest whole objects and bytes.
    #[cfg(test)]
    pub fn count(self) -> Count {
        self.rounded(HALF)
    }

    /// Rounded to whole objects and bytes: up if what is over one reaches beyond `1 - dither`, where
    /// `dither` is in units of 2^-[`FRACTION_BITS`](Weight::FRACTION_BITS).
    ///
    /// With a dither that is random and evenly spread, the rounded number is right on average,
    /// which rounding to the nearest is not: 7 or 8 samples of weight 1.02 would always be 7 and 8.
    /// With the same dither, a larger number never rounds to a smaller one.
    pub fn rounded(self, dither: u32) -> Count {
        Count { objects: round(self.objects, dither), bytes: round(self.bytes, dither) }
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
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.objects = self.objects.wrapping_add(other.objects);
        self.bytes = self.bytes.wrapping_add(other.bytes);
    }
}

impl SubAssign for Amount {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.objects = self.objects.wrapping_sub(other.objects);
        self.bytes = self.bytes.wrapping_sub(other.bytes);
    }
}

/// The variance of a sum of weights, and of that of the bytes they stand for.
///
/// An allocation recorded with chance `p` counts `w = 1/p` objects; over all that might have been
/// recorded that has variance `w - 1` each, which the recorded ones estimate as `w (w - 1)` each.
/// Exactly recorded ones have none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Variance {
    /// In objects squared.
    pub objects: f64,
    /// In bytes squared.
    pub bytes: f64,
}

impl Variance {
    /// What one recorded block of `size` bytes adds to the variance.
    #[inline]
    pub fn of(size: u64, weight: Weight) -> Self {
        const ONE: f64 = (1u64 << Weight::FRACTION_BITS) as f64;
        let weight = weight.fixed() as f64 / ONE;
        let objects = weight * (weight - 1.0);
        Self { objects, bytes: objects * size as f64 * size as f64 }
    }

    /// The standard errors of objects and bytes. Rounding may leave next to nothing where there
    /// should be nothing, on either side of it.
    pub fn standard_errors(self) -> Count {
        let root = |variance: f64| variance.max(0.0).sqrt().round() as u64;
        Count { objects: root(self.objects), bytes: root(self.bytes) }
    }
}

impl AddAssign for Variance {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

impl SubAssign for Variance {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.objects -= other.objects;
        self.bytes -= other.bytes;
    }
}

/// Rounds to the nearest.
#[cfg(test)]
const HALF: u32 = 1 << (Weight::FRACTION_BITS - 1);

/// See [`Amount::rounded`].
pub fn round(fixed: u128, dither: u32) -> u64 {
    let dither = u128::from(dither % (1 << Weight::FRACTION_BITS));
    let whole = fixed.saturating_add(dither) >> Weight::FRACTION_BITS;
    // The format of profiles has signed values.
    u64::try_from(whole).unwrap_or(u64::MAX).min(i64::MAX as u64)
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
    /// See [`Dropped::labels`].
    pub labels: DropCounter,
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
            labels: DropCounter::new(),
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
            labels: self.labels.read(),
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
    fn rounding_is_right_on_average_and_leaves_whole_numbers_alone() {
        let third = Amount::of(1, Weight::of(1, 1 << 19));
        let floor = (third.objects >> Weight::FRACTION_BITS) as u64;
        let steps = 1 << 12;
        let up = (0..steps).filter(|i| third.rounded(i << 8).objects > floor);
        let part = up.count() as f64 / f64::from(steps);
        let over = (third.objects % (1 << Weight::FRACTION_BITS)) as f64 / f64::from(2 * HALF);
        assert!((part - over).abs() < 1e-3, "{part} for {over}");
        let five = Amount::of(5, Weight::ONE);
        assert!((0..steps).all(|i| five.rounded(i << 8) == Count { objects: 1, bytes: 5 }));
    }

    #[test]
    fn the_variance_is_that_of_sampling() {
        assert_eq!(Variance::of(100, Weight::ONE), Variance::default());
        let mut variance = Variance::default();
        // 4 MiB in blocks of 16 bytes at 512 KiB: 8 samples as a rule, so 4 MiB / sqrt(8).
        (0..8).for_each(|_| variance += Variance::of(16, Weight::of(16, 512 << 10)));
        let error = variance.standard_errors().bytes;
        assert!(error.abs_diff((4 << 20) * 1000 / 2828) < 2000, "{error}");
        (0..8).for_each(|_| variance -= Variance::of(16, Weight::of(16, 512 << 10)));
        assert_eq!(variance.standard_errors(), Count::default());
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
