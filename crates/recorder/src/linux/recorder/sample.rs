//! What one event brings.

use std::alloc::Layout;

use crate::platform::blocks::pool::Pool;
use crate::platform::blocks::size_class::Class;
use crate::platform::labels::Carried;
use crate::platform::sampling::sampler::Weight;

/// An allocation to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What was asked for.
    pub layout: Layout,
    /// How many allocations it stands for.
    pub weight: Weight,
    /// What else is to be said of it.
    pub labels: Carried,
    /// Whether its block keeps its size, because its free will not know it.
    pub keeps_size: bool,
}

impl Sample {
    /// How many bytes were asked for.
    pub fn size(self) -> u64 {
        self.layout.size() as u64
    }

    /// How many bytes it stands for.
    pub fn bytes(self) -> u64 {
        self.weight.bytes(self.size())
    }

    /// The class of its block, which is born at `birth`; 0 if that is not to be kept.
    pub fn class(self, birth: u64) -> Class {
        let class = Class::of(self.layout.size(), self.layout.align());
        let class = if self.keeps_size { class.with_sizes() } else { class };
        if birth == 0 { class } else { class.with_births() }
    }

    /// Has the block at `address` keep its size, if it is to.
    #[inline]
    pub fn keep_size(self, pool: &Pool, address: usize) {
        if self.keeps_size {
            // Blocks that are not large have less than 8 KiB.
            pool.set_size(address, self.layout.size() as u16);
        }
    }
}
