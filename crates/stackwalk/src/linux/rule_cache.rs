//! From return address to unwind rule, for the whole process, without a lock.
//!
//! A slot is one word that holds address, generation and rule, so a reader sees a whole entry or
//! another whole entry and nothing needs validation:
//!
//! ```text
//!   63        29 28        26 25            0
//!  |  tag (35)  | generation |  packed rule  |
//! ```
//!
//! The lower 12 bits of the address (of 47, as in every user process), mixed with the 12 above
//! them, choose a set; the bits above the lower 12 are the tag, which together with the set gives
//! the address back. Two slots a set, the newer first: a stack whose frames fall pairwise into
//! one set stays warm.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::unwind_rule::PackedRule;

const ADDRESS_BITS: u32 = 47;
const SET_BITS: u32 = 12;
const SETS: usize = 1 << SET_BITS;
const TAG_BITS: u32 = ADDRESS_BITS - SET_BITS;
const RULE_BITS: u32 = 26;
const RULE_MASK: u64 = (1 << RULE_BITS) - 1;
const GENERATION_BITS: u32 = u64::BITS - TAG_BITS - RULE_BITS;
const GENERATIONS: u32 = 1 << GENERATION_BITS;

/// Both slots on one cache line.
#[repr(align(16))]
struct Set([AtomicU64; 2]);

static SETS_OF_RULES: [Set; SETS] = [const { Set([const { AtomicU64::new(0) }; 2]) }; SETS];

/// Counts how often rules became void. An entry of another generation is not found.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The generation that a walk started in: it neither finds nor leaves rules of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    /// Its number, which comes again after many others.
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// The generation now.
#[inline]
pub(crate) fn generation() -> Generation {
    Generation(GENERATION.load(Relaxed) % GENERATIONS)
}

/// Makes all rules void, because code was unloaded.
pub(crate) fn invalidate() {
    let before = GENERATION.fetch_add(1, Relaxed);
    if before.wrapping_add(1).is_multiple_of(GENERATIONS) {
        // The numbers start over: what is left of earlier rounds must not come back to life.
        for slot in SETS_OF_RULES.iter().flat_map(|set| &set.0) {
            slot.store(0, Relaxed);
        }
    }
}

/// The rule kept for `address`.
#[inline]
pub(crate) fn find(address: usize, generation: Generation) -> Option<PackedRule> {
    let (set, key) = place(address, generation)?;
    let [first, second] = &set.0;
    let mut word = first.load(Relaxed);
    if word >> RULE_BITS != key {
        word = second.load(Relaxed);
        if word >> RULE_BITS != key {
            return None;
        }
    }
    Some(PackedRule(word & RULE_MASK))
}

/// Keeps `rule` for `address`, in place of the older of two entries, if it fits.
pub(crate) fn insert(address: usize, generation: Generation, rule: PackedRule) {
    if let Some((set, key)) = place(address, generation).filter(|_| rule.0 <= RULE_MASK) {
        let [first, second] = &set.0;
        second.store(first.load(Relaxed), Relaxed);
        first.store(key << RULE_BITS | rule.0, Relaxed);
    }
}

/// The set of `address`, and the bits that identify it there; `None` above the user half.
#[inline]
fn place(address: usize, generation: Generation) -> Option<(&'static Set, u64)> {
    let tag = address >> SET_BITS;
    let set = SETS_OF_RULES.get((address ^ tag) % SETS)?;
    let key = (tag as u64) << GENERATION_BITS | u64::from(generation.0);
    (address >> ADDRESS_BITS == 0).then_some((set, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::unwind_rule::UnwindRule;

    const RULE: PackedRule = PackedRule(RULE_MASK);

    /// Addresses that no code of this process has, so that walks in other tests do not interfere.
    const UNUSED: usize = 1 << 46;

    #[test]
    fn what_was_kept_is_found_at_its_address_only() {
        let now = generation();
        insert(UNUSED, now, RULE);
        assert_eq!(find(UNUSED, now), Some(RULE));
        assert_eq!(find(UNUSED + 1, now), None);
    }

    #[test]
    fn another_generation_does_not_find_it() {
        let now = Generation(1);
        insert(UNUSED + 2, now, RULE);
        assert_eq!(find(UNUSED + 2, Generation(2)), None);
    }

    #[test]
    fn a_rule_too_large_is_not_kept() {
        let now = generation();
        insert(UNUSED + 9, now, PackedRule(RULE_MASK + 1));
        assert_eq!(find(UNUSED + 9, now), None);
    }

    #[test]
    fn addresses_above_the_user_half_are_not_kept() {
        let now = generation();
        insert(usize::MAX - 8, now, RULE);
        assert_eq!(find(usize::MAX - 8, now), None);
    }

    #[test]
    fn no_two_addresses_share_set_and_tag() {
        let now = Generation(3);
        let mut places: Vec<_> = (0..20_000)
            .map(|index| place(0x5555_5555_0000 + index * 7, now).unwrap())
            .map(|(set, key)| (std::ptr::from_ref(set) as usize, key))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 20_000);
    }

    #[test]
    fn two_addresses_of_one_set_are_both_kept() {
        let now = Generation(4);
        let set_of = |address| std::ptr::from_ref(place(address, now).unwrap().0);
        let first = UNUSED + 3;
        let second = (first + 1..).find(|&address| set_of(address) == set_of(first)).unwrap();
        insert(first, now, RULE);
        let root = PackedRule::pack(UnwindRule::Root);
        insert(second, now, root);
        assert_eq!(find(first, now), Some(RULE));
        assert_eq!(find(second, now), Some(root));
    }
}
