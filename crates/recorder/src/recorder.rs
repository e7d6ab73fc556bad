//! The tables of a recorder, and the order in which an event passes through them.

use std::alloc::Layout;
use std::ptr::NonNull;

use crate::arena::{Array, NoMemory};
use crate::bucket_table::{Bucket, BucketTable, Spread};
use crate::capture::{LastStack, Source};
use crate::counters::DropCounters;
use crate::entry::Outermost;
use crate::live_table::{Block, LiveTable};
use crate::lock::{Held, Lock};
use crate::pool::{Heap, Pool};
use crate::random::process_seed;
use crate::sampler::Weight;
use crate::size_class::{Class, LARGE};
use crate::snapshot::{Row, Totals};
use crate::span::Tag;
use crate::stack_table::{StackId, StackTable};

/// Parts with a lock each, so that threads seldom wait for one another; a power of two.
const STRIPES: usize = 32;

/// Everything recorded.
///
/// ```text
/// allocation -> stripe of the thread { stack -> buckets (allocated, in use) -> pool }
/// free       -> stripe of the block  { pool -> buckets (in use) }
/// snapshot   <- buckets of all stripes, with recording stopped
/// ```
///
/// A large block is counted alike, but lives in the live table: from before its address is given to
/// the program until before it is given back to the allocator, so that no other block can have the
/// address meanwhile.
///
/// Order of locks: stripes, live table, stack table, pool. No thread holds two stripes, or a stripe
/// and the live table, except a fork or a snapshot.
#[derive(Debug)]
pub struct Recorder {
    stripes: [Lock<Stripe>; STRIPES],
    live: LiveTable,
    stacks: StackTable,
    pool: Pool,
    /// What did not fit.
    pub dropped: DropCounters,
}

/// What one event at a time may change. A block of its heap is counted in its buckets.
#[derive(Debug)]
struct Stripe {
    heap: Heap,
    buckets: BucketTable,
    last: LastStack,
}

/// The place of a bucket: its stripe, and its row there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketId(u32);

impl BucketId {
    /// The first of the first stripe.
    #[cfg(test)]
    pub const FIRST: Self = Self(0);

    fn of(stripe: usize, row: u32) -> Self {
        Self(row * STRIPES as u32 + stripe as u32)
    }

    fn stripe(self) -> usize {
        self.0 as usize % STRIPES
    }

    fn row(self) -> u32 {
        self.0 / STRIPES as u32
    }

    fn tag(self, weight: Weight) -> Tag {
        // Rows are far fewer than would overflow this.
        Tag { place: self.0 + 1, weight: weight.pack() }
    }

    fn of_tag(tag: Tag) -> Self {
        Self(tag.place.wrapping_sub(1))
    }
}

/// An allocation to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What was asked for.
    pub layout: Layout,
    /// How many allocations it stands for.
    pub weight: Weight,
}

impl Sample {
    fn size(self) -> u64 {
        self.layout.size() as u64
    }

    fn class(self) -> Class {
        Class::of(self.layout.size(), self.layout.align())
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
        let mut stripes = [const { Lock::new(Stripe::new()) }; STRIPES];
        let mut number = 0;
        while number < STRIPES {
            stripes[number].get_mut().heap = Heap::new(number);
            number += 1;
        }
        Self {
            stripes,
            live: LiveTable::new(),
            stacks: StackTable::new(),
            pool: Pool::new(),
            dropped: DropCounters::new(),
        }
    }

