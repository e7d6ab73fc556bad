//! The cheap test of a free: can this block be one that was recorded?

use std::sync::atomic::{AtomicU16, Ordering};

/// Slots; at the default interval a program holds about 2000 recorded blocks a GiB, so of the frees
/// of blocks that were not recorded, 3 in 100 a GiB in use go on to the live table for nothing.
const SLOTS: usize = 1 << 16;

/// A counting filter over the addresses of recorded blocks.
///
/// Invariant: a slot counts at least the recorded blocks whose address falls on it, from before
/// their address is given to the program until after the look-up that removed them. So a slot of
/// zero proves that a block is not recorded, on every thread: whoever frees a block has learnt its
/// address after its slot was counted.
///
/// A slot that reaches its maximum stays there, which keeps the invariant.
#[derive(Debug)]
pub struct Filter {
    slots: [AtomicU16; SLOTS],
}

impl Filter {
    /// An empty filter: 128 KiB of zeroes, of which the kernel backs what is used.
    pub const fn new() -> Self {
        Self { slots: [const { AtomicU16::new(0) }; SLOTS] }
    }

    /// Whether the block at `address` may be recorded. `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        self.slot(address).load(Ordering::Relaxed) != 0
    }

    /// Notes a recorded block.
    pub fn add(&self, address: usize) {
        let more = |count: u16| count.checked_add(1);
        // Refused at the maximum only, where the slot is to stay.
        let _ = self.slot(address).fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Forgets a block noted by [`add`](Self::add).
    pub fn remove(&self, address: usize) {
        let fewer = |count: u16| if count == u16::MAX { None } else { count.checked_sub(1) };
        let _ = self.slot(address).fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
    }

    #[inline(always)]
    fn slot(&self, address: usize) -> &AtomicU16 {
        // Neighbouring blocks have neighbouring slots, so that the filter of a busy part of the
        // heap stays in the cache beside it: 512 bytes of heap a line. The higher bits tell apart
        // large blocks, which begin pages.
        &self.slots[(address >> 4 ^ address >> 20) % SLOTS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILTER: Filter = Filter::new();

    #[test]
    fn never_denies_a_block_that_was_added() {
        let addresses: Vec<usize> = (0..200_000).map(|i| 0x7f00_0000_0000 + i * 48).collect();
        addresses.iter().for_each(|&a| FILTER.add(a));
        assert!(addresses.iter().all(|&a| FILTER.may_hold(a)));
        addresses[100..].iter().for_each(|&a| FILTER.remove(a));
        assert!(addresses[..100].iter().all(|&a| FILTER.may_hold(a)));
        let passed_on = addresses[100..].iter().filter(|&&a| FILTER.may_hold(a)).count();
        assert!(passed_on < 1000, "{passed_on} of 199 900 for 100 blocks in 65 536 slots");
        addresses[..100].iter().for_each(|&a| FILTER.remove(a));
        assert!(!addresses.iter().any(|&a| FILTER.may_hold(a)));
    }

    #[test]
    fn large_blocks_are_told_apart() {
        static PAGES: Filter = Filter::new();
        let addresses = (0..1000).map(|i| 0x7f12_3450_0010 + i * (1 << 20) + i % 7 * 4096);
        addresses.clone().step_by(2).for_each(|a| PAGES.add(a));
        let passed_on = addresses.skip(1).step_by(2).filter(|&a| PAGES.may_hold(a)).count();
        assert!(passed_on < 50, "{passed_on} of 500 for 500 blocks in 65 536 slots");
    }

    #[test]
    fn a_full_slot_stays() {
        static FULL: Filter = Filter::new();
        (0..70_000).for_each(|_| FULL.add(64));
        (0..70_000).for_each(|_| FULL.remove(64));
        assert!(FULL.may_hold(64));
    }
}
