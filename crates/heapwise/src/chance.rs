//! Numbers by chance.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number by chance, for what nobody gains by guessing. The standard library seeds its hashers so.
pub fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_not_always_the_same() {
        assert_ne!(chance(), chance());
    }
}
