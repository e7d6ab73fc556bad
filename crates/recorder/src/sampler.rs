//! Which allocations are recorded, and what each recorded one stands for.

use std::cell::Cell;

use crate::math::{ln, one_minus_exp_neg};
use crate::random::{Random, kernel_seed};

/// Decides which allocations of one thread are recorded.
///
/// Model: bytes are numbered in the order in which the thread asks for them, and marked at random
/// and independently, one in `interval` on average. An allocation is recorded when it contains a
/// mark. The chance that `size` bytes contain one is
///
/// ```text
/// p(size) = 1 - e^(-size / interval)
/// ```
///
/// At the default interval of 512 KiB: 16 B 0.003 %, 4 KiB 0.78 %, 512 KiB 63 %, 1 MiB 86 %, 8 MiB
/// 99.99999 %. A recorded allocation stands for `1 / p(size)` allocations of its size, its
/// *weight*: 32 768.5 at 16 B, 128.5 at 4 KiB, 1.156 at 1 MiB. Every allocation thus counts `p *
/// 1/p = 1` on average, whatever else happens at the same place: sums of weights are unbiased at
/// call sites of mixed sizes too.
///
/// Implementation: distances between marks are exponential, so only the distance to the next one is
/// kept. It has no memory: forgetting it and drawing another, at any moment that does not depend on
/// it, changes no chance. That is what happens when the interval changes, which is why estimates
/// stay unbiased across the change; the weight comes from the interval that the mark was drawn
/// with.
///
/// At interval 1 every allocation is recorded, with weight exactly 1 (not with p = 63 %): that is
/// what users of Go's `MemProfileRate` mean by it. At interval 0 none is. A request of zero bytes
/// contains no byte to mark; it is recorded at interval 1 only.
///
/// One per thread; never shared.
#[derive(Debug)]
pub struct Sampler {
    /// Requests smaller than this many bytes do not reach the next mark. 0: every request does.
    until_next: Cell<u64>,
    /// What `until_next` was drawn with, in bytes; [`NEVER_DRAWN`] before the first draw.
    interval: Cell<u64>,
    random: Random,
}

/// No interval in force is ever this one, so a new thread's first allocation takes the slow path.
const NEVER_DRAWN: u64 = u64::MAX;

/// The largest mean distance, in bytes (1 TiB): a weight stays far below the range of [`Weight`].
pub const MAX_INTERVAL: u64 = 1 << 40;

impl Sampler {
    /// A sampler that draws its first mark at its first use.
    pub const fn new() -> Self {
        Self {
            until_next: Cell::new(0),
            interval: Cell::new(NEVER_DRAWN),
            random: Random::unseeded(),
        }
    }

    /// Whether `size` bytes end before the next mark; if they do, they are used up.
    ///
    /// The whole cost of an allocation that is not recorded. When this answers `false` nothing has
    /// changed yet, and [`mark`](Self::mark) decides.
    #[inline(always)]
    pub fn passes(&self, size: u64, interval: u64) -> bool {
        let left = self.until_next.get();
        if self.interval.get() == interval && size < left {
            self.until_next.set(left - size);
            return true;
        }
        false
    }

    /// Whether a request that did not pass contains a mark, and what it then stands for.
    pub fn mark(&self, size: u64, interval: u64) -> Option<Weight> {
        if self.interval.get() != interval {
            self.change_interval(interval);
            if self.passes(size, interval) {
                return None;
            }
        }
        self.until_next.set(self.draw(interval));
        (interval != 0).then(|| Weight::of(size, interval))
    }

    /// Forgets the next mark and the seed, as the child of a fork must: its parent goes on with
    /// both.
    pub fn forget(&self) {
        self.interval.set(NEVER_DRAWN);
    }

    fn change_interval(&self, interval: u64) {
        if self.interval.get() == NEVER_DRAWN {
            self.random.seed(kernel_seed());
        }
        self.interval.set(interval);
        self.until_next.set(self.draw(interval));
    }

    /// The number of bytes up to and including the next marked one.
    ///
    /// With the distance `g` exponential, a request of `size` whole bytes reaches the mark when
    /// `g < size`, that is when `floor(g) + 1 <= size`.
    fn draw(&self, interval: u64) -> u64 {
        match interval {
            0 => u64::MAX,
            1 => 0,
            _ => (-ln(self.random.unit()) * interval as f64) as u64 + 1,
        }
    }
}

/// How many allocations one recorded allocation stands for: fixed point, so that what a free takes
/// away is exactly what the allocation added, and sums at interval 1 are whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(u64);

impl Weight {
    /// Binary digits after the point: a weight of about 1 is rounded by at most 5e-7.
    pub const FRACTION_BITS: u32 = 20;
    /// The weight of an allocation that stands for itself.
    pub const ONE: Self = Self(1 << Self::FRACTION_BITS);

    /// The weight of a request of `size` bytes that contains a mark: `1 / (1 -
    /// e^(-size/interval))`.
    ///
    /// At most `interval / size + 1`, so at most 2^41 (size 0 counts as one byte here).
    pub fn of(size: u64, interval: u64) -> Self {
        if interval <= 1 {
            return Self::ONE;
        }
        let chance = one_minus_exp_neg(size.max(1) as f64 / interval as f64);
        Self((f64::from(1 << Self::FRACTION_BITS) / chance + 0.5) as u64)
    }

    /// The weight in units of 2^-[`FRACTION_BITS`](Self::FRACTION_BITS).
    pub fn fixed(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
