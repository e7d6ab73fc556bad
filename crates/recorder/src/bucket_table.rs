//! What was allocated at each stack.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::arena::{Array, NoMemory};
use crate::counters::{Amount, Variance};
use crate::peak::Moment;
use crate::random::fold;
use crate::sampler::Weight;
use crate::stack_table::StackId;

/// Buckets of all tables together: 112 MiB.
const MAX_BUCKETS: usize = 1 << 20;

static BUCKETS: AtomicUsize = AtomicUsize::new(0);

/// The objects of one stack and one size class, as counted by one part of the recorder.
///
/// Classes are powers of two, so a stack has few buckets however its sizes vary, and yet the
/// objects of a bucket are of nearly one size: enough to recover how many were recorded, and so how
/// far an estimate can be off.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Where they were allocated.
    pub stack: StackId,
    /// See [`class`].
    pub class: u32,
    /// Allocated since the start.
    pub alloc: Amount,
    /// Allocated and not yet freed.
    pub inuse: Amount,
    /// What was in use at the peak that began `epoch`. If another has begun since, nothing has
    /// changed here since before it; see [`at_peak`](Self::at_peak).
    peak: Amount,
    epoch: u64,
}

impl Bucket {
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

/// Buckets by stack and size class: open addressing over their rows, of which at most three
/// quarters are used; 0 is an empty place, others are one more than a row.
#[derive(Debug)]
pub struct BucketTable {
    index: Array<u32>,
    rows: Array<Bucket>,
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
        Self { index: Array::new(), rows: Array::new(), spread, spread_epoch: 0 }
    }

    /// Counts an allocation of `size` bytes at `stack`, as allocated and as in use, and returns the
    /// row of its bucket.
    ///
    /// `Err` when the bucket is new and there is no room; there is for the empty stack, as long as
    /// there is memory.
    pub fn record(
        &mut self,
        stack: StackId,
        size: u64,
        weight: Weight,
        moment: Moment,
    ) -> Result<u32, NoMemory> {
        let row = self.row(stack, class(size))?;
        let amount = Amount::of(size, weight);
        let bucket = &mut self.rows[row as usize];
        bucket.keep_peak(moment);
        bucket.alloc += amount;
        bucket.inuse += amount;
        if weight != Weight::ONE {
            self.keep_spread(moment);
            self.spread.alloc += Variance::of(size, weight);
            self.spread.inuse += Variance::of(size, weight);
        }
        Ok(row)
    }

    /// Takes an allocation, counted in bucket `row` by [`record`](Self::record), out of what is in
    /// use.
    pub fn release(&mut self, row: u32, size: u64, weight: Weight, moment: Moment) {
        // Every row comes from `record`; one that does not exist was overwritten by the program.
        let Some(bucket) = self.rows.get_mut(row as usize) else { return };
        bucket.keep_peak(moment);
        bucket.inuse -= Amount::of(size, weight);
        if weight != Weight::ONE {
            self.keep_spread(moment);
            self.spread.inuse -= Variance::of(size, weight);
        }
    }

    /// Puts back what [`release`](Self::release) took out.
    #[cold]
    pub fn restore(&mut self, row: u32, size: u64, weight: Weight, moment: Moment) {
        let Some(bucket) = self.rows.get_mut(row as usize) else { return };
        bucket.keep_peak(moment);
        bucket.inuse += Amount::of(size, weight);
        self.keep_spread(moment);
        self.spread.inuse += Variance::of(size, weight);
    }

    /// Takes an allocation that was counted in bucket `row` by [`record`](Self::record) back, as if
    /// it had not been.
    #[cold]
    pub fn undo(&mut self, row: u32, size: u64, weight: Weight, moment: Moment) {
        self.release(row, size, weight, moment);
        let Some(bucket) = self.rows.get_mut(row as usize) else { return };
        bucket.alloc -= Amount::of(size, weight);
        self.spread.alloc -= Variance::of(size, weight);
    }

    /// How far sums over all buckets may be off; `epoch` is that of the last peak.
    pub fn spread(&self, epoch: u64) -> Spread {
        let Spread { inuse, peak, .. } = self.spread;
        Spread { peak: if self.spread_epoch == epoch { peak } else { inuse }, ..self.spread }
    }

    /// Does for the spread what buckets do for themselves.
    fn keep_spread(&mut self, moment: Moment) {
        if self.spread_epoch != moment.epoch && !moment.is_peak {
            (self.spread.peak, self.spread_epoch) = (self.spread.inuse, moment.epoch);
        }
    }

    /// All buckets, in the order in which they were first used.
    pub fn buckets(&self) -> &[Bucket] {
        &self.rows
    }

