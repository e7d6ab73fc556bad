//! What is known of blocks by their address, as long as they are not freed.
//!
//! The recorder needs it of large ones: they come from the program's own allocator, which grows and
//! caches them better than the pool could, and they are few: what tells them at a free is their size.

use crate::entry::Outermost;
use crate::platform::kernel::arena::{Array, NoMemory, Zeroed};
use crate::platform::lock::{Held, Lock};
use crate::platform::recorder::BucketId;
use crate::platform::sampling::sampler::Weight;

/// Parts of the table with a lock each; a power of two. Few where a model tries every order of events.
const SHARDS: usize = if cfg!(loom) { 2 } else { 64 };
/// Slots of a shard at first.
const MIN_SLOTS: usize = 128;
/// Slots of a shard at most; of these three quarters are used: 25 165 824 blocks in all, of 40 bytes
/// each if they are a recorder's.
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

/// What a table knows of a block.
pub trait Entry: Zeroed {
    /// What is in an empty slot: its address is 0.
    const NOTHING: Self;

    /// Where the block is.
    fn address(&self) -> usize;
}

impl Entry for Block {
    const NOTHING: Self =
        Self { address: 0, size: 0, weight: Weight::NOTHING, bucket: BucketId::FIRST, birth: 0 };

    fn address(&self) -> usize {
        self.address
    }
}

/// Blocks by address.
#[derive(Debug)]
pub struct LiveTable<E: Copy> {
    shards: [Lock<Shard<E>>; SHARDS],
}

impl<E: Entry> LiveTable<E> {
    /// An empty table without memory.
    pub const fn new() -> Self {
        Self { shards: [const { Lock::new(Shard::new()) }; SHARDS] }
    }

    /// Adds `block`. `Ok(Some(_))` is a block that was at this address before and whose free was
    /// not noticed; it is replaced.
    pub fn insert(&self, inside: &Outermost, block: E) -> Result<Option<E>, NoMemory> {
        self.lock(inside, block.address()).insert(block)
    }

    /// Removes the block at `address`, if it is recorded.
    pub fn remove(&self, inside: &Outermost, address: usize) -> Option<E> {
        self.lock(inside, address).remove(address)
    }

    /// The part of the table that the block at `address` is in, or would be.
    pub fn lock<'a>(&'a self, inside: &'a Outermost, address: usize) -> Held<'a, Shard<E>> {
        self.shards[shard(hash(address))].lock(inside)
    }

    /// The parts one after the other.
    pub fn shards<'a>(&'a self, inside: &'a Outermost) -> impl Iterator<Item = Held<'a, Shard<E>>> {
        self.shards.iter().map(|shard| shard.lock(inside))
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
pub struct Shard<E: Copy> {
    slots: Array<E>,
    used: usize,
}

impl<E: Entry> Shard<E> {
    const fn new() -> Self {
        Self { slots: Array::new(), used: 0 }
    }

    /// As [`LiveTable::insert`].
    pub fn insert(&mut self, block: E) -> Result<Option<E>, NoMemory> {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow()?;
        }
        let slot = self.find(block.address());
        let before = std::mem::replace(&mut self.slots[slot], block);
        if before.address() != 0 {
            return Ok(Some(before));
        }
        self.used += 1;
        Ok(None)
    }

    /// As [`LiveTable::remove`].
    pub fn remove(&mut self, address: usize) -> Option<E> {
        if self.used == 0 {
            return None;
        }
        let slot = self.find(address);
        let block = self.slots[slot];
        if block.address() == 0 {
            return None;
        }
        self.used -= 1;
        self.close_gap(slot);
        Some(block)
    }

    /// Has `change` replace blocks by others at the same address, or take them out. It may be asked
    /// twice about what it has left in.
    pub fn change_each(&mut self, mut change: impl FnMut(E) -> Option<E>) {
        let mut slot = 0;
        while slot < self.slots.len() {
            let block = self.slots[slot];
            match if block.address() == 0 { Some(block) } else { change(block) } {
                Some(other) => {
                    self.slots[slot] = other;
                    slot += 1;
                }
                // Another may have moved up to here.
                None => {
                    self.used -= 1;
                    self.close_gap(slot);
                }
            }
        }
    }

    /// The slot of the block at `address`, or the empty slot where it would go.
    fn find(&self, address: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = start(address) & mask;
        while self.slots[slot].address() != address && self.slots[slot].address() != 0 {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Empties `gap` and moves up what lies behind it and may.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = (gap + 1) & mask;
        while self.slots[slot].address() != 0 {
            let home = start(self.slots[slot].address()) & mask;
            // It may move if its search passes the gap: the gap is no further behind the slot than
            // its home.
            if slot.wrapping_sub(gap) & mask <= slot.wrapping_sub(home) & mask {
                self.slots[gap] = self.slots[slot];
                gap = slot;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[gap] = E::NOTHING;
    }

    fn grow(&mut self) -> Result<(), NoMemory> {
        let slots = (self.slots.len() * 2).max(MIN_SLOTS);
        if slots > MAX_SLOTS {
            return Err(NoMemory);
        }
        let smaller = std::mem::replace(&mut self.slots, Array::zeroed(slots)?);
        for block in smaller.iter().filter(|block| block.address() != 0) {
            let slot = self.find(block.address());
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

// With its path, because the model includes this file from elsewhere.
#[cfg(not(loom))]
#[cfg(test)]
#[path = "live_table/tests.rs"]
mod tests;
