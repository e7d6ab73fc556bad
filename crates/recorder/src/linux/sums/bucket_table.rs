//! What was allocated at each stack, under each set of labels.

use std::ops::{AddAssign, Range};

use crate::entry::Outermost;
use crate::platform::kernel::arena::{Array, NoMemory};
use crate::platform::random::fold;
use crate::platform::region::journal::Journal;
use crate::platform::region::{BATCH, Region};
use crate::platform::sampling::sampler::Weight;
use crate::platform::sums::counters::{Amount, Variance};
use crate::platform::sums::peak::Moment;
use crate::row::{LabelSet, StackId};

/// Buckets of all tables together: 112 MiB.
const MAX_BUCKETS: usize = 1 << 20;
/// With those of the unknown place, one a size class in each of 32 tables, for which there is room
/// when there is none for others.
pub const MAX_ROWS: usize = MAX_BUCKETS + 4096;

/// Where something is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// By which functions.
    pub stack: StackId,
    /// Under which labels.
    pub labels: LabelSet,
}

impl Place {
    /// Where that is not known, or does not fit.
    pub const UNKNOWN: Self = Self { stack: StackId::EMPTY, labels: LabelSet::EMPTY };
}

/// What tells buckets of one stack apart: the size class in the lower 8 bits, the label set above. So
/// labels cost a bucket no byte, and a look-up no comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Kind(u32);

const CLASS_BITS: u32 = 8;
const _: () = assert!(CLASS_BITS + LabelSet::BITS <= u32::BITS);

impl Kind {
    /// That of no bucket.
    pub const NONE: Self = Self(0);

    /// That of objects of `size` bytes under these labels.
    #[inline]
    pub fn of(size: u64, labels: LabelSet) -> Self {
        Self(class(size) | labels.number() << CLASS_BITS)
    }

    /// The labels.
    pub fn labels(self) -> LabelSet {
        LabelSet::from_number(self.0 >> CLASS_BITS)
    }

    /// See [`class`].
    pub fn class(self) -> u32 {
        self.0 & ((1 << CLASS_BITS) - 1)
    }
}

/// The objects of one stack, one size class and one set of labels, as counted by one part of the
/// recorder.
///
/// Classes are powers of two, so a stack has few buckets however its sizes vary, and yet the
/// objects of a bucket are of nearly one size: enough to recover how many were recorded, and so how
/// far an estimate can be off.
///
/// A killed process leaves it in a file: `recording.rs` has the format.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Bucket {
    /// Where they were allocated.
    pub stack: StackId,
    /// Of which sizes, and under which labels.
    pub kind: Kind,
    /// See `peak`.
    epoch: u64,
    /// Allocated since the start.
    pub alloc: Amount,
    /// Allocated and not yet freed.
    pub inuse: Amount,
    /// What was in use at the peak that began `epoch`. If another has begun since, nothing has
    /// changed here since before it; see [`at_peak`](Self::at_peak).
    peak: Amount,
}

impl Bucket {
    /// Nothing was allocated yet.
    pub fn new(stack: StackId, kind: Kind) -> Self {
        let [alloc, inuse, peak] = [Amount::default(); 3];
        Self { stack, kind, epoch: 0, alloc, inuse, peak }
    }

    /// Counts as allocated and as in use.
    #[inline]
    pub fn allocate(&mut self, amount: Amount, moment: Moment) {
        self.keep_peak(moment);
        self.alloc += amount;
        self.inuse += amount;
    }

    /// Takes out of what is in use.
    #[inline]
    pub fn release(&mut self, amount: Amount, moment: Moment) {
        self.keep_peak(moment);
        self.inuse -= amount;
    }

    /// Puts back what [`release`](Self::release) took out.
    pub fn restore(&mut self, amount: Amount, moment: Moment) {
        self.keep_peak(moment);
        self.inuse += amount;
    }

    /// What was in use at the peak that began `epoch`, the last one.
    pub fn at_peak(&self, epoch: u64) -> Amount {
        if self.epoch == epoch { self.peak } else { self.inuse }
    }

    /// Keeps what is in use, before it changes, if it was so at the last peak.
    #[inline]
    fn keep_peak(&mut self, moment: Moment) {
        if self.epoch != moment.epoch && !moment.is_peak {
            (self.peak, self.epoch) = (self.inuse, moment.epoch);
        }
    }
}

/// Buckets by stack and kind: open addressing over their rows in the region, of which at most
/// three quarters are used; 0 is an empty place, others are one more than a row.
#[derive(Debug)]
pub struct BucketTable {
    index: Array<u32>,
    used: usize,
    /// Rows of the region that are this table's and not in use.
    spare: Range<u32>,
    /// The row of a bucket of the unknown place, which there is as soon as there is any bucket: what cannot have
    /// one of its own is counted there.
    unknown: Option<u32>,
    /// What tells of a change that was not completed, if there is a file to tell in.
    journal: Option<&'static Journal>,
    /// Its `peak` is that of `spread_epoch`, as a bucket's.
    spread: Spread,
    spread_epoch: u64,
}

