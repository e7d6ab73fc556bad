//! A consistent copy of what was recorded.

use crate::arena::Array;
use crate::counters::{Count, Dropped};
use crate::stack_table::Bucket;

/// What was recorded, as of one instant: of now, whatever has or has not been collected, because
/// there is nothing to collect. Lies in memory of its own, so that taking it allocates nothing.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) rows: Array<Row>,
    pub(crate) interval: u64,
    pub(crate) dropped: Dropped,
}

impl Snapshot {
    /// One row a stack and size class, in no order that means anything.
    pub fn rows(&self) -> &[Row] {
        &self.rows
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
    /// Return addresses, innermost first. Empty when the stack is not known.
    pub stack: &'static [usize],
    /// Mean bytes an object, over all allocated; the size itself when all have the same.
    pub size: u64,
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
}

impl Row {
    pub(crate) fn of(bucket: Bucket) -> Self {
        Self {
            stack: bucket.stack,
            size: bucket.alloc.mean_size(),
            alloc: bucket.alloc.count(),
            inuse: bucket.inuse.count(),
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
