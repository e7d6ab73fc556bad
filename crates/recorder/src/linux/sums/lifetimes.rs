//! How long freed objects lived, once somebody asks for it.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::counts::Count;
use crate::counts::{LIFETIMES, Lifetimes};
use crate::entry::Outermost;
use crate::platform::kernel::arena::{NoMemory, count_mapped};
use crate::platform::kernel::reserve::Reserve;
use crate::platform::lock::Lock;
use crate::platform::sampling::sampler::Weight;
use crate::platform::sums::bucket_table::MAX_ROWS;
use crate::platform::sums::counters::round;

/// The parts whose objects are temporary: they lived less than a millisecond.
const TEMPORARY: usize = 4;

const BYTES: usize = (MAX_ROWS * size_of::<Lived>()).next_multiple_of(4096);

/// What was freed of one bucket, of objects whose birth is known. Zeroes: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// Bytes of temporary objects. Units as in [`Amount`](crate::platform::sums::counters::Amount).
    temporary: u128,
    /// Objects of each part of the histogram.
    objects: [u64; LIFETIMES],
}

impl AddAssign for Lived {
    fn add_assign(&mut self, other: Self) {
        self.temporary = self.temporary.wrapping_add(other.temporary);
        for (sum, more) in self.objects.iter_mut().zip(other.objects) {
            *sum = sum.wrapping_add(more);
        }
    }
}

impl Lived {
    #[inline]
    fn note(&mut self, nanos: u64, size: u64, weight: Weight) {
        let part = part(nanos);
        self.objects[part] = self.objects[part].wrapping_add(weight.fixed());
        if part < TEMPORARY {
            let bytes = u128::from(weight.fixed()) * u128::from(size);
            self.temporary = self.temporary.wrapping_add(bytes);
        }
    }

    /// Rounded as [`Amount::rounded`](crate::platform::sums::counters::Amount::rounded) does.
    pub fn rounded(self, dither: u32) -> Lifetimes {
        let temporary: u64 = self.objects[..TEMPORARY].iter().sum();
        Lifetimes {
            lived: self.objects.map(|objects| round(u128::from(objects), dither)),
            temporary: Count {
                objects: round(u128::from(temporary), dither),
                bytes: round(self.temporary, dither),
            },
        }
    }
}

/// The part of the histogram for a life of so many nanoseconds.
fn part(nanos: u64) -> usize {
    let digits = nanos.checked_ilog10().unwrap_or(0) as usize;
    digits.saturating_sub(2).min(LIFETIMES - 1)
}

/// [`Lived`] of every row of the buckets, in memory of its own: it is not part of a recording.
#[derive(Debug)]
pub struct LifetimeTable {
    /// Where it is; 0 as long as nobody has asked for it.
    start: AtomicUsize,
    reserve: Lock<Option<Reserve>>,
}

impl LifetimeTable {
    /// Not asked for.
    pub const fn new() -> Self {
        Self { start: AtomicUsize::new(0), reserve: Lock::new(None) }
    }

    /// Keeps lifetimes from now on.
    pub fn begin(&self, inside: &Outermost) -> Result<(), NoMemory> {
        let mut reserve = self.reserve.lock(inside);
        if reserve.is_none() {
            let fresh = Reserve::new(BYTES, 4096)?;
            fresh.commit(0, BYTES)?;
            count_mapped(BYTES);
            self.start.store(reserve.insert(fresh).start(), Ordering::Release);
        }
        Ok(())
    }

    /// Whether lifetimes are kept.
    #[inline]
    pub fn is_kept(&self) -> bool {
        self.start.load(Ordering::Acquire) != 0
    }

    /// The time, for a birth or a death; 0 if lifetimes are not kept.
    #[inline]
    pub fn now(&self) -> u64 {
        if self.is_kept() { nanoseconds() } else { 0 }
    }

    /// Notes the death of an object of `size` bytes that was born at `birth`, 0 if that is not
    /// known, and counted in bucket `row`. The caller holds the lock of the row's stripe.
    #[inline]
    pub fn note(&self, row: u32, birth: u64, death: u64, size: u64, weight: Weight) {
        if birth != 0
            && let Some(place) = self.place(row)
        {
            // SAFETY: committed, and zeroes or a `Lived`; nobody else reads or writes the row, as
            // the caller promises.
            let lived = unsafe { &mut *place };
            lived.note(death.saturating_sub(birth), size, weight);
        }
    }

    /// Takes back what [`note`](Self::note) with the same numbers did.
    #[cold]
    pub fn undo(&self, row: u32, birth: u64, death: u64, size: u64, weight: Weight) {
        if birth != 0
            && let Some(place) = self.place(row)
        {
            let mut one = Lived::default();
            one.note(death.saturating_sub(birth), size, weight);
            // SAFETY: as in `note`.
            let lived = unsafe { &mut *place };
            lived.temporary = lived.temporary.wrapping_sub(one.temporary);
            for (sum, less) in lived.objects.iter_mut().zip(one.objects) {
                *sum = sum.wrapping_sub(less);
            }
        }
    }

    /// What was noted in bucket `row`, of whose stripe the caller holds the lock.
    pub fn of(&self, row: u32) -> Lived {
        // SAFETY: as in `note`.
        self.place(row).map_or(Lived::default(), |place| unsafe { *place })
    }

    /// Takes the lock, for a fork.
    pub fn acquire(&self) {
        self.reserve.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_lock(&self) {
        self.reserve.release();
    }

    fn place(&self, row: u32) -> Option<*mut Lived> {
        let start = self.start.load(Ordering::Acquire) as *mut Lived;
        (!start.is_null() && (row as usize) < MAX_ROWS).then(|| start.wrapping_add(row as usize))
    }
}

/// Nanoseconds since some moment, never 0.
fn nanoseconds() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the C library writes one `timespec`, which is live and exclusive here. It allocates
    // nothing and takes no lock, as it promises by being safe in signal handlers; nor does it fail,
    // so `errno` stays.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    (now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_powers_of_ten() {
        let ends = [999, 1000, 9999, 10_000, 999_999, 1_000_000, 99_999_999_999, 100_000_000_000];
        assert_eq!(ends.map(part), [0, 1, 1, 2, 3, 4, 8, 9]);
        assert_eq!([0, 1, u64::MAX].map(part), [0, 0, 9]);
    }

    #[test]
    fn what_is_undone_was_not() {
        static TABLE: LifetimeTable = LifetimeTable::new();
        let inside = Outermost::enter().unwrap();
        TABLE.note(3, 5, 10, 100, Weight::ONE);
        assert_eq!((TABLE.of(3), TABLE.now()), (Lived::default(), 0), "nobody asked");
        TABLE.begin(&inside).unwrap();
        TABLE.begin(&inside).unwrap();
        TABLE.note(3, 5, 10, 100, Weight::ONE);
        TABLE.note(3, 5, 5_000_005, 100, Weight::of(100, 1 << 19));
        TABLE.note(3, 0, 10, 100, Weight::ONE);
        TABLE.note(u32::MAX, 5, 10, 100, Weight::ONE);
        let lifetimes = TABLE.of(3).rounded(0);
        assert_eq!(lifetimes.temporary, Count { objects: 1, bytes: 100 });
        assert_eq!(lifetimes.lived, [1, 0, 0, 0, 5243, 0, 0, 0, 0, 0]);
        TABLE.undo(3, 5, 5_000_005, 100, Weight::of(100, 1 << 19));
        TABLE.undo(3, 5, 10, 100, Weight::ONE);
        assert_eq!(TABLE.of(3), Lived::default());
        assert_eq!(TABLE.of(4), Lived::default());
    }
}
