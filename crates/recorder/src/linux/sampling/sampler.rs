//! Which allocations are recorded, and what each recorded one stands for.

use std::cell::Cell;

use crate::platform::random::{Random, kernel_seed};
use crate::platform::sampling::math::{ln, one_minus_exp_neg};

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
    /// How many bytes may be asked for before one is looked at more closely; below 0, how far the
    /// last request went beyond. All that the common path touches.
    left: Cell<i64>,
    /// How many more bytes lie before the next mark.
    beyond: Cell<u64>,
    /// Which interval the mark was drawn with (see `interval.rs`); 0 before the first draw.
    version: Cell<u64>,
    /// What the distance was drawn with, in bytes.
    interval: Cell<u64>,
    random: Random,
    is_seeded: Cell<bool>,
    /// Whether every request is to be looked at.
    is_watched: Cell<bool>,
    /// How far below what was shown `left` began.
    below: Cell<i64>,
}

/// A thread looks at the interval in force at least once in so many bytes (64 KiB): some nanoseconds
/// in hundreds of allocations, instead of a comparison at each.
pub const LOOK_BYTES: u64 = 64 << 10;

impl Sampler {
    /// A sampler that draws its first mark at its first use: no version is ever 0. All zeroes.
    pub const fn new() -> Self {
        Self {
            left: Cell::new(0),
            beyond: Cell::new(0),
            version: Cell::new(0),
            interval: Cell::new(0),
            random: Random::unseeded(),
            is_seeded: Cell::new(false),
            is_watched: Cell::new(false),
            below: Cell::new(0),
        }
    }

    /// Uses up `size` bytes, at most `i64::MAX`; whether they surely end before the next mark.
    ///
    /// The whole cost of an allocation that is not recorded. When this answers `false`,
    /// [`mark`](Self::mark) must be asked next.
    #[inline(always)]
    pub fn passes(&self, size: u64) -> bool {
        let left = self.left.get().wrapping_sub(size.cast_signed());
        self.left.set(left);
        left >= 0
    }

    /// Whether a request that did not pass contains a mark, and what it then stands for; `interval`
    /// is the one in force, and `version` its version.
    #[inline]
    pub fn mark(&self, size: u64, version: u64, interval: u64) -> Option<Weight> {
        let shown = self.left.get().wrapping_add(self.below.get());
        let mut wanted = shown.wrapping_neg().max(0).cast_unsigned();
        let is_new = self.version.get() != version;
        if is_new && self.may_be_judged_anew() {
            self.change_interval(version, interval);
            wanted = size;
        }
        let drawn_with = self.interval.get();
        let is_marked = match drawn_with {
            0 => false,
            1 => true,
            _ => wanted > self.beyond.get(),
        };
        if self.version.get() != version {
            self.change_interval(version, interval);
        } else if is_marked {
            self.beyond.set(self.draw());
        } else {
            self.beyond.set(self.beyond.get().saturating_sub(wanted));
        }
        self.show();
        is_marked.then(|| Weight::of(size, drawn_with))
    }

    /// Whether a request that did not pass is marked because all are: at interval 1, of this version. Else
    /// [`mark`](Self::mark) must be asked. It would come to the same here, but there is nothing to draw.
    #[inline]
    pub fn is_exact(&self, version: u64) -> bool {
        let is_exact = self.interval.get() == 1 && self.version.get() == version;
        if is_exact {
            self.left.set(-1);
        }
        is_exact
    }

    /// Whether a request that finds another interval in force may be judged by that. Not if it may
    /// have come to look because it contains the mark: then it counts by the interval that the mark
    /// was drawn with, and the next request by the other. Else requests with a mark would be those
    /// that are judged again, and estimates too low.
    #[inline]
    fn may_be_judged_anew(&self) -> bool {
        self.version.get() == 0 || self.interval.get() <= 1
    }

    /// Forgets the next mark and the seed, as the child of a fork must: its parent goes on with
    /// both.
    pub fn forget(&self) {
        self.judge_anew();
        self.is_seeded.set(false);
    }

    /// Has the next request judged by the interval then in force. To be called for a reason that has
    /// nothing to do with where the mark is.
    pub fn judge_anew(&self) {
        self.left.set(-1);
        self.version.set(0);
    }

    /// Whether a request has come to [`mark`](Self::mark) since [`judge_anew`](Self::judge_anew).
    pub fn has_judged(&self) -> bool {
        self.version.get() != 0
    }

