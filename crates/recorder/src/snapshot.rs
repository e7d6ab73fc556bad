//! A consistent copy of what was recorded.

use crate::arena::Array;
use crate::bucket_table::{Bucket, Kind, Spread};
use crate::counters::{Amount, Count, Dropped};
use crate::label_table::LabelSet;
use crate::lifetimes::Lifetimes;
use crate::random::fold;
use crate::recorder::Recorder;
use crate::stack_table::StackId;

/// What was recorded, as of one instant: of now, whatever has or has not been collected, because
/// there is nothing to collect. Lies in memory of its own, so that taking it allocates nothing.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) rows: Array<Row>,
    pub(crate) spread: Spread,
    pub(crate) lifetimes: Array<Lifetimes>,
    pub(crate) recorder: &'static Recorder,
    pub(crate) interval: u64,
    pub(crate) dropped: Dropped,
}

impl Snapshot {
    /// One row a stack, size class and label set, in no order that means anything but rows of one stack next
    /// to one another.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How long the freed objects of each row lived, of those that were allocated after
    /// [`keep_lifetimes`](crate::keep_lifetimes); nothing without that.
    pub fn lifetimes(&self) -> &[Lifetimes] {
        &self.lifetimes
    }

    /// The return addresses of a stack of this snapshot, innermost first.
    pub fn frames(&self, stack: StackId) -> impl Iterator<Item = usize> {
        self.recorder.frames(stack)
    }

    /// The standard errors of the sums over all rows: of what was allocated, of what is in use, and
    /// of what was at the peak. Zero where everything was recorded.
    pub fn standard_errors(&self) -> Totals {
        Totals {
            alloc: self.spread.alloc.standard_errors(),
            inuse: self.spread.inuse.standard_errors(),
            peak: self.spread.peak.standard_errors(),
        }
    }

    /// The sampling interval in force, in bytes.
    pub fn interval(&self) -> u64 {
        self.interval
    }

    /// What the limits of the recorder have left out since the start.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }
}

/// The objects of one stack, one label set and one size class: sizes from one power of two to the
/// next.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where they were allocated; [`StackId::EMPTY`] when that is not known.
    pub stack: StackId,
    /// Under which labels: see [`labels::of`](crate::labels::of).
    pub labels: LabelSet,
    /// Mean bytes an object, over all allocated; the size itself when all have the same.
    pub size: u64,
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
    /// In use at the moment when the most bytes were.
    pub peak: Count,
}

impl Row {
    /// The sums over buckets of one stack and kind; the last peak began `epoch`.
    ///
    /// Rounded at random, but each stack and kind in the same way in all snapshots that have
    /// one `seed`.
    pub(crate) fn of(buckets: &[Bucket], epoch: u64, seed: u64) -> Self {
        let [mut alloc, mut inuse, mut peak] = [Amount::default(); 3];
        for bucket in buckets {
            alloc += bucket.alloc;
            inuse += bucket.inuse;
            peak += bucket.at_peak(epoch);
        }
        let nowhere = (StackId::EMPTY, Kind::NONE);
        let key = buckets.first().map_or(nowhere, |bucket| (bucket.stack, bucket.kind));
        let dither = dither(key, seed);
        Self {
            stack: key.0,
            labels: key.1.labels(),
            size: alloc.mean_size(),
            alloc: alloc.rounded(dither),
            inuse: inuse.rounded(dither),
            peak: peak.rounded(dither),
        }
    }
}

/// How the counts of a stack and kind are rounded.
pub(crate) fn dither((stack, kind): (StackId, Kind), seed: u64) -> u32 {
    let place = u64::from(kind.labels().number()) << 32 | u64::from(stack.number());
    let key = place << 7 | u64::from(kind.class());
    (fold(key ^ seed, 0x9e37_79b9_7f4a_7c15) >> 32) as u32
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

impl Totals {
    pub(crate) fn plus(mut self, row: Row) -> Self {
        self.alloc += row.alloc;
        self.inuse += row.inuse;
        self.peak += row.peak;
        self
    }
}
