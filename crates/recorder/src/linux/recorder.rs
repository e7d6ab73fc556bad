//! The tables of a recorder, and the order in which an event passes through them.

mod labelled;
mod sample;
mod whole;

pub use sample::Sample;
pub use whole::Rows;

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

use crate::entry::Outermost;
use crate::platform::blocks::live_table::{Block, LiveTable};
use crate::platform::blocks::pool::{BlockBytes, Heap, Home, Past, Pool};
use crate::platform::blocks::size_class::Class;
use crate::platform::blocks::span::Tag;
use crate::platform::kernel::arena::NoMemory;
use crate::platform::labels::table::LabelTable;
use crate::platform::lock::{Held, Lock};
use crate::platform::region::Region;
use crate::platform::sampling::sampler::Weight;
use crate::platform::stacks::capture::{LastStack, Source, Stacks};
use crate::platform::stacks::stack_table::StackTable;
use crate::platform::sums::bucket_table::{BucketTable, Place};
use crate::platform::sums::counters::DropCounters;
use crate::platform::sums::lifetimes::LifetimeTable;
use crate::platform::sums::peak::{Allowance, Moment, Peak};
use crate::row::{LabelSet, StackId};

/// Parts with a lock each, so that threads seldom wait for one another; a power of two.
const STRIPES: usize = 32;

/// Everything recorded.
///
/// ```text
/// allocation -> stripe of the thread { peak -> stack -> buckets (allocated, in use) -> pool }
/// free       -> stripe of the block  { pool -> peak -> buckets (in use) }
/// snapshot   <- buckets of all stripes, with recording stopped
/// ```
///
/// A large block is counted alike, but lives in the live table: from before its address is given to
/// the program until before it is given back to the allocator, so that no other block can have the
/// address meanwhile.
///
/// Order of locks: stripes, live table, stack table, pool, peak, lifetimes, labels, region. No thread holds two stripes, or a stripe
/// and the live table, except a fork or a snapshot.
#[derive(Debug)]
pub struct Recorder {
    stripes: [Lock<Stripe>; STRIPES],
    live: LiveTable<Block>,
    stacks: StackTable,
    labels: LabelTable,
    /// Where stacks, labels and buckets lie.
    region: Region,
    pool: Pool,
    peak: Peak,
    lifetimes: LifetimeTable,
    /// What did not fit.
    pub dropped: DropCounters,
}

/// What one event at a time may change. A block of its heap is counted in its buckets.
#[derive(Debug)]
struct Stripe {
    heap: Heap,
    buckets: BucketTable,
    allowance: Allowance,
    last: LastStack,
}

/// The place of a bucket: its stripe, and its row there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketId(u32);

