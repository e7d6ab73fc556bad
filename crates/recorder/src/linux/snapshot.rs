//! A consistent copy of what was recorded.

use crate::counts::{Dropped, Lifetimes, Totals};
use crate::platform::kernel::arena::Array;
use crate::platform::random::fold;
use crate::platform::recorder::Recorder;
use crate::platform::sums::bucket_table::{Bucket, Kind, Spread};
use crate::platform::sums::counters::Amount;
use crate::row::{Row, StackId};

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

impl Totals {
    pub(crate) fn plus(mut self, row: Row) -> Self {
        self.alloc += row.alloc;
        self.inuse += row.inuse;
        self.peak += row.peak;
        self
    }
}