/// How far sums over all buckets may be off.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Of what was allocated since the start.
    pub alloc: Variance,
    /// Of what is in use.
    pub inuse: Variance,
    /// Of what was in use at the peak.
    pub peak: Variance,
}

impl AddAssign for Spread {
    fn add_assign(&mut self, other: Self) {
        self.alloc += other.alloc;
        self.inuse += other.inuse;
        self.peak += other.peak;
    }
}

impl BucketTable {
    /// An empty table without memory.
    pub const fn new() -> Self {
        let none = Variance { objects: 0.0, bytes: 0.0 };
        let spread = Spread { alloc: none, inuse: none, peak: none };
        Self {
            index: Array::new(),
            used: 0,
            spare: 0..0,
            unknown: None,
            journal: None,
            spread,
            spread_epoch: 0,
        }
    }

    /// Counts an allocation of `size` bytes at a place, as allocated and as in use, and returns the
    /// row of its bucket.
    ///
    /// `Err` when the bucket is new and there is no room; there is for the unknown place, if there ever was for
    /// any, with objects of all sizes in one bucket if need be.
    #[inline]
    pub fn record(
        &mut self,
        inside: &Outermost,
        region: &Region,
        place: Place,
        size: u64,
        weight: Weight,
        moment: Moment,
    ) -> Result<u32, NoMemory> {
        let kind = Kind::of(size, place.labels);
        let row = match self.row(inside, region, place.stack, kind) {
            Ok(row) => row,
            Err(NoMemory) if place == Place::UNKNOWN => self.unknown.ok_or(NoMemory)?,
            Err(NoMemory) => return Err(NoMemory),
        };
        let amount = Amount::of(size, weight);
        let bucket = self.change(region, row).ok_or(NoMemory)?;
        bucket.allocate(amount, moment);
        if weight != Weight::ONE {
            self.keep_spread(moment);
            self.spread.alloc += Variance::of(size, weight);
            self.spread.inuse += Variance::of(size, weight);
        }
        Ok(row)
    }

    /// Takes an allocation, counted in bucket `row` by [`record`](Self::record), out of what is in
    /// use.
    #[inline]
    pub fn release(
        &mut self,
        region: &Region,
        row: u32,
        size: u64,
        weight: Weight,
        moment: Moment,
    ) {
        let Some(bucket) = self.change(region, row) else { return };
        bucket.release(Amount::of(size, weight), moment);
        if weight != Weight::ONE {
            self.keep_spread(moment);
            self.spread.inuse -= Variance::of(size, weight);
        }
    }

    /// Puts back what [`release`](Self::release) took out.
    #[cold]
    pub fn restore(
        &mut self,
        region: &Region,
        row: u32,
        size: u64,
        weight: Weight,
        moment: Moment,
    ) {
        let Some(bucket) = self.change(region, row) else { return };
        bucket.restore(Amount::of(size, weight), moment);
        self.keep_spread(moment);
        self.spread.inuse += Variance::of(size, weight);
    }

    /// Takes an allocation that was counted in bucket `row` by [`record`](Self::record) back, as if
    /// it had not been.
    #[cold]
    pub fn undo(&mut self, region: &Region, row: u32, size: u64, weight: Weight, moment: Moment) {
        self.release(region, row, size, weight, moment);
        let Some(bucket) = self.change(region, row) else { return };
        bucket.alloc -= Amount::of(size, weight);
        self.spread.alloc -= Variance::of(size, weight);
    }

    /// How far sums over all buckets may be off; `epoch` is that of the last peak.
    pub fn spread(&self, epoch: u64) -> Spread {
        let Spread { inuse, peak, .. } = self.spread;
        Spread { peak: if self.spread_epoch == epoch { peak } else { inuse }, ..self.spread }
    }

    /// Does for the spread what buckets do for themselves.
    #[inline]
    fn keep_spread(&mut self, moment: Moment) {
        if self.spread_epoch != moment.epoch && !moment.is_peak {
            (self.spread.peak, self.spread_epoch) = (self.spread.inuse, moment.epoch);
        }
    }

    /// Has every change kept in `journal` while it is made; or in none.
    pub fn keep_in(&mut self, journal: Option<&'static Journal>) {
        self.journal = journal;
        self.settle();
    }

    /// Ends the changes of an event, after the last of them.
    #[inline]
    pub fn settle(&self) {
        if let Some(journal) = self.journal {
            journal.settle(self.spread, self.spread_epoch);
        }
    }

    /// The bucket in `row`, which is this table's, to be changed.
    #[inline]
    fn change(&mut self, region: &Region, row: u32) -> Option<&mut Bucket> {
        // Every row comes from `record`; one that does not exist was overwritten by the program.
        if row as usize >= region.rows() {
            return None;
        }
        // SAFETY: the row was given out, so it is committed and a bucket; it belongs to this table,
        // of which the caller has the only reference, and so to this change alone.
        let bucket = unsafe { &mut *region.bucket(row) };
        if let Some(journal) = self.journal {
            journal.keep(row, bucket);
        }
        Some(bucket)
    }

