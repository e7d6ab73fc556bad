//! Typed row numbers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// A row of the table of `T`. Rows are dense from zero.
///
/// A row is not the id that the wire carries: that one is any `u64`, and is kept as a column
/// (`Function::id`, `Mapping::id`, `Location::id`) because reports print it.
pub struct Id<T> {
    row: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    pub(crate) const ZERO: Self = Self { row: 0, of: PhantomData };

    /// The id of row `row`. Tables hold fewer than 2^32 rows: readers refuse larger inputs before
    /// they get here, so a larger number saturates rather than wraps.
    #[inline]
    pub fn from_row(row: usize) -> Self {
        Self { row: u32::try_from(row).unwrap_or(u32::MAX), of: PhantomData }
    }

    /// The row number, to index a column.
    #[inline]
    pub fn row(self) -> usize {
        self.row as usize
    }
}

impl<T> Clone for Id<T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.row.cmp(&other.row)
    }
}

impl<T> Hash for Id<T> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.row);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.row)
    }
}

/// Row 0: for text, the empty string.
impl<T> Default for Id<T> {
    fn default() -> Self {
        Self::ZERO
    }
}
