//! The tables of a recorder, and the order in which an event passes through them.

use std::alloc::Layout;
use std::ptr::NonNull;

use crate::arena::{Array, NoMemory};
use crate::counters::{Amount, DropCounters};
use crate::entry::Outermost;
use crate::live_table::{Block, LiveTable};
use crate::pool::{HEAPS, Pool};
use crate::sampler::Weight;
use crate::size_class::{Class, LARGE};
use crate::snapshot::{Row, Totals};
use crate::span::Tag;
use crate::stack_table::{BucketId, StackTable};

/// Everything recorded.
///
/// ```text
/// allocation -> stack table (allocated, in use) -> pool, or live table if large
/// free       -> pool, or live table if large    -> stack table (in use)
/// snapshot   <- stack table, with recording stopped
/// ```
///
/// A large block is in the live table before its address is given to the program, and out of it
/// before its address is given back to the allocator: no other block can have the address
/// meanwhile. No thread holds locks of two tables, except a fork, which takes all in this order.
#[derive(Debug)]
pub struct Recorder {
    stacks: StackTable,
    live: LiveTable,
    pool: Pool,
    /// What did not fit.
    pub dropped: DropCounters,
}

/// An allocation to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// What was asked for.
    pub layout: Layout,
    /// How many allocations it stands for.
    pub weight: Weight,
    /// Return addresses, innermost first; empty if they are not known.
    pub stack: &'a [usize],
}

impl Sample<'_> {
    fn amount(&self) -> Amount {
        Amount::of(self.layout.size() as u64, self.weight)
    }

    fn class(&self) -> Class {
        Class::of(self.layout.size(), self.layout.align())
    }

    fn tag(&self, bucket: BucketId) -> Tag {
        Tag { place: bucket.pack(), weight: self.weight.pack() }
    }
}

/// Whether recorded blocks of this size and alignment stay with the program's allocator.
#[inline(always)]
pub fn is_large(size: usize, align: usize) -> bool {
    size | align >= LARGE
}

impl Recorder {
    /// Nothing recorded, no memory.
    pub const fn new() -> Self {
        Self {
            stacks: StackTable::new(),
            live: LiveTable::new(),
            pool: Pool::new(),
            dropped: DropCounters::new(),
        }
    }

    /// Whether a block at `address` may be one of the pool. `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        self.pool.may_hold(address)
    }

    /// Whether `address` is in the pool's range.
    pub fn holds(&self, address: usize) -> bool {
        self.pool.holds(address)
    }

    /// Records an allocation that is not large, and serves it. `None` if there is no memory; then
    /// it is not recorded.
    pub fn allocate(&self, inside: &Outermost, sample: Sample<'_>) -> Option<NonNull<u8>> {
        let bucket = self.count(inside, sample)?;
        // Samples are few: together they take less memory. At interval 1 each thread has its own.
        let heap = if sample.weight == Weight::ONE { inside.thread() % HEAPS } else { 0 };
        let block = self.pool.allocate(inside, heap, sample.class(), sample.tag(bucket));
        if block.is_err() {
            self.stacks.release(inside, bucket, sample.amount());
            self.dropped.samples.count();
        }
        block.ok()
    }

    /// Records the free of the block of `size` bytes at `address` in the pool, and frees it.
    pub fn free(&self, inside: &Outermost, address: usize, size: usize) {
        if let Some(tag) = self.pool.free(inside, address) {
            self.retire_tagged(inside, tag, size);
        }
    }

    /// Whether the block at `address` in the pool, which is the caller's, has a slot of the size
    /// that `layout` would get.
    pub fn fits(&self, address: usize, layout: Layout) -> bool {
        !is_large(layout.size(), layout.align())
            && self.pool.class_at(address) == Some(Class::of(layout.size(), layout.align()))
    }

    /// Records that the block of `size` bytes at `address` in the pool was freed and allocated
    /// again at the same place, which it [`fits`](Self::fits). `false` if there is no memory.
    pub fn reallocate(
        &self,
        inside: &Outermost,
        address: usize,
        size: usize,
        sample: Sample<'_>,
    ) -> bool {
        let Some(bucket) = self.count(inside, sample) else { return false };
        let before = self.pool.retag(inside, address, sample.tag(bucket));
        if let Some(tag) = before {
            self.retire_tagged(inside, tag, size);
        }
        before.is_some()
    }

    fn retire_tagged(&self, inside: &Outermost, tag: Tag, size: usize) {
        let amount = Amount::of(size as u64, Weight::unpack(tag.weight));
        self.stacks.release(inside, BucketId::unpack(tag.place), amount);
    }

    /// Records the large block at `address`, which nobody else knows yet.
    pub fn record(&self, inside: &Outermost, address: usize, sample: Sample<'_>) {
        if let Some(bucket) = self.count(inside, sample) {
            let size = sample.layout.size() as u64;
            self.keep(inside, Block { address, size, weight: sample.weight, bucket });
        }
    }

    /// Removes the large block at `address`, if it is recorded, before the allocator gets it back.
    /// It stays counted as in use until [`retire`](Self::retire).
    pub fn take(&self, inside: &Outermost, address: usize) -> Option<Block> {
        self.live.remove(inside, address)
    }

    /// Counts a block that was taken as freed.
    pub fn retire(&self, inside: &Outermost, block: Block) {
        self.stacks.release(inside, block.bucket, block.amount());
    }

    /// Makes a recorded large block live: after its allocation, or again because it was not freed
    /// after all.
    pub fn keep(&self, inside: &Outermost, block: Block) {
        match self.live.insert(inside, block) {
            Ok(None) => {}
            // Its free went unnoticed: it happened inside the recorder, in a signal handler.
            Ok(Some(before)) => self.retire(inside, before),
            Err(NoMemory) => {
                self.retire(inside, block);
                self.dropped.live.count();
            }
        }
    }

    /// Counts an allocation at its stack; without the stack if that does not fit.
    fn count(&self, inside: &Outermost, sample: Sample<'_>) -> Option<BucketId> {
        let (size, amount) = (sample.layout.size() as u64, sample.amount());
        if sample.stack.is_empty() {
            self.dropped.stacks.count();
        }
        let recorded = self.stacks.record(inside, sample.stack, size, amount);
        let recorded = recorded.or_else(|NoMemory| {
            self.dropped.stacks.count();
            self.stacks.record(inside, &[], size, amount)
        });
        if recorded.is_err() {
            self.dropped.samples.count();
        }
        recorded.ok()
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
        self.pool.acquire();
        self.live.acquire();
        self.stacks.acquire();
    }

    /// Lets the threads go on after [`acquire`](Self::acquire).
    pub fn release(&self) {
        self.stacks.release_locks();
        self.live.release_locks();
        self.pool.release_locks();
    }
}

#[cfg(test)]
mod tests;