    /// The bucket in `row`, which is this table's.
    #[inline]
    fn bucket<'a>(&'a self, region: &'a Region, row: u32) -> &'a Bucket {
        // SAFETY: rows in the index are given out and this table's, which is borrowed.
        unsafe { &*region.bucket(row) }
    }

    #[inline]
    fn row(
        &mut self,
        inside: &Outermost,
        region: &Region,
        stack: StackId,
        kind: Kind,
    ) -> Result<u32, NoMemory> {
        if (self.used + 1) * 4 > self.index.len() * 3 {
            self.grow(region)?;
        }
        let mask = self.index.len() - 1;
        let mut place = start(stack, kind) & mask;
        while let Some(row) = self.index[place].checked_sub(1) {
            let bucket = self.bucket(region, row);
            if bucket.stack == stack && bucket.kind == kind {
                return Ok(row);
            }
            place = (place + 1) & mask;
        }
        let row = self.insert(inside, region, stack, kind)?;
        self.index[place] = row + 1;
        Ok(row)
    }

    /// Makes the bucket that all is counted in for want of another, if there is none. The index does not have it.
    #[cold]
    pub fn prepare(&mut self, inside: &Outermost, region: &Region) -> Result<(), NoMemory> {
        if self.unknown.is_none() {
            let Place { stack, labels } = Place::UNKNOWN;
            let bucket = Bucket::new(stack, Kind::of(0, labels));
            self.unknown = Some(self.put(inside, region, bucket)?);
        }
        Ok(())
    }

    /// A new bucket.
    #[cold]
    fn insert(
        &mut self,
        inside: &Outermost,
        region: &Region,
        stack: StackId,
        kind: Kind,
    ) -> Result<u32, NoMemory> {
        self.prepare(inside, region)?;
        self.put(inside, region, Bucket::new(stack, kind)).inspect(|_| self.used += 1)
    }

    /// Puts a bucket in a row that is not in use.
    fn put(
        &mut self,
        inside: &Outermost,
        region: &Region,
        bucket: Bucket,
    ) -> Result<u32, NoMemory> {
        let place = Place { stack: bucket.stack, labels: bucket.kind.labels() };
        let row = self.take_row(inside, region, place)?;
        // SAFETY: the row was given to this table and is not in use.
        unsafe { region.bucket(row).write(bucket) };
        Ok(row)
    }

    /// A row that is not in use; there are some that only the unknown place gets.
    fn take_row(
        &mut self,
        inside: &Outermost,
        region: &Region,
        place: Place,
    ) -> Result<u32, NoMemory> {
        let is_known = place != Place::UNKNOWN;
        if self.spare.is_empty() {
            if is_known && region.rows() >= MAX_BUCKETS {
                return Err(NoMemory);
            }
            let first = region.take_rows(inside)?;
            self.spare = first..first + BATCH as u32;
        }
        let row = self.spare.start;
        if is_known && row as usize >= MAX_BUCKETS {
            return Err(NoMemory);
        }
        self.spare.start += 1;
        Ok(row)
    }

    #[cold]
    fn grow(&mut self, region: &Region) -> Result<(), NoMemory> {
        let mut larger = Array::<u32>::zeroed((self.index.len() * 2).max(1024))?;
        let mask = larger.len() - 1;
        for row in self.index.iter().filter_map(|place| place.checked_sub(1)) {
            let bucket = self.bucket(region, row);
            let mut place = start(bucket.stack, bucket.kind) & mask;
            while larger[place] != 0 {
                place = (place + 1) & mask;
            }
            larger[place] = row + 1;
        }
        self.index = larger;
        Ok(())
    }
}

/// Hands `copy` the rows and buckets of all tables that use `region`, of which the caller holds the
/// locks: those at which anything was allocated.
pub fn copy_buckets(
    region: &Region,
    mut copy: impl FnMut(u32, &Bucket) -> Result<(), NoMemory>,
) -> Result<(), NoMemory> {
    let rows = region.rows();
    if rows == 0 {
        return Ok(());
    }
    // SAFETY: so many rows were given out, which are buckets or zeroes, a bucket too; nobody changes
    // them.
    let buckets = unsafe { std::slice::from_raw_parts(region.bucket(0), rows) };
    let numbered = (0..).zip(buckets);
    let mut used = numbered.filter(|(_, bucket)| bucket.alloc != Amount::default());
    used.try_for_each(|(row, bucket)| copy(row, bucket))
}

/// Powers of two: 0 for size 0, 1 for 1, 2 for 2 and 3, 3 for 4 to 7, ..
#[inline]
fn class(size: u64) -> u32 {
    u64::BITS - size.leading_zeros()
}

#[inline]
fn start(stack: StackId, kind: Kind) -> usize {
    let key = u64::from(stack.number()) << 32 | u64::from(kind.0);
    fold(key, 0x9e37_79b9_7f4a_7c15) as usize
}

#[cfg(test)]
mod tests;
