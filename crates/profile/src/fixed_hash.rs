//! A hash that is the same on every run, so that output never depends on a seed.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds [`FixedHasher`]s, for the maps and tables of the analysis crates.
pub type FixedState = BuildHasherDefault<FixedHasher>;

/// A multiply-rotate hash over 8-byte words, without a seed.
///
/// Tables are keyed by what a profile holds, so a hostile profile can make collisions: that costs
/// its reader time linear in the table for each, never memory or a wrong answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedHasher(u64);

/// 2^64 divided by the golden ratio, made odd: multiplication spreads low bits over the high ones.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl FixedHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    }
}

impl Hasher for FixedHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.mix(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.mix(u64::from_le_bytes(last));
        self.mix(bytes.len() as u64);
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    /// Hash tables take the group from the low bits and the tag from the high ones: fold them.
    #[inline]
    fn finish(&self) -> u64 {
        let high = self.0.wrapping_mul(SPREAD);
        high ^ (high >> 32)
    }
}
