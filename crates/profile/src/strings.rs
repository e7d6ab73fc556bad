//! The string table: every text of a profile, once.

use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;

use crate::Id;
use crate::fixed_hash::FixedHasher;

/// The row type of [`Strings`]: text of a profile, which is bytes and need not be UTF-8.
#[derive(Debug)]
pub enum Text {}

/// A row of the string table. Two are equal exactly when the bytes are equal.
pub type Str = Id<Text>;

/// Every text of a profile, interned: one row a distinct byte string, row 0 the empty one.
///
/// All bytes lie in one buffer; `ends[row]` is where a row ends in it, and it starts where the one
/// before ends. The buffer stays below 4 GiB: [`Strings::intern`] returns row 0 for what no longer
/// fits, and readers refuse such an input before it comes to that.
#[derive(Clone, Debug)]
pub struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    rows: HashTable<u32>,
}

impl Strings {
    /// The row of the empty string, in every table.
    pub const EMPTY: Str = Str::ZERO;

    /// A table with the empty string only.
    pub fn new() -> Self {
        let mut table = Self { bytes: Vec::new(), ends: Vec::new(), rows: HashTable::new() };
        table.intern(b"");
        table
    }

    /// The bytes of a row.
    #[inline]
    pub fn get(&self, text: Str) -> &[u8] {
        self.at(text.row())
    }

    /// The row that holds `text`, added if it is new.
    pub fn intern(&mut self, text: &[u8]) -> Str {
        let hash = hash_of(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        if let Some(&row) = self.rows.find(hash, |&row| slice(bytes, ends, row as usize) == text) {
            return Id::from_row(row as usize);
        }
        let Ok(end) = u32::try_from(self.bytes.len() + text.len()) else { return Self::EMPTY };
        let row = self.ends.len();
        self.bytes.extend_from_slice(text);
        self.ends.push(end);
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.rows.insert_unique(hash, row as u32, |&row| hash_of(slice(bytes, ends, row as usize)));
        Id::from_row(row)
    }

    /// The row that holds `text`, if there is one.
    pub fn find(&self, text: &[u8]) -> Option<Str> {
        let found = self.rows.find(hash_of(text), |&row| self.at(row as usize) == text);
        found.map(|&row| Id::from_row(row as usize))
    }

    /// How many distinct strings there are, the empty one included.
    #[expect(clippy::len_without_is_empty, reason = "a string table always holds the empty string")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Every row in order, the empty string first.
    pub fn iter(&self) -> impl Iterator<Item = (Str, &[u8])> {
        (0..self.len()).map(|row| (Id::from_row(row), self.at(row)))
    }

    #[inline]
    fn at(&self, row: usize) -> &[u8] {
        slice(&self.bytes, &self.ends, row)
    }
}

impl Default for Strings {
    fn default() -> Self {
        Self::new()
    }
}

#[inline]
fn slice<'a>(bytes: &'a [u8], ends: &[u32], row: usize) -> &'a [u8] {
    let start = if row == 0 { 0 } else { ends[row - 1] as usize };
    &bytes[start..ends[row] as usize]
}

fn hash_of(text: &[u8]) -> u64 {
    BuildHasherDefault::<FixedHasher>::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_share_a_row() {
        let mut table = Strings::new();
        let first = table.intern(b"main.main");
        let other = table.intern(b"\xff\xfe");
        assert_eq!(table.intern(b"main.main"), first);
        assert_eq!(table.get(other), b"\xff\xfe");
        assert_eq!(table.find(b"main.main"), Some(first));
        assert_eq!(table.find(b"absent"), None);
        assert_eq!(table.len(), 3);
    }

    #[test]
    fn the_empty_string_is_row_zero() {
        let mut table = Strings::new();
        assert_eq!(table.intern(b""), Strings::EMPTY);
        assert_eq!(table.get(Strings::EMPTY), b"");
    }
}
