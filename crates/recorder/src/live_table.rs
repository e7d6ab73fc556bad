//! Large blocks that are recorded and not yet freed.
//!
//! They come from the program's own allocator, which grows and caches them better than the pool
//! could, and they are few: what tells them at a free is their size.

use crate::arena::{Array, NoMemory, Zeroed};
use crate::entry::Outermost;
use crate::lock::Lock;
use crate::recorder::BucketId;
use crate::sampler::Weight;

/// Parts of the table with a lock each; a power of two.
const SHARDS: usize = 64;
/// Slots of a shard at first.
const MIN_SLOTS: usize = 128;
/// Slots of a shard at most; of these three quarters are used: 25 165 824 blocks in 1.25 GiB in all.
const MAX_SLOTS: usize = (1 << 25) / SHARDS;

/// A recorded large block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it is; never 0.
    pub address: usize,
    /// Bytes asked for.
    pub size: u64,
    /// How many allocations it stands for.
    pub weight: Weight,
    /// Where it was counted.
    pub bucket: BucketId,
    /// When it was allocated, if lifetimes are kept; else 0.
    pub birth: u64,
}

// SAFETY: every field is a number, and 0 marks an empty slot.
unsafe impl Zeroed for Block {}

/// Recorded large blocks by address.
#[derive(Debug)]
pub struct LiveTable {
    shards: [Lock<Shard>; SHARDS],
}

impl LiveTable {
    /// An empty table without memory.
    pub const fn new() -> Self {
        Self { shards: [const { Lock::new(Shard::new()) }; SHARDS] }
    }

    /// Adds `block`. `Ok(Some(_))` is a block that was at this address before and whose free was
    /// not noticed; it is replaced.
    pub fn insert(&self, inside: &Outermost, block: Block) -> Result<Option<Block>, NoMemory> {
        let hash = hash(block.address);
        self.shards[shard(hash)].lock(inside).insert(block)
    }

    /// Removes the block at `address`, if it is recorded.
    pub fn remove(&self, inside: &Outermost, address: usize) -> Option<Block> {
        let hash = hash(address);
        self.shards[shard(hash)].lock(inside).remove(address)
    }

    /// Takes every lock, for a fork.
    pub fn acquire(&self) {
        self.shards.iter().for_each(Lock::acquire);
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_locks(&self) {
        self.shards.iter().for_each(Lock::release);
    }
}

/// A part of the table: open addressing, linear probing.
///
/// Invariant: no empty slot lies between the slot where a block's search starts and the block. So
/// the number of slots is 0 or a power of two, at most three quarters are used, and a removal moves
/// later blocks up instead of leaving a mark.
#[derive(Debug)]
struct Shard {
    slots: Array<Block>,
    used: usize,
}

impl Shard {
    const fn new() -> Self {
        Self { slots: Array::new(), used: 0 }
    }

    fn insert(&mut self, block: Block) -> Result<Option<Block>, NoMemory> {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow()?;
        }
        let slot = self.find(block.address);
        let before = std::mem::replace(&mut self.slots[slot], block);
        if before.address != 0 {
            return Ok(Some(before));
        }
        self.used += 1;
        Ok(None)
    }

    fn remove(&mut self, address: usize) -> Option<Block> {
        if self.used == 0 {
            return None;
        }
        let slot = self.find(address);
        let block = self.slots[slot];
        if block.address == 0 {
            return None;
        }
        self.used -= 1;
        self.close_gap(slot);
        Some(block)
    }

    /// The slot of the block at `address`, or the empty slot where it would go.
    fn find(&self, address: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = start(address) & mask;
        while self.slots[slot].address != address && self.slots[slot].address != 0 {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Empties `gap` and moves up what lies behind it and may.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = (gap + 1) & mask;
        while self.slots[slot].address != 0 {
            let home = start(self.slots[slot].address) & mask;
            // It may move if its search passes the gap: the gap is no further behind the slot than
            // its home.
            if slot.wrapping_sub(gap) & mask <= slot.wrapping_sub(home) & mask {
                self.slots[gap] = self.slots[slot];
                gap = slot;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[gap].address = 0;
    }

    fn grow(&mut self) -> Result<(), NoMemory> {
        let slots = (self.slots.len() * 2).max(MIN_SLOTS);
        if slots > MAX_SLOTS {
            return Err(NoMemory);
        }
        let smaller = std::mem::replace(&mut self.slots, Array::zeroed(slots)?);
        for block in smaller.iter().filter(|block| block.address != 0) {
            let slot = self.find(block.address);
            self.slots[slot] = *block;
        }
        Ok(())
    }
}

/// Spreads addresses, of which only the middle bits differ, over all bits.
fn hash(address: usize) -> u64 {
    (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn shard(hash: u64) -> usize {
    (hash >> (u64::BITS - SHARDS.ilog2())) as usize
}

/// Where to start looking in a shard: other bits of the hash than those that chose it.
fn start(address: usize) -> usize {
    (hash(address) >> 24) as usize
}

#[cfg(test)]
mod tests;