    #[inline]
    fn row(&mut self, stack: StackId, class: u32) -> Result<u32, NoMemory> {
        if (self.rows.len() + 1) * 4 > self.index.len() * 3 {
            self.grow()?;
        }
        let mask = self.index.len() - 1;
        let mut place = start(stack, class) & mask;
        while let Some(row) = self.index[place].checked_sub(1) {
            let bucket = &self.rows[row as usize];
            if bucket.stack == stack && bucket.class == class {
                return Ok(row);
            }
            place = (place + 1) & mask;
        }
        self.insert(place, stack, class)
    }

    #[cold]
    fn insert(&mut self, place: usize, stack: StackId, class: u32) -> Result<u32, NoMemory> {
        if stack != StackId::EMPTY && BUCKETS.load(Ordering::Relaxed) >= MAX_BUCKETS {
            return Err(NoMemory);
        }
        let nothing = Amount::default();
        let (alloc, inuse, peak) = (nothing, nothing, nothing);
        self.rows.push(Bucket { stack, class, alloc, inuse, peak, epoch: 0 })?;
        BUCKETS.fetch_add(1, Ordering::Relaxed);
        let row = self.rows.len() as u32;
        self.index[place] = row;
        Ok(row - 1)
    }

    #[cold]
    fn grow(&mut self) -> Result<(), NoMemory> {
        let mut larger = Array::<u32>::zeroed((self.index.len() * 2).max(1024))?;
        let mask = larger.len() - 1;
        for (row, bucket) in self.rows.iter().enumerate() {
            let mut place = start(bucket.stack, bucket.class) & mask;
            while larger[place] != 0 {
                place = (place + 1) & mask;
            }
            larger[place] = row as u32 + 1;
        }
        self.index = larger;
        Ok(())
    }
}

/// Powers of two: 0 for size 0, 1 for 1, 2 for 2 and 3, 3 for 4 to 7, ..
fn class(size: u64) -> u32 {
    u64::BITS - size.leading_zeros()
}

#[inline]
fn start(stack: StackId, class: u32) -> usize {
    let key = u64::from(stack.number()) << 7 | u64::from(class);
    fold(key, 0x9e37_79b9_7f4a_7c15) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counters::Count;

    const ONE: Weight = Weight::ONE;
    const FIRST: Moment = Moment { epoch: 1, is_peak: true };

    #[test]
    fn a_stack_has_a_bucket_a_size_class() {
        let mut table = BucketTable::new();
        let (inner, outer) = (StackId::from_number(2), StackId::from_number(1));
        let small = table.record(inner, 16, ONE, FIRST).unwrap();
        assert_eq!(table.record(inner, 31, ONE, FIRST).unwrap(), small);
        assert_ne!(table.record(inner, 32, ONE, FIRST).unwrap(), small);
        assert_ne!(table.record(outer, 16, ONE, FIRST).unwrap(), small);
        table.release(small, 31, ONE, FIRST);
        assert_eq!(table.buckets().len(), 3);
        let bucket = table.buckets()[small as usize];
        assert_eq!(bucket.alloc.count(), Count { objects: 2, bytes: 47 });
        assert_eq!(bucket.inuse.count(), Count { objects: 1, bytes: 16 });
        table.undo(small, 16, ONE, FIRST);
        assert_eq!(table.buckets()[small as usize].alloc.count(), Count { objects: 1, bytes: 31 });
    }

    #[test]
    fn a_bucket_knows_what_was_in_use_at_the_last_peak() {
        let mut table = BucketTable::new();
        let stack = StackId::from_number(1);
        let at = |epoch, is_peak| Moment { epoch, is_peak };
        let row = table.record(stack, 8, ONE, at(1, true)).unwrap();
        table.record(stack, 8, ONE, at(2, true)).unwrap();
        let peak =
            |table: &BucketTable, epoch| table.buckets()[row as usize].at_peak(epoch).count();
        assert_eq!(peak(&table, 2).objects, 2);
        table.release(row, 8, ONE, at(2, false));
        table.release(row, 8, ONE, at(2, false));
        assert_eq!(peak(&table, 2).objects, 2);
        assert_eq!(peak(&table, 7).objects, 0, "peaks that others made meanwhile");
        table.record(stack, 8, ONE, at(7, false)).unwrap();
        assert_eq!(peak(&table, 7).objects, 0);
        table.record(stack, 8, ONE, at(8, true)).unwrap();
        assert_eq!(peak(&table, 8).objects, 2);
    }

    #[test]
    fn many_buckets_are_all_found_again() {
        let mut table = BucketTable::new();
        let mut record = |i: u32| table.record(StackId::from_number(i), 8, ONE, FIRST).unwrap();
        let rows: Vec<u32> = (0..50_000).map(&mut record).collect();
        assert!((0..50_000).all(|i| record(i) == rows[i as usize]));
        assert_eq!(table.buckets().len(), 50_000);
    }

    #[test]
    fn classes_are_powers_of_two() {
        assert_eq!([0, 1, 2, 3, 4, 7, 8, u64::MAX].map(class), [0, 1, 2, 2, 3, 3, 4, 64]);
    }
}
