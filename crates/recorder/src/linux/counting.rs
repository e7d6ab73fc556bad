//! Counting everything that a thread allocates for a while, as the thread sees it.

pub mod tallies;
mod tally;

use std::marker::PhantomData;

use crate::counts::Dropped;
use crate::error::{CountError, Error};
use crate::platform::counting::tallies::{Closed, TallyId};
use crate::platform::kernel::arena::{Array, NoMemory};
use crate::platform::process::{self, enter, why_not};
use crate::platform::snapshot::Snapshot;
use crate::platform::sums::bucket_table::Spread;
use crate::row::Row;

/// While one is alive, all that this thread allocates is counted, also in those that were alive
/// before; whatever the interval, and without a change to what is recorded.
#[derive(Debug)]
pub struct Counting {
    tally: TallyId,
    before: Option<TallyId>,
    /// It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

impl Counting {
    /// Begins to count.
    ///
    /// # Errors
    /// If there are too many, or the thread is inside the recorder.
    pub fn begin() -> Result<Self, CountError> {
        let inside = enter().ok_or_else(|| CountError::Recorder(why_not()))?;
        let before = process::counted_in();
        let tally = process::tallies().open(&inside, before).ok_or(CountError::TooMany)?;
        process::count_in(Some(tally));
        Ok(Self { tally, before, _thread: PhantomData })
    }

    /// Ends it, and says what was counted. `None` if the thread is inside the recorder.
    #[must_use]
    pub fn end(self) -> Option<Closed> {
        let closed = self.close();
        std::mem::forget(self);
        closed
    }

    fn close(&self) -> Option<Closed> {
        process::count_in(self.before);
        let inside = enter()?;
        let closed = process::tallies().close(&inside, self.tally);
        process::tallies().let_go(&inside, self.tally);
        Some(closed)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.close();
    }
}

impl Closed {
    /// What was counted, by stack: `alloc` is all, `inuse` what was left at the end, `peak` what was in
    /// use when the most bytes were.
    ///
    /// # Errors
    /// If the kernel gives no memory.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        let mut rows = Array::with_capacity(self.rows.len()).map_err(|NoMemory| Error::NoMemory)?;
        for bucket in self.rows.iter() {
            // Every weight is one: there is nothing to round.
            let row = Row::of(std::slice::from_ref(bucket), self.epoch, 0);
            rows.push(row).map_err(|NoMemory| Error::NoMemory)?;
        }
        Ok(Snapshot {
            rows,
            spread: Spread::default(),
            lifetimes: Array::new(),
            recorder: process::recorder(),
            interval: 1,
            dropped: Dropped::default(),
        })
    }
}

/// Has other threads count where this one does.
#[derive(Debug)]
pub struct Joint(Option<TallyId>);

impl Joint {
    /// Of what counts this thread now, if anything does.
    #[must_use]
    pub fn of_this_thread() -> Self {
        Self::of(process::counted_in())
    }

    fn of(tally: Option<TallyId>) -> Self {
        Self(tally.filter(|&tally| {
            let inside = enter();
            inside.is_some_and(|inside| {
                process::tallies().keep(&inside, tally);
                true
            })
        }))
    }

    /// Counts what this thread allocates during `work` there, and only there. Nothing once that has
    /// ended.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let _joined = Joined { before: process::count_in(self.0), _thread: PhantomData };
        work()
    }
}

impl Clone for Joint {
    fn clone(&self) -> Self {
        Self::of(self.0)
    }
}

impl Drop for Joint {
    fn drop(&mut self) {
        if let (Some(tally), Some(inside)) = (self.0, enter()) {
            process::tallies().let_go(&inside, tally);
        }
    }
}

/// While one is alive, this thread counts elsewhere than before.
struct Joined {
    before: Option<TallyId>,
    _thread: PhantomData<*const ()>,
}

impl Drop for Joined {
    fn drop(&mut self) {
        process::count_in(self.before);
    }
}
