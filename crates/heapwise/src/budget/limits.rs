//! What a budget can limit: one row each.

use heapwise_profile::RECORDED_TYPES;

use super::Used;

/// One thing to be limited.
#[derive(Debug)]
pub struct Limit {
    /// The method of a budget, and the field of what was used.
    pub word: &'static str,
    /// One of what is counted, and several.
    pub nouns: [&'static str; 2],
    /// How much of it was used.
    pub used: fn(&Used) -> u64,
    /// Which of the values of a recorded row, or of [`RECORDED_TYPES`], says it by stack.
    pub column: usize,
}

/// Rows of [`LIMITS`].
pub const ALLOCATIONS: usize = 0;
pub const BYTES: usize = 1;
pub const PEAK_BYTES: usize = 2;
pub const LEAKED: usize = 3;
pub const LEAKED_BYTES: usize = 4;

/// All of them, in the order in which they are told.
pub static LIMITS: [Limit; 5] = [
    Limit {
        word: "allocations",
        nouns: ["allocation", "allocations"],
        used: |used| used.allocations,
        column: 0,
    },
    Limit {
        word: "bytes",
        nouns: ["byte allocated", "bytes allocated"],
        used: |used| used.bytes,
        column: 1,
    },
    Limit {
        word: "peak_bytes",
        nouns: ["byte at the peak", "bytes at the peak"],
        used: |used| used.peak_bytes,
        column: 5,
    },
    Limit {
        word: "leaked",
        nouns: ["block leaked", "blocks leaked"],
        used: |used| used.leaked,
        column: 2,
    },
    Limit {
        word: "leaked_bytes",
        nouns: ["byte leaked", "bytes leaked"],
        used: |used| used.leaked_bytes,
        column: 3,
    },
];

impl Limit {
    /// The name of the sample type that says it by stack.
    pub fn sample_type(&self) -> &'static str {
        RECORDED_TYPES[self.column].0
    }

    /// So much of it, in words.
    pub fn told(&self, amount: u64) -> String {
        let [one, several] = self.nouns;
        format!("{amount} {}", if amount == 1 { one } else { several })
    }
}

/// The most that is allowed of each, where that is limited.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits([Option<u64>; LIMITS.len()]);

impl Limits {
    /// Limits a row of [`LIMITS`].
    pub fn set(&mut self, limit: usize, most: u64) {
        self.0[limit] = Some(most);
    }

    /// Whether nothing is limited.
    pub fn are_none(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The rows, with what is allowed.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Limit, Option<u64>)> {
        LIMITS.iter().zip(self.0)
    }

    /// The rows of which more was used than is allowed, and what is allowed.
    pub fn exceeded(&self, used: &Used) -> Vec<(&'static Limit, u64)> {
        let limited = self.rows().filter_map(|(limit, most)| Some((limit, most?)));
        limited.filter(|(limit, most)| (limit.used)(used) > *most).collect()
    }
}
