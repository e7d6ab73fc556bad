//! From lookup address to unwind rule, for the whole process, without a lock.
//!
//! A slot is one word that holds address, generation and rule, so a reader sees a whole entry or
//! another whole entry and nothing needs validation:
//!
//! ```text
//!   63        29 28        26 25            0
//!  |  tag (35)  | generation |  packed rule  |
//! ```
//!
//! The address (47 bits, as in every user process) is multiplied by an odd number modulo 2^47,
//! which loses nothing: the upper 12 bits of the product choose a set, the rest is the tag. Two
//! slots a set, the newer first: a stack whose frames fall pairwise into one set stays warm.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::unwind_rule::{PackedRule, UnwindRule};

const ADDRESS_BITS: u32 = 47;
const SET_BITS: u32 = 12;
const SETS: usize = 1 << SET_BITS;
const TAG_BITS: u32 = ADDRESS_BITS - SET_BITS;
const GENERATION_BITS: u32 = u64::BITS - TAG_BITS - PackedRule::BITS;
const GENERATIONS: u32 = 1 << GENERATION_BITS;

/// 2^47 over the golden ratio, made odd: neighbouring addresses fall far apart.
const SPREAD: u64 = 0x4f1b_bcdc_bfa5;

/// Both slots on one cache line.
#[repr(align(16))]
struct Set([AtomicU64; 2]);

static SETS_OF_RULES: [Set; SETS] = [const { Set([const { AtomicU64::new(0) }; 2]) }; SETS];

/// Counts how often rules became void. An entry of another generation is not found.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The generation that a walk started in: it neither finds nor leaves rules of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

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
    let word = first.load(Relaxed);
    if word >> PackedRule::BITS == key {
        return Some(rule_of(word));
    }
    let word = second.load(Relaxed);
    (word >> PackedRule::BITS == key).then(|| rule_of(word))
}

/// Keeps `rule` for `address`, in place of the older of two entries.
pub(crate) fn insert(address: usize, generation: Generation, rule: UnwindRule) {
    if let (Some((set, key)), Some(rule)) = (place(address, generation), PackedRule::pack(rule)) {
        let [first, second] = &set.0;
        second.store(first.load(Relaxed), Relaxed);
        first.store(key << PackedRule::BITS | u64::from(rule.0), Relaxed);
    }
}

/// The set of `address`, and the bits that identify it there; `None` above the user half.
#[inline]
fn place(address: usize, generation: Generation) -> Option<(&'static Set, u64)> {
    let address = address as u64;
    if address >> ADDRESS_BITS != 0 {
        return None;
    }
    let product = address.wrapping_mul(SPREAD) & ((1 << ADDRESS_BITS) - 1);
    let tag = product & ((1 << TAG_BITS) - 1);
    let set = SETS_OF_RULES.get((product >> TAG_BITS) as usize)?;
    Some((set, tag << GENERATION_BITS | u64::from(generation.0)))
}

#[inline]
fn rule_of(word: u64) -> PackedRule {
    PackedRule(word as u32 & ((1 << PackedRule::BITS) - 1))
}
