//! Where nothing is recorded: the same names, of which an allocator gets the answer that nothing is to be
//! done, and everybody else [`Error::Unsupported`].
//!
//! Types that nobody can have a value of say which functions are never called.

pub mod labels;

use std::alloc::Layout;
use std::convert::Infallible;
use std::fs::File;
use std::ptr::NonNull;

use crate::counts::{Count, Dropped, Lifetimes, Totals};
use crate::error::{CountError, Error, RecordError};
use crate::row::{Row, StackId};
use crate::texts::Texts;

/// The interval to start with for one that grows by itself.
pub const GROWING_FROM_EXACT: u64 = 1;

/// What is known of a large block: nothing is.
pub type Taken = Infallible;

/// What is to be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked(());

impl Marked {
    /// Nothing.
    pub const NOT: Self = Self(());

    /// Whether anything is.
    #[must_use]
    pub fn is_any(&self) -> bool {
        false
    }
}

/// Counts what a thread allocates: there is none.
#[derive(Debug)]
pub enum Counting {}

impl Counting {
    /// [`Error::Unsupported`].
    pub fn begin() -> Result<Self, CountError> {
        Err(CountError::Recorder(Error::Unsupported))
    }

    /// What was counted.
    #[must_use]
    pub fn end(self) -> Option<Closed> {
        match self {}
    }
}

/// What was counted.
#[derive(Debug)]
pub struct Closed {
    /// Everything that was allocated.
    pub alloc: Count,
    /// Of that, what was in use when the most bytes were.
    pub peak: Count,
    /// Of that, what was in use at the end.
    pub left: Count,
    /// Events that could not be counted.
    pub missed: u64,
}

impl Closed {
    /// [`Error::Unsupported`].
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        Err(Error::Unsupported)
    }
}

/// Has other threads count where this one does, which is nowhere.
#[derive(Clone, Debug)]
pub struct Joint(());

impl Joint {
    /// Of nothing.
    #[must_use]
    pub fn of_this_thread() -> Self {
        Self(())
    }

    /// Runs `work`.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

/// The function that an allocator wrapper calls for a recorded allocation, while it runs.
#[derive(Clone, Copy, Debug)]
pub struct Caller(());

impl Caller {
    /// Whichever function it is.
    ///
    /// # Safety
    /// Nothing is needed here; elsewhere the value must not outlive the function.
    #[inline(always)]
    #[must_use]
    pub unsafe fn here() -> Self {
        Self(())
    }
}

/// What was recorded: there is none.
#[derive(Debug)]
pub enum Snapshot {}

impl Snapshot {
    /// One row a stack and size class.
    pub fn rows(&self) -> &[Row] {
        match *self {}
    }

    /// How long the freed objects of each row lived.
    pub fn lifetimes(&self) -> &[Lifetimes] {
        match *self {}
    }

    /// The return addresses of a stack.
    pub fn frames(&self, _: StackId) -> std::iter::Empty<usize> {
        match *self {}
    }

    /// The standard errors of the sums.
    pub fn standard_errors(&self) -> Totals {
        match *self {}
    }

    /// The sampling interval in force, in bytes.
    pub fn interval(&self) -> u64 {
        match *self {}
    }

    /// What the limits have left out.
    pub fn dropped(&self) -> Dropped {
        match *self {}
    }
}

/// Every request goes by.
#[inline(always)]
pub fn passes(_: usize) -> bool {
    true
}

/// No block is recorded.
#[inline(always)]
pub fn may_hold(_: usize, _: usize, _: usize) -> bool {
    false
}

/// As [`may_hold`].
#[inline(always)]
pub fn holds(_: usize) -> bool {
    false
}

/// Whether a request is large, which is no matter.
pub fn is_large(_: usize, _: usize) -> bool {
    false
}

/// Nothing is to be done.
pub fn mark(_: usize, _: u64) -> Marked {
    Marked::NOT
}

/// Nothing comes to [`mark`].
pub fn sees(_: impl FnOnce()) -> bool {
    false
}

/// Never called.
pub fn allocate(_: Layout, _: Marked, _: Caller) -> Option<NonNull<u8>> {
    None
}

/// Never called.
pub fn exchange(_: usize, _: usize, _: Layout, _: Marked, _: Caller) -> Option<NonNull<u8>> {
    None
}

/// Never called.
pub fn record(_: usize, _: Layout, _: Marked, _: Caller) {}

/// No block is recorded.
pub fn withdraw(_: usize, _: usize) {}

/// No block is recorded.
pub fn free(_: usize, _: usize) -> bool {
    false
}

/// No block is recorded.
pub fn take(_: usize) -> Option<Taken> {
    None
}

/// Never called.
pub fn retire(block: &Taken) -> u64 {
    match *block {}
}

/// Never called.
pub fn revive(block: Taken, _: u64) {
    match block {}
}

/// Never called.
pub fn put_back(block: Taken) {
    match block {}
}

/// No stack is known.
#[must_use]
pub fn stack(_: Caller) -> StackId {
    StackId::EMPTY
}

/// The empty stack has no frames.
pub fn frames(_: StackId) -> impl Iterator<Item = usize> {
    std::iter::empty()
}

/// Changes nothing.
pub fn set_interval(_: u64) {}

/// Nothing is recorded.
pub fn interval() -> u64 {
    0
}

/// Nothing is exact.
pub fn is_exact() -> bool {
    false
}

/// Nothing is mapped.
pub fn mapped_bytes() -> usize {
    0
}

/// Nothing is left out of nothing.
pub fn dropped() -> Dropped {
    Dropped::default()
}

/// [`Error::Unsupported`].
pub fn snapshot() -> Result<Snapshot, Error> {
    Err(Error::Unsupported)
}

/// [`Error::Unsupported`].
pub fn totals() -> Result<Totals, Error> {
    Err(Error::Unsupported)
}

/// [`Error::Unsupported`].
pub fn keep_lifetimes() -> Result<(), Error> {
    Err(Error::Unsupported)
}

/// [`Error::Unsupported`].
pub fn record_to(_: File, _: &Texts<'_>) -> Result<(), RecordError> {
    Err(RecordError::Recorder(Error::Unsupported))
}
