//! A consistent copy of what was recorded.

use crate::arena::Array;
use crate::bucket_table::Bucket;
use crate::counters::{Amount, Count, Dropped};
use crate::stack_table::{StackId, StackTable};

/// What was recorded, as of one instant: of now, whatever has or has not been collected, because
/// there is nothing to collect. Lies in memory of its own, so that taking it allocates nothing.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) rows: Array<Row>,
    pub(crate) stacks: &'static StackTable,
    pub(crate) interval: u64,
    pub(crate) dropped: Dropped,
}

impl Snapshot {
    /// One row a stack and size class, in no order that means anything but rows of one stack next
    /// to one another.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The return addresses of a stack of this snapshot, innermost first.
    pub fn frames(&self, stack: StackId) -> impl Iterator<Item = usize> {
        self.stacks.frames(stack)
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

/// The objects of one stack and one size class: sizes from one power of two to the next.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where they were allocated; [`StackId::EMPTY`] when that is not known.
    pub stack: StackId,
    /// Mean bytes an object, over all allocated; the size itself when all have the same.
    pub size: u64,
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
}

impl Row {
    /// The sums over buckets of one stack and size class.
    pub(crate) fn of(buckets: &[Bucket]) -> Self {
        let (mut alloc, mut inuse) = (Amount::default(), Amount::default());
        for bucket in buckets {
            alloc += bucket.alloc;
            inuse += bucket.inuse;
        }
        Self {
            stack: buckets.first().map_or(StackId::EMPTY, |bucket| bucket.stack),
            size: alloc.mean_size(),
            alloc: alloc.count(),
            inuse: inuse.count(),
        }
    }
}

/// Sums over a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
}

impl Totals {
    pub(crate) fn plus(mut self, row: Row) -> Self {
        self.alloc += row.alloc;
        self.inuse += row.inuse;
        self
    }
}
