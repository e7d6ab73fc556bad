//! Labels of samples that there are none of.

use std::marker::PhantomData;

pub use crate::limits::{LABEL_BYTES, MAX_KEY_BYTES, MAX_LABEL_SETS, MAX_LABELS, MAX_VALUE_BYTES};
pub use crate::row::{Label, LabelSet};

/// The labels of a set: none.
pub type Labels<'a> = std::iter::Empty<Label<'a>>;

/// The label set of this thread's samples, of which there are none.
#[must_use]
pub fn current() -> LabelSet {
    LabelSet::EMPTY
}

/// The labels of a set.
#[must_use]
pub fn of(_: LabelSet) -> Labels<'static> {
    std::iter::empty()
}

/// What samples carry: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried(());

impl Carried {
    /// No labels.
    pub const NOTHING: Self = Self(());

    /// What this thread's samples carry.
    #[must_use]
    pub fn now() -> Self {
        Self(())
    }

    /// The labels.
    #[must_use]
    pub const fn set(self) -> LabelSet {
        LabelSet::EMPTY
    }

    /// Whether a label did not fit.
    #[must_use]
    pub const fn is_short(self) -> bool {
        false
    }

    /// As a number, for [`from_bits`](Self::from_bits).
    #[must_use]
    pub const fn to_bits(self) -> u32 {
        0
    }

    /// What [`to_bits`](Self::to_bits) gave a number for.
    #[must_use]
    pub const fn from_bits(_: u32) -> Self {
        Self(())
    }

    /// With one label more, which nothing carries.
    #[must_use]
    pub fn with(self, _: &[u8], _: &[u8]) -> Self {
        self
    }

    /// With those of another, which has none.
    #[must_use]
    pub fn and(self, _: Self) -> Self {
        self
    }

    /// Changes nothing.
    pub fn enter(self) -> Entered {
        Entered { _stays: PhantomData }
    }
}

/// Ends what [`Carried::enter`] began, when dropped.
#[derive(Debug)]
#[must_use = "samples carry the labels until this is dropped"]
pub struct Entered {
    /// It belongs to its thread.
    _stays: PhantomData<*const ()>,
}
