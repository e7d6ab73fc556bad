//! Numbers that everybody sees: objects and bytes, how long they lived, and what was left out.

use std::ops::AddAssign;

/// A number of objects and the bytes in them, at most `i64::MAX` each.
///
/// ```
/// # use heapwise_recorder::Count;
/// let mut sum = Count { objects: 1, bytes: 64 };
/// sum += Count { objects: 3, bytes: 136 };
/// assert_eq!(sum.bytes / sum.objects, 50); // bytes an object, on average
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of objects.
    pub objects: u64,
    /// Bytes asked for, without what the allocator adds.
    pub bytes: u64,
}

impl AddAssign for Count {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.objects = self.objects.saturating_add(other.objects).min(i64::MAX as u64);
        self.bytes = self.bytes.saturating_add(other.bytes).min(i64::MAX as u64);
    }
}

/// Sums over a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
    /// In use at the moment when the most bytes were.
    pub peak: Count,
}

/// Parts of the histogram: below a microsecond, below ten, .. below 100 seconds, and longer.
pub const LIFETIMES: usize = 10;

/// How long the objects of a row of a snapshot lived that were freed: estimates, as all counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    /// Objects that lived less than a microsecond, less than ten and not less than one, .. less than
    /// 100 seconds, and longer.
    pub lived: [u64; LIFETIMES],
    /// Those that lived less than a millisecond.
    pub temporary: Count,
}

/// What the limits of the recorder left out so far, in recorded allocations (not weighted).
///
/// ```
/// # use heapwise_recorder::Dropped;
/// # let mut dropped = Dropped::default();
/// # dropped.frees = 2;
/// let Dropped { samples, frees, .. } = dropped;
/// assert_eq!((samples, frees), (0, 2)); // sums are too large by two blocks, and none is missing
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Recorded with fewer labels than were asked for: one was too long, or there were too many, of a
    /// set or of sets; or with none, because there was no room for another stack with other labels.
    pub labels: u64,
}

impl Dropped {
    /// Whether nothing was left out.
    ///
    /// ```
    /// # use heapwise_recorder::Dropped;
    /// let mut dropped = Dropped::default();
    /// dropped.labels = 1;
    /// assert!(!dropped.is_nothing() && Dropped::default().is_nothing());
    /// ```
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
