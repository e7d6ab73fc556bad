//! Ids on the wire, and the rows they stand for.

use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;

use crate::{FixedHasher, Id, Invalid, TableName};

/// The row that an id column holds in place of a wire id of 2^32 - 1 or more.
const LARGE: usize = u32::MAX as usize;

/// Wire ids on their way to rows. A column of [`Id`]s holds the wire ids themselves until it is
/// resolved in place; the few producers whose ids do not fit in 32 bits pay eight more bytes an id.
#[derive(Debug, Default)]
pub struct LargeIds {
    /// The ids that did not fit, in the order of the column.
    ids: Vec<u64>,
}

impl LargeIds {
    /// What the column holds for `wire` until it is resolved.
    #[inline]
    pub fn keep<T>(&mut self, wire: u64) -> Id<T> {
        match u32::try_from(wire) {
            Ok(small) if small != u32::MAX => Id::from_row(small as usize),
            _ => {
                self.ids.push(wire);
                Id::from_row(LARGE)
            }
        }
    }

    /// The wire ids of a column, which must come in the order in which they were kept.
    pub fn wire_ids(&self) -> WireIds<'_> {
        WireIds { large: self.ids.iter() }
    }
}

/// Reads back what [`LargeIds::keep`] put into a column.
#[derive(Debug)]
pub struct WireIds<'a> {
    large: std::slice::Iter<'a, u64>,
}

impl WireIds<'_> {
    /// The wire id behind `kept`, the next of the column.
    #[inline]
    pub fn of<T>(&mut self, kept: Id<T>) -> u64 {
        if kept.row() == LARGE {
            self.large.next().copied().unwrap_or_default()
        } else {
            kept.row() as u64
        }
    }
}

/// From the id of a row on the wire to the row.
#[derive(Debug)]
pub enum IdIndex {
    /// Row `i` has id `i + 1`, up to this many rows: what most producers write.
    Dense(u64),
    /// Any ids, with their rows.
    Sparse(HashTable<(u64, u32)>),
}

impl IdIndex {
    /// The index of a table with these ids, and the first row whose id is 0 or taken.
    pub fn new(
        table: TableName,
        ids: impl ExactSizeIterator<Item = u64> + Clone,
    ) -> (Self, Option<Invalid>) {
        let rows = ids.len() as u64;
        if ids.clone().eq(1..=rows) {
            return (Self::Dense(rows), None);
        }
        let mut index = HashTable::with_capacity(ids.len());
        let mut invalid = None;
        for (row, id) in ids.enumerate() {
            let taken = index.find(hash_of(id), |&(other, _)| other == id).is_some();
            if id == 0 {
                invalid = invalid.or(Some(Invalid::ReservedId { table, row }));
            } else if taken {
                invalid = invalid.or(Some(Invalid::DuplicateId { table, row, id }));
            } else {
                index.insert_unique(hash_of(id), (id, row as u32), |&(id, _)| hash_of(id));
            }
        }
        (Self::Sparse(index), invalid)
    }

    /// The row with the id `wire`, if there is one.
    #[inline]
    pub fn row<T>(&self, wire: u64) -> Option<Id<T>> {
        match self {
            Self::Dense(rows) => {
                let row = wire.wrapping_sub(1);
                (row < *rows).then(|| Id::from_row(row as usize))
            }
            Self::Sparse(index) => {
                let found = index.find(hash_of(wire), |&(id, _)| id == wire);
                found.map(|&(_, row)| Id::from_row(row as usize))
            }
        }
    }
}

#[inline]
fn hash_of(id: u64) -> u64 {
    BuildHasherDefault::<FixedHasher>::default().hash_one(id)
}
