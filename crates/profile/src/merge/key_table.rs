//! Rows found by their content.

use std::hash::{BuildHasher, BuildHasherDefault, Hash};

use hashbrown::HashTable;

use crate::FixedHasher;

/// A hash table of row numbers, whose keys stay in the columns of their table. Each entry keeps its
/// hash: growing then never reads the columns again.
#[derive(Debug, Default)]
pub struct KeyTable {
    rows: HashTable<(u64, u32)>,
}

impl KeyTable {
    /// The row whose key hashes to `hash` and for which `is_equal` holds. If there is none, the key
    /// is taken to be that of `new_row`, which the caller then must append.
    pub fn find_or_add(
        &mut self,
        hash: u64,
        is_equal: impl Fn(usize) -> bool,
        new_row: usize,
    ) -> Option<usize> {
        let found = self.rows.find(hash, |&(other, row)| other == hash && is_equal(row as usize));
        if let Some(&(_, row)) = found {
            return Some(row as usize);
        }
        self.rows.insert_unique(hash, (hash, new_row as u32), |&(hash, _)| hash);
        None
    }
}

/// The hash of a key, the same on every run.
pub fn hash_of(key: impl Hash) -> u64 {
    BuildHasherDefault::<FixedHasher>::default().hash_one(key)
}
