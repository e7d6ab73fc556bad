//! A set of locations.

use heapwise_profile::{Id, Location};

/// A bit for each location: those of 100,000 stay in the first cache, where looking one up is free.
#[derive(Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub fn of(members: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (row, member) in members.enumerate() {
            if row % 64 == 0 {
                words.push(0);
            }
            words[row / 64] |= u64::from(member) << (row % 64);
        }
        Self(words)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    #[inline]
    pub fn has(&self, location: Id<Location>) -> bool {
        let row = location.row();
        self.0[row / 64] >> (row % 64) & 1 != 0
    }
}