impl BucketId {
    /// The first of the first stripe.
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
            labels: LabelTable::new(),
            region: Region::new(),
            pool: Pool::new(),
            peak: Peak::new(),
            lifetimes: LifetimeTable::new(),
            dropped: DropCounters::new(),
        }
    }

    /// How far the blocks of the pool lie: see [`View::open`](crate::platform::blocks::range::View::open).
    pub fn reach(&self, inside: &Outermost) -> usize {
        self.pool.reach(inside)
    }

    /// The bytes of the caller's block at `address`, if it is one of the pool.
    pub fn bytes_at(&self, address: usize) -> Option<BlockBytes> {
        self.pool.bytes_at(address)
    }

    /// Where the caller's block at `address` is, if it is one of the pool.
    #[inline]
    pub fn home_of(&self, address: usize) -> Option<Home> {
        self.pool.home_of(address)
    }

    /// Records an allocation that is not large, and serves it. `None` if there is no memory; then
    /// it is not recorded.
    #[inline]
    pub fn allocate(
        &self,
        inside: &Outermost,
        sample: Sample,
        source: impl Source,
    ) -> Option<NonNull<u8>> {
        let number = inside.thread() % STRIPES;
        let (mut held, moment) = self.step(inside, number, sample.bytes(), 0);
        let stripe = &mut *held;
        let bucket = self.count(inside, stripe, number, sample, source, moment);
        let birth = self.lifetimes.now();
        let block =
            bucket.and_then(|bucket| self.serve(inside, stripe, sample, bucket, moment, birth));
        if block.is_none() {
            self.peak.free(inside, number, &mut stripe.allowance, sample.bytes());
        }
        stripe.buckets.settle();
        block
    }

    /// A new block that is counted in `bucket`. `None`, and it is not counted any more, if there is
    /// no memory.
    #[inline]
    fn serve(
        &self,
        inside: &Outermost,
        stripe: &mut Stripe,
        sample: Sample,
        bucket: BucketId,
        moment: Moment,
        birth: u64,
    ) -> Option<NonNull<u8>> {
        let (tag, class) = (bucket.tag(sample.weight), sample.class(birth));
        let block = self.pool.allocate(inside, &mut stripe.heap, class, tag, birth);
        if let Ok(block) = block {
            sample.keep_size(&self.pool, block.addr().get());
        } else {
            stripe.buckets.undo(&self.region, bucket.row(), sample.size(), sample.weight, moment);
            self.dropped.samples.count();
        }
        block.ok()
    }

    /// Serves an allocation that is not large and of which nothing is recorded, from memory that a free
    /// tells by its address. `None` if there is no more of it.
    pub fn allocate_unrecorded(&self, inside: &Outermost, layout: Layout) -> Option<NonNull<u8>> {
        let mut stripe = self.stripes[inside.thread() % STRIPES].lock(inside);
        let class = Class::of(layout.size(), layout.align());
        self.pool.allocate(inside, &mut stripe.heap, class, Tag::UNCOUNTED, 0).ok()
    }

    /// Records the free of the block of `size` bytes at `address`, whose home this is, and frees it.
    #[inline]
    pub fn free(&self, inside: &Outermost, home: Home, address: usize, size: usize) {
        let number = home.heap % STRIPES;
        let mut stripe = self.stripes[number].lock(inside);
        if let Some(past) = self.pool.free(inside, &mut stripe.heap, home, address) {
            self.count_free(inside, number, &mut stripe, past, size);
        }
    }

    /// Records the free of the block of `size` bytes at `address` in the pool, which stays where it
    /// is until it is [freed](Self::free).
    pub fn withdraw(&self, inside: &Outermost, address: usize, size: usize) {
        let Some(number) = self.pool.heap_of(address) else { return };
        let mut stripe = self.stripes[number % STRIPES].lock(inside);
        if let Some(past) = self.pool.retag(&mut stripe.heap, address, Tag::UNCOUNTED, 0) {
            self.count_free(inside, number % STRIPES, &mut stripe, past, size);
        }
    }

    /// Counts a block as freed, by what it was, if that has not been done.
    #[inline]
    fn count_free(
        &self,
        inside: &Outermost,
        number: usize,
        stripe: &mut Stripe,
        Past { tag, birth }: Past,
        size: usize,
    ) {
        if tag == Tag::UNCOUNTED {
            return;
        }
        let (weight, size) = (Weight::unpack(tag.weight), size as u64);
        let moment = self.peak.free(inside, number, &mut stripe.allowance, weight.bytes(size));
        let row = BucketId::of_tag(tag).row();
        stripe.buckets.release(&self.region, row, size, weight, moment);
        stripe.buckets.settle();
        self.lifetimes.note(row, birth, self.lifetimes.now(), size, weight);
    }

    /// Records that the block of `size` bytes at `address` in the pool, the caller's, was freed and
    /// allocated again, in one step. Returns where it is now: at the same place if its slot is of the
    /// size that it would get. Else the old block has been [withdrawn](Self::withdraw). `None`, and
    /// nothing has changed, if there is no memory.
    pub fn exchange(
        &self,
        inside: &Outermost,
        address: usize,
        size: usize,
        sample: Sample,
        source: impl Source,
    ) -> Option<NonNull<u8>> {
        let number = self.pool.heap_of(address)? % STRIPES;
        let before = self.pool.tag_at(address)?;
        let (weight, size) = (Weight::unpack(before.weight), size as u64);
        let (more, less) = (sample.bytes(), weight.bytes(size));
        let (mut held, moment) = self.step(inside, number, more, less);
        let stripe = &mut *held;
        let bucket = self.count(inside, stripe, number, sample, source, moment);
        let now = self.lifetimes.now();
        let exchanged = bucket.and_then(|bucket| {
            if self.pool.class_at(address) == Some(sample.class(now)) {
                let tag = bucket.tag(sample.weight);
                let past = self.pool.retag(&mut stripe.heap, address, tag, now);
                sample.keep_size(&self.pool, address);
                return NonNull::new(address as *mut u8).zip(past);
            }
            let block = self.serve(inside, stripe, sample, bucket, moment, now)?;
            let past = self.pool.retag(&mut stripe.heap, address, Tag::UNCOUNTED, 0)?;
            Some((block, past))
        });
        if let Some((_, past)) = exchanged {
            if before != Tag::UNCOUNTED {
                let row = BucketId::of_tag(before).row();
                stripe.buckets.release(&self.region, row, size, weight, moment);
                self.lifetimes.note(row, past.birth, now, size, weight);
            }
            stripe.buckets.settle();
        } else {
            stripe.buckets.settle();
            drop(held);
            drop(self.step(inside, number, less, more));
        }
        exchanged.map(|(block, _)| block)
    }

    /// Locks stripe `number` for an event that allocates so many bytes more and frees so many, and
    /// settles its moment.
    #[inline]
    fn step<'a>(
        &'a self,
        inside: &'a Outermost,
        number: usize,
        more: u64,
        less: u64,
    ) -> (Held<'a, Stripe>, Moment) {
        let mut held = self.stripes[number].lock(inside);
        let allowance = &mut held.allowance;
        let moment = match more.checked_sub(less) {
            Some(bytes) => self.peak.allocate(inside, number, allowance, bytes),
            None => Some(self.peak.free(inside, number, allowance, less - more)),
        };
        if let Some(moment) = moment {
            self.note_epoch(moment);
            return (held, moment);
        }
        drop(held);
        self.step_alone(inside, number, more - less)
    }

    /// As [`step`](Self::step), for an allocation that may make a new peak: no other stripe has an
    /// allowance.
    #[cold]
    fn step_alone<'a>(
        &'a self,
        inside: &'a Outermost,
        number: usize,
        bytes: u64,
    ) -> (Held<'a, Stripe>, Moment) {
        loop {
            let borrowers = self.peak.call(inside);
            for other in (0..STRIPES).filter(|other| borrowers >> other & 1 == 1) {
                let mut stripe = self.stripes[other].lock(inside);
                self.peak.give_back(inside, other, &mut stripe.allowance);
            }
            let mut held = self.stripes[number].lock(inside);
            let moment = self.peak.allocate(inside, number, &mut held.allowance, bytes);
            self.peak.answered(inside);
            // Nothing was lent since the call, so this is not asked twice.
            if let Some(moment) = moment {
                self.note_epoch(moment);
                return (held, moment);
            }
        }
    }

    #[inline]
    fn note_epoch(&self, moment: Moment) {
        if moment.is_peak
            && let Some(head) = self.region.head()
        {
            head.epoch.fetch_max(moment.epoch, Relaxed);
        }
    }

    /// Records the large block at `address`, which nobody else knows yet.
    pub fn record(&self, inside: &Outermost, address: usize, sample: Sample, source: impl Source) {
        let number = inside.thread() % STRIPES;
        let (mut held, moment) = self.step(inside, number, sample.bytes(), 0);
        let bucket = self.count(inside, &mut held, number, sample, source, moment);
        let Some(bucket) = bucket else {
            self.peak.free(inside, number, &mut held.allowance, sample.bytes());
            return;
        };
        held.buckets.settle();
        drop(held);
        let (size, weight, birth) = (sample.size(), sample.weight, self.lifetimes.now());
        self.keep(inside, Block { address, size, weight, bucket, birth });
    }

    /// Removes the large block at `address`, if it is recorded, before the allocator gets it back.
    /// It stays counted as in use until [`retire`](Self::retire).
    pub fn take(&self, inside: &Outermost, address: usize) -> Option<Block> {
        self.live.remove(inside, address)
    }

    /// Counts a block that was taken as freed, and returns when.
    pub fn retire(&self, inside: &Outermost, block: Block) -> u64 {
        let Block { size, weight, birth, .. } = block;
        let (number, row) = (block.bucket.stripe(), block.bucket.row());
        let (mut stripe, moment) = self.step(inside, number, 0, weight.bytes(size));
        stripe.buckets.release(&self.region, row, size, weight, moment);
        stripe.buckets.settle();
        let now = self.lifetimes.now();
        self.lifetimes.note(row, birth, now, size, weight);
        now
    }

    /// Counts a block that was [retired](Self::retire) at `then` as in use again, and makes it live.
    pub fn revive(&self, inside: &Outermost, block: Block, then: u64) {
        let Block { size, weight, birth, .. } = block;
        let (number, row) = (block.bucket.stripe(), block.bucket.row());
        let (mut stripe, moment) = self.step(inside, number, weight.bytes(size), 0);
        stripe.buckets.restore(&self.region, row, size, weight, moment);
        stripe.buckets.settle();
        self.lifetimes.undo(row, birth, then, size, weight);
        drop(stripe);
        self.keep(inside, block);
    }

    /// Makes a recorded large block live: after its allocation, or again because it was not freed
    /// after all.
    pub fn keep(&self, inside: &Outermost, block: Block) {
        match self.live.insert(inside, block) {
            Ok(None) => {}
            // Its free went unnoticed: it happened inside the recorder, in a signal handler.
            Ok(Some(before)) => drop(self.retire(inside, Block { birth: 0, ..before })),
            Err(NoMemory) => {
                self.retire(inside, Block { birth: 0, ..block });
                self.dropped.live.count();
            }
        }
    }

    /// Counts an allocation at its stack, under its labels; without these if they do not fit, or
    /// without the stack.
    #[inline]
    fn count(
        &self,
        inside: &Outermost,
        stripe: &mut Stripe,
        number: usize,
        sample: Sample,
        source: impl Source,
        moment: Moment,
    ) -> Option<BucketId> {
        let (size, weight, labels) = (sample.size(), sample.weight, sample.labels);
        if labels.is_short() {
            self.dropped.labels.count();
        }
        let stack = source.stack(inside, &mut stripe.last, self.stacks(), &self.dropped);
        let place = Place { stack, labels: labels.set() };
        let recorded =
            match stripe.buckets.record(inside, &self.region, place, size, weight, moment) {
                Ok(row) => Ok(row),
                Err(NoMemory) => self.count_elsewhere(inside, stripe, place, sample, moment),
            };
        recorded.ok().map(|row| BucketId::of(number, row))
    }

    /// Has an allocation recorded where there may be room, when there is none at its place.
    #[cold]
    fn count_elsewhere(
        &self,
        inside: &Outermost,
        stripe: &mut Stripe,
        place: Place,
        sample: Sample,
        moment: Moment,
    ) -> Result<u32, NoMemory> {
        let (size, weight) = (sample.size(), sample.weight);
        let mut record =
            |place| stripe.buckets.record(inside, &self.region, place, size, weight, moment);
        if place.labels != LabelSet::EMPTY {
            let recorded = record(Place { labels: LabelSet::EMPTY, ..place });
            if recorded.is_ok() {
                self.dropped.labels.count();
                return recorded;
            }
        }
        self.dropped.stacks.count();
        record(Place::UNKNOWN).inspect_err(|NoMemory| self.dropped.samples.count())
    }

    /// The stack of `source`, interned. Empty if it is not known or does not fit.
    pub fn stack(&self, inside: &Outermost, source: impl Source) -> StackId {
        let mut stripe = self.stripes[inside.thread() % STRIPES].lock(inside);
        source.stack(inside, &mut stripe.last, self.stacks(), &self.dropped)
    }

    /// Where stacks are interned.
    pub fn stacks(&self) -> Stacks<'_> {
        Stacks { table: &self.stacks, region: &self.region }
    }

    /// The return addresses of an interned stack, innermost first.
    pub fn frames(&self, stack: StackId) -> impl Iterator<Item = usize> {
        self.stacks.frames(&self.region, stack)
    }
}

impl Stripe {
    const fn new() -> Self {
        Self {
            heap: Heap::new(0),
            buckets: BucketTable::new(),
            allowance: Allowance::new(),
            last: LastStack::new(),
        }
    }
}

#[cfg(test)]
mod tests;
