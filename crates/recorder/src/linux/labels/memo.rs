//! Remembers which label sets came of which, so that labels inside of labels need no look at texts.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::platform::random::fold;
use crate::row::LabelSet;

/// A power of two: 16 KiB.
const PLACES: usize = 1 << 11;

/// Results by what they came of: each in one word, so that nobody ever sees half of one. A new one takes
/// the place of another; 0 is none.
#[derive(Debug)]
pub struct LabelMemo([AtomicU64; PLACES]);

const _: () = assert!(3 * LabelSet::BITS < u64::BITS);

impl LabelMemo {
    /// Nothing.
    pub const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }

    /// The set that `outer` and `inner` make, neither of them empty, if that is remembered.
    #[inline]
    pub fn get(&self, outer: LabelSet, inner: LabelSet) -> Option<LabelSet> {
        let key = key(outer, inner);
        let word = self.0[place(key)].load(Acquire);
        (word >> LabelSet::BITS == key)
            .then(|| LabelSet::from_number(word as u32 & ((1 << LabelSet::BITS) - 1)))
    }

    /// Remembers what `outer` and `inner` make.
    pub fn put(&self, outer: LabelSet, inner: LabelSet, both: LabelSet) {
        let key = key(outer, inner);
        let word = key << LabelSet::BITS | u64::from(both.number());
        self.0[place(key)].store(word, Release);
    }
}

fn key(outer: LabelSet, inner: LabelSet) -> u64 {
    u64::from(outer.number()) << LabelSet::BITS | u64::from(inner.number())
}

fn place(key: u64) -> usize {
    fold(key, 0x9e37_79b9_7f4a_7c15) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_right_whatever_took_its_place() {
        static MEMO: LabelMemo = LabelMemo::new();
        let set = LabelSet::from_number;
        let most = (1 << LabelSet::BITS) - 1;
        assert_eq!(MEMO.get(set(1), set(2)), None);
        MEMO.put(set(most), set(most - 1), set(most - 2));
        assert_eq!(MEMO.get(set(most), set(most - 1)), Some(set(most - 2)));
        assert_eq!(MEMO.get(set(most - 1), set(most)), None);
        for outer in 1..200 {
            (1..200).for_each(|inner| MEMO.put(set(outer), set(inner), set(outer * 1000 + inner)));
        }
        let right = |outer: u32, inner: u32| {
            MEMO.get(set(outer), set(inner))
                .inspect(|both| assert_eq!(both.number(), outer * 1000 + inner))
        };
        let kept = (1..200).flat_map(|outer| (1..200).filter_map(move |inner| right(outer, inner)));
        assert!(kept.count() > PLACES / 2);
    }
}
