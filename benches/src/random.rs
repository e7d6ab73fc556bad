//! Numbers that look random.

/// A 64-bit linear congruential generator: the same numbers on every machine.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`, all equally likely.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    /// A number below `limit`, mostly small: half of them are below an eighth of it.
    pub fn mostly_small(&mut self, limit: usize) -> usize {
        let part = self.below(1 << 20) as u64;
        let cubed = ((part * part) >> 20) * part;
        ((u128::from(cubed) * limit as u128) >> 40) as usize
    }
}
