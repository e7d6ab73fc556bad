//! What a part of a program allocates, to the last block.

use crate::counts::Count;
use crate::platform::kernel::arena::{Array, NoMemory};
use crate::platform::sampling::sampler::Weight;
use crate::platform::sums::bucket_table::{Bucket, Kind, Place};
use crate::platform::sums::counters::Amount;
use crate::platform::sums::peak::Moment;

/// Stacks, size classes and label sets of a tally: half a megabyte. What comes later is counted without its stack,
/// for which there is room.
const MAX_ROWS: usize = 4096;

/// Every allocation of some threads during some time, whether the profile of the process has it or
/// not, and what became of it.
#[derive(Debug)]
pub struct Tally {
    /// Allocated since the start.
    pub alloc: Count,
    /// Of that, not freed yet, whoever frees it.
    pub inuse: Count,
    /// What was in use when the most bytes were.
    pub peak: Count,
    /// How many peaks there were: see `peak.rs`.
    pub epoch: u64,
    /// In order of stacks and kinds.
    pub rows: Array<Bucket>,
    /// There are as many rows as there will be: a stack that has none then never gets one, so what it
    /// frees is where it allocated.
    is_full: bool,
}

impl Tally {
    /// Nothing allocated.
    pub const fn new() -> Self {
        let none = Count { objects: 0, bytes: 0 };
        let rows = Array::new();
        Self { alloc: none, inuse: none, peak: none, epoch: 0, rows, is_full: false }
    }

    /// Counts an allocation of `size` bytes at `place`.
    pub fn allocate(&mut self, place: Place, size: u64) {
        add(&mut self.alloc, size);
        let moment = self.grow(size);
        if let Some(bucket) = self.bucket(place, size) {
            bucket.allocate(Amount::of(size, Weight::ONE), moment);
        }
    }

    /// Counts a block that was [allocated](Self::allocate) as freed.
    pub fn free(&mut self, place: Place, size: u64) {
        self.inuse.objects = self.inuse.objects.saturating_sub(1);
        self.inuse.bytes = self.inuse.bytes.saturating_sub(size);
        let moment = Moment { epoch: self.epoch, is_peak: false };
        if let Some(bucket) = self.bucket(place, size) {
            bucket.release(Amount::of(size, Weight::ONE), moment);
        }
    }

    /// Counts a block that was [freed](Self::free) as in use again: it was not freed after all.
    pub fn restore(&mut self, place: Place, size: u64) {
        let moment = self.grow(size);
        if let Some(bucket) = self.bucket(place, size) {
            bucket.restore(Amount::of(size, Weight::ONE), moment);
        }
    }

    /// Counts `size` bytes more as in use.
    fn grow(&mut self, size: u64) -> Moment {
        add(&mut self.inuse, size);
        let is_peak = self.inuse.bytes > self.peak.bytes;
        if is_peak {
            self.peak = self.inuse;
            self.epoch += 1;
        }
        Moment { epoch: self.epoch, is_peak }
    }

    fn bucket(&mut self, place: Place, size: u64) -> Option<&mut Bucket> {
        let at = self.row(place, size).or_else(|NoMemory| self.row(Place::UNKNOWN, size));
        self.rows.get_mut(at.ok()?)
    }

    /// The place of a row, which may be new.
    fn row(&mut self, place: Place, size: u64) -> Result<usize, NoMemory> {
        let Place { stack, labels } = place;
        let key = (stack, Kind::of(size, labels));
        let found = self.rows.binary_search_by_key(&key, |row| (row.stack, row.kind));
        let at = match found {
            Ok(at) => return Ok(at),
            Err(at) => at,
        };
        if place != Place::UNKNOWN && (self.is_full || self.rows.len() >= MAX_ROWS) {
            self.is_full = true;
            return Err(NoMemory);
        }
        let pushed = self.rows.push(Bucket::new(key.0, key.1));
        self.is_full |= pushed.is_err();
        pushed?;
        self.rows[at..].rotate_right(1);
        Ok(at)
    }
}

fn add(count: &mut Count, size: u64) {
    *count += Count { objects: 1, bytes: size };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{LabelSet, StackId};

    fn stack(number: u32) -> Place {
        Place { stack: StackId::from_number(number), labels: LabelSet::from_number(number % 3) }
    }

    fn count(objects: u64, bytes: u64) -> Count {
        Count { objects, bytes }
    }

    #[test]
    fn sums_and_rows_say_the_same_of_allocations_frees_and_the_peak() {
        let mut tally = Tally::new();
        let random = crate::platform::random::Random::unseeded();
        let mut live = Vec::new();
        for _ in 0..20_000 {
            if random.next() % 100 < 52 || live.is_empty() {
                let block = (stack((random.next() % 300) as u32 + 1), random.next() % 3000);
                tally.allocate(block.0, block.1);
                live.push(block);
            } else {
                let (stack, size) = live.swap_remove(random.next() as usize % live.len());
                tally.free(stack, size);
            }
        }
        let [mut alloc, mut inuse, mut peak] = [Count::default(); 3];
        for row in tally.rows.iter() {
            alloc += row.alloc.count();
            inuse += row.inuse.count();
            peak += row.at_peak(tally.epoch).count();
        }
        assert_eq!((alloc, inuse, peak), (tally.alloc, tally.inuse, tally.peak));
        assert_eq!(inuse.objects, live.len() as u64);
        assert!(peak.bytes > inuse.bytes && tally.rows.len() > 1000);
        assert!(tally.rows.is_sorted_by_key(|row| (row.stack, row.kind)));
    }

    #[test]
    fn a_block_that_was_not_freed_after_all_makes_no_peak() {
        let mut tally = Tally::new();
        tally.allocate(stack(1), 100);
        tally.free(stack(1), 100);
        tally.restore(stack(1), 100);
        assert_eq!(
            (tally.alloc, tally.inuse, tally.peak),
            (count(1, 100), count(1, 100), count(1, 100))
        );
        assert_eq!(tally.epoch, 1);
    }

    #[test]
    fn stacks_without_room_are_counted_without_their_stack() {
        let mut tally = Tally::new();
        let all = MAX_ROWS as u32 + 100;
        (1..=all).for_each(|number| tally.allocate(stack(number), 8));
        assert_eq!(tally.rows.len(), MAX_ROWS + 1);
        assert_eq!(tally.rows[0].alloc.count(), count(100, 800));
        (1..=all).for_each(|number| tally.free(stack(number), 8));
        assert!(tally.rows.iter().all(|row| row.inuse.count() == count(0, 0)));
        assert_eq!((tally.alloc.objects, tally.inuse), (u64::from(all), count(0, 0)));
    }
}