    /// Has no request pass from now on, or lets them pass again. No mark is moved: a watched thread's
    /// requests are marked as they would have been.
    pub fn watch(&self, is_watched: bool) {
        let unused = self.left.get().max(0).cast_unsigned();
        self.beyond.set(self.beyond.get().saturating_add(unused));
        self.is_watched.set(is_watched);
        self.show();
        if self.version.get() == 0 {
            self.judge_anew();
        }
    }

    fn change_interval(&self, version: u64, interval: u64) {
        if !self.is_seeded.replace(true) {
            self.random.seed(kernel_seed());
        }
        self.version.set(version);
        self.interval.set(interval);
        self.beyond.set(self.draw());
    }

    /// The number of bytes before the next marked one.
    #[inline]
    fn draw(&self) -> u64 {
        match self.interval.get() {
            0 => u64::MAX,
            1 => 0,
            interval => (-ln(self.random.unit()) * interval as f64) as u64,
        }
    }

    /// Puts as much as fits of the bytes before the next mark where the common path sees them. At
    /// interval 1, or while the thread is watched, that is less than nothing: requests of no bytes
    /// are looked at too.
    #[inline]
    fn show(&self) {
        let most = if self.is_watched.get() { 0 } else { LOOK_BYTES };
        let bytes = self.beyond.get();
        let shown = bytes.min(most);
        self.beyond.set(bytes - shown);
        let none_passes = (most == 0) | (self.interval.get() == 1);
        let below = i64::from(none_passes);
        self.below.set(below);
        self.left.set(shown.cast_signed() - below);
    }
}

/// How many allocations one recorded allocation stands for: fixed point, so that what a free takes
/// away is exactly what the allocation added, and sums at interval 1 are whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(u64);

impl Weight {
    /// Binary digits after the point: a weight of about 1 is rounded by at most 5e-7.
    pub const FRACTION_BITS: u32 = 20;
    /// Significant binary digits, so that a weight fits in four bytes: larger ones are rounded by
    /// at most 8e-9 of themselves.
    const SIGNIFICANT_BITS: u32 = 26;
    /// The weight of what stands for nothing.
    pub const NOTHING: Self = Self(0);
    /// The weight of an allocation that stands for itself.
    pub const ONE: Self = Self(1 << Self::FRACTION_BITS);

    /// The weight of a request of `size` bytes that contains a mark: `1 / (1 -
    /// e^(-size/interval))`.
    ///
    /// At most `interval / size + 1`, so at most 2^41 (size 0 counts as one byte here).
    #[inline]
    pub fn of(size: u64, interval: u64) -> Self {
        if interval <= 1 {
            return Self::ONE;
        }
        let chance = one_minus_exp_neg(size.max(1) as f64 / interval as f64);
        let fixed = (f64::from(1 << Self::FRACTION_BITS) / chance + 0.5) as u64;
        let cut = Self::cut(fixed);
        Self(((fixed + ((1 << cut) >> 1)) >> cut) << cut)
    }

    /// How many bytes an allocation of `size` bytes stands for, to the nearest.
    #[inline]
    pub fn bytes(self, size: u64) -> u64 {
        if self == Self::ONE {
            return size;
        }
        let fixed = u128::from(self.0) * u128::from(size) + (1 << (Self::FRACTION_BITS - 1));
        u64::try_from(fixed >> Self::FRACTION_BITS).unwrap_or(u64::MAX)
    }

    /// How many binary digits of `fixed` lie beyond the significant ones.
    fn cut(fixed: u64) -> u32 {
        (u64::BITS - fixed.leading_zeros()).saturating_sub(Self::SIGNIFICANT_BITS)
    }

    /// The weight in four bytes.
    #[inline]
    pub fn pack(self) -> u32 {
        let cut = Self::cut(self.0);
        (self.0 >> cut) as u32 | cut << Self::SIGNIFICANT_BITS
    }

    /// The weight that was packed.
    #[inline]
    pub fn unpack(packed: u32) -> Self {
        let cut = packed >> Self::SIGNIFICANT_BITS;
        Self(u64::from(packed & ((1 << Self::SIGNIFICANT_BITS) - 1)) << cut)
    }

    /// The weight in units of 2^-[`FRACTION_BITS`](Self::FRACTION_BITS).
    pub fn fixed(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
