//! A column of rows of one kind, indexed by its own id type.

use std::ops::Index;

use crate::Id;

/// Rows of `T` in order; `table[id]` is the row of an [`Id<T>`].
#[derive(Clone, Debug)]
pub struct Table<T> {
    rows: Vec<T>,
}

impl<T> Table<T> {
    /// A table without rows.
    pub fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Appends a row and returns its id.
    pub fn push(&mut self, row: T) -> Id<T> {
        self.rows.push(row);
        Id::from_row(self.rows.len() - 1)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of `id`, or nothing if the table is shorter.
    pub fn get(&self, id: Id<T>) -> Option<&T> {
        self.rows.get(id.row())
    }

    /// The first row: for mappings, the main binary.
    pub fn first(&self) -> Option<&T> {
        self.rows.first()
    }

    /// The rows in order.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The rows in order, to change them in place.
    pub fn rows_mut(&mut self) -> &mut [T] {
        &mut self.rows
    }

    /// The ids in order.
    pub fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.rows.len()).map(Id::from_row)
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self { rows: rows.into_iter().collect() }
    }
}

impl<T> Index<Id<T>> for Table<T> {
    type Output = T;

    #[inline]
    fn index(&self, id: Id<T>) -> &T {
        &self.rows[id.row()]
    }
}
