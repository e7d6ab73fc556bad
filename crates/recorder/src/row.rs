//! What is known of the objects of one stack.

use crate::counts::Count;

/// The objects of one stack, one label set and one size class: sizes from one power of two to the
/// next.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where they were allocated; [`StackId::EMPTY`] when that is not known.
    pub stack: StackId,
    /// Under which labels: see [`labels::of`](crate::labels::of).
    pub labels: LabelSet,
    /// Mean bytes an object, over all allocated; the size itself when all have the same.
    pub size: u64,
    /// Allocated since the start.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
    /// In use at the moment when the most bytes were.
    pub peak: Count,
}

/// A stack, for as long as the process lives: its innermost frame, which knows the one that called
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackId(u32);

impl StackId {
    /// The stack without frames.
    pub const EMPTY: Self = Self(0);

    /// The stack as a number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The stack of a number that [`number`](Self::number) gave.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// A set of labels, for as long as the process lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSet(u32);

impl LabelSet {
    /// No labels.
    pub const EMPTY: Self = Self(0);
    /// How many binary digits a number has at most.
    pub const BITS: u32 = 18;

    /// The set as a number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The set of a number that [`number`](Self::number) gave.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// A key and its value.
pub type Label<'a> = (&'a [u8], &'a [u8]);
