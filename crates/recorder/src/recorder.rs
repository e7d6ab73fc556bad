//! The tables of a recorder, and the order in which an event passes through them.

use crate::arena::{Array, NoMemory};
use crate::counters::{Amount, DropCounters};
use crate::entry::Outermost;
use crate::filter::Filter;
use crate::live_table::{Block, LiveTable};
use crate::sampler::Weight;
use crate::snapshot::{Row, Totals};
use crate::stack_table::{BucketId, StackTable};

/// Everything recorded.
///
/// ```text
/// allocation -> stack table (allocated, in use) -> filter -> live table
/// free       -> filter -> live table -> stack table (in use)
/// snapshot   <- stack table, with recording stopped
/// ```
///
/// A block is in the filter and the live table before its address is given to the program, and out
/// of the live table before its address is given back to the allocator: no other block can have the
/// address meanwhile. No thread holds locks of two tables, except a fork, which takes all in this
/// order.
#[derive(Debug)]
pub struct Recorder {
    stacks: StackTable,
    live: LiveTable,
    filter: Filter,
    /// What did not fit.
    pub dropped: DropCounters,
}

impl Recorder {
    /// Nothing recorded, no memory.
    pub const fn new() -> Self {
        Self {
            stacks: StackTable::new(),
            live: LiveTable::new(),
            filter: Filter::new(),
            dropped: DropCounters::new(),
        }
    }

    /// Whether the block at `address` may be recorded. `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        self.filter.may_hold(address)
    }

    /// Records the block of `size` bytes at `address`, which nobody else knows yet.
    pub fn record(
        &self,
        inside: &Outermost,
        address: usize,
        size: u64,
        weight: Weight,
        stack: &[usize],
    ) {
        let Some(bucket) = self.count(inside, stack, size, Amount::of(size, weight)) else {
            return self.dropped.samples.count();
        };
        self.keep(inside, Block { address, size, weight, bucket });
    }

    /// Removes the block at `address`, if it is recorded, before the allocator gets it back. It
    /// stays counted as in use until [`retire`](Self::retire).
    pub fn take(&self, inside: &Outermost, address: usize) -> Option<Block> {
        let block = self.live.remove(inside, address)?;
        self.filter.remove(address);
        Some(block)
    }

    /// Counts a block that was taken as freed.
    pub fn retire(&self, inside: &Outermost, block: Block) {
        self.stacks.release(inside, block.bucket, block.amount());
    }

    /// Makes a recorded block live: after its allocation, or again because it was not freed after
    /// all.
    pub fn keep(&self, inside: &Outermost, block: Block) {
        self.filter.add(block.address);
        match self.live.insert(inside, block) {
            Ok(None) => {}
            // Its free went unnoticed: it happened inside the recorder, in a signal handler.
            Ok(Some(before)) => {
                self.filter.remove(before.address);
                self.retire(inside, before);
            }
            Err(NoMemory) => {
                self.filter.remove(block.address);
                self.retire(inside, block);
                self.dropped.live.count();
            }
        }
    }

    /// Counts an allocation at its stack; without the stack if that does not fit.
    fn count(
        &self,
        inside: &Outermost,
        stack: &[usize],
        size: u64,
        amount: Amount,
    ) -> Option<BucketId> {
        if stack.is_empty() {
            self.dropped.stacks.count();
        }
        let recorded = self.stacks.record(inside, stack, size, amount);
        recorded
            .or_else(|NoMemory| {
                self.dropped.stacks.count();
                self.stacks.record(inside, &[], size, amount)
            })
            .ok()
    }

    /// Copies every bucket, as of one instant.
    pub fn rows(&self, inside: &Outermost) -> Result<Array<Row>, NoMemory> {
        let mut room = 0;
        loop {
            let mut rows = Array::with_backed_capacity(room)?;
            let held = self.stacks.hold(inside);
            let wanted = held.len();
            if wanted <= rows.capacity() {
                held.buckets().try_for_each(|bucket| rows.push(Row::of(bucket)))?;
                return Ok(rows);
            }
            // The table is bounded, so this ends; room to grow makes the next round the last as a
            // rule.
            room = wanted + wanted / 8 + 1024;
        }
    }

    /// The sums over every bucket, as of one instant; equal to the sums over [`rows`](Self::rows).
    pub fn totals(&self, inside: &Outermost) -> Totals {
        let held = self.stacks.hold(inside);
        held.buckets().map(Row::of).fold(Totals::default(), Totals::plus)
    }

    /// Stops every thread at its next event, for a fork: nobody is in the middle of a change.
    pub fn acquire(&self) {
        self.live.acquire();
        self.stacks.acquire();
    }

    /// Lets the threads go on after [`acquire`](Self::acquire).
    pub fn release(&self) {
        self.stacks.release_locks();
        self.live.release_locks();
    }
}

#[cfg(test)]
mod tests;