    /// Whether a block at `address` may be one of the pool. `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        self.pool.may_hold(address)
    }

    /// Whether the caller's block at `address` is one of the pool.
    pub fn holds(&self, address: usize) -> bool {
        self.pool.heap_of(address).is_some()
    }

    /// Records an allocation that is not large, and serves it. `None` if there is no memory; then
    /// it is not recorded.
    pub fn allocate(
        &self,
        inside: &Outermost,
        sample: Sample,
        source: impl Source,
    ) -> Option<NonNull<u8>> {
        let number = inside.thread() % STRIPES;
        let mut held = self.stripes[number].lock(inside);
        let bucket = self.count(inside, &mut held, number, sample, source)?;
        let Stripe { heap, buckets, .. } = &mut *held;
        let tag = bucket.tag(sample.weight);
        let block = self.pool.allocate(inside, heap, sample.class(), tag);
        if block.is_err() {
            buckets.undo(bucket.row(), sample.size(), sample.weight);
            self.dropped.samples.count();
        }
        block.ok()
    }

    /// Records the free of the block of `size` bytes at `address` in the pool, and frees it.
    pub fn free(&self, inside: &Outermost, address: usize, size: usize) {
        let Some(mut held) = self.stripe_of(inside, address) else { return };
        let Stripe { heap, buckets, .. } = &mut *held;
        if let Some(tag) = self.pool.free(inside, heap, address) {
            let weight = Weight::unpack(tag.weight);
            buckets.release(BucketId::of_tag(tag).row(), size as u64, weight);
        }
    }

    /// Whether the block at `address` in the pool, which is the caller's, has a slot of the size
    /// that `layout` would get.
    pub fn fits(&self, address: usize, layout: Layout) -> bool {
        !is_large(layout.size(), layout.align())
            && self.pool.class_at(address) == Some(Class::of(layout.size(), layout.align()))
    }

    /// Records that the block of `size` bytes at `address` in the pool was freed and allocated
    /// again at the same place, which it [`fits`](Self::fits). `false` if it is none, or there is
    /// no memory.
    pub fn reallocate(
        &self,
        inside: &Outermost,
        address: usize,
        size: usize,
        sample: Sample,
        source: impl Source,
    ) -> bool {
        let Some(number) = self.pool.heap_of(address) else { return false };
        let mut held = self.stripes[number % STRIPES].lock(inside);
        let Some(bucket) = self.count(inside, &mut held, number, sample, source) else {
            return false;
        };
        let Stripe { heap, buckets, .. } = &mut *held;
        let Some(before) = self.pool.retag(heap, address, bucket.tag(sample.weight)) else {
            buckets.undo(bucket.row(), sample.size(), sample.weight);
            return false;
        };
        let weight = Weight::unpack(before.weight);
        buckets.release(BucketId::of_tag(before).row(), size as u64, weight);
        true
    }

    fn stripe_of<'a>(&'a self, inside: &'a Outermost, address: usize) -> Option<Held<'a, Stripe>> {
        let number = self.pool.heap_of(address)?;
        Some(self.stripes.get(number)?.lock(inside))
    }

    /// Records the large block at `address`, which nobody else knows yet.
    pub fn record(&self, inside: &Outermost, address: usize, sample: Sample, source: impl Source) {
        let number = inside.thread() % STRIPES;
        let mut held = self.stripes[number].lock(inside);
        let bucket = self.count(inside, &mut held, number, sample, source);
        drop(held);
        if let Some(bucket) = bucket {
            self.keep(
                inside,
                Block { address, size: sample.size(), weight: sample.weight, bucket },
            );
        }
    }

    /// Removes the large block at `address`, if it is recorded, before the allocator gets it back.
    /// It stays counted as in use until [`retire`](Self::retire).
    pub fn take(&self, inside: &Outermost, address: usize) -> Option<Block> {
        self.live.remove(inside, address)
    }

    /// Counts a block that was taken as freed.
    pub fn retire(&self, inside: &Outermost, block: Block) {
        let mut stripe = self.stripes[block.bucket.stripe()].lock(inside);
        stripe.buckets.release(block.bucket.row(), block.size, block.weight);
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
    fn count(
        &self,
        inside: &Outermost,
        stripe: &mut Stripe,
        number: usize,
        sample: Sample,
        source: impl Source,
    ) -> Option<BucketId> {
        let (size, weight) = (sample.size(), sample.weight);
        let stack = source.stack(inside, &mut stripe.last, &self.stacks, &self.dropped);
        let recorded = stripe.buckets.record(stack, size, weight).or_else(|NoMemory| {
            self.dropped.stacks.count();
            stripe.buckets.record(StackId::EMPTY, size, weight)
        });
        if recorded.is_err() {
            self.dropped.samples.count();
        }
        recorded.ok().map(|row| BucketId::of(number, row))
    }

    /// The interned stacks.
    pub fn stacks(&self) -> &StackTable {
        &self.stacks
    }

    /// What was recorded, as of one instant: a row a stack and size class, in order of stacks; and
    /// how far the sums over them may be off.
    pub fn rows(&self, inside: &Outermost) -> Result<(Array<Row>, Spread), NoMemory> {
        let (mut buckets, spread) = self.buckets(inside)?;
        buckets.sort_unstable_by_key(|bucket| (bucket.stack, bucket.class));
        let mut rows = Array::with_capacity(buckets.len())?;
        let seed = process_seed();
        for same in buckets.chunk_by(|a, b| (a.stack, a.class) == (b.stack, b.class)) {
            rows.push(Row::of(same, seed))?;
        }
        Ok((rows, spread))
    }

    /// Copies every bucket of every stripe.
    fn buckets(&self, inside: &Outermost) -> Result<(Array<Bucket>, Spread), NoMemory> {
        let mut room = 0;
        loop {
            let mut buckets = Array::with_backed_capacity(room)?;
            // Held together: recording stops, and with it time.
            let held: [_; STRIPES] = std::array::from_fn(|i| self.stripes[i].lock(inside));
            let wanted: usize = held.iter().map(|stripe| stripe.buckets.buckets().len()).sum();
            if wanted <= buckets.capacity() {
                let all = held.iter().flat_map(|stripe| stripe.buckets.buckets());
                all.copied().try_for_each(|bucket| buckets.push(bucket))?;
                let mut spread = Spread::default();
                held.iter().for_each(|stripe| spread += stripe.buckets.spread());
                return Ok((buckets, spread));
            }
            // The tables are bounded, so this ends; room to grow makes the next round the last as a
            // rule.
            room = wanted + wanted / 8 + 1024;
        }
    }

    /// The sums over [`rows`](Self::rows).
    pub fn totals(&self, inside: &Outermost) -> Result<Totals, NoMemory> {
        let (rows, _) = self.rows(inside)?;
        Ok(rows.iter().copied().fold(Totals::default(), Totals::plus))
    }

    /// Stops every thread at its next event, for a fork: nobody is in the middle of a change.
    pub fn acquire(&self) {
        self.stripes.iter().for_each(Lock::acquire);
        self.live.acquire();
        self.stacks.acquire();
        self.pool.acquire();
    }

    /// Lets the threads go on after [`acquire`](Self::acquire).
    pub fn release(&self) {
        self.pool.release_lock();
        self.stacks.release_locks();
        self.live.release_locks();
        self.stripes.iter().for_each(Lock::release);
    }
}

impl Stripe {
    const fn new() -> Self {
        Self { heap: Heap::new(0), buckets: BucketTable::new(), last: LastStack::new() }
    }
}

#[cfg(test)]
mod tests;
