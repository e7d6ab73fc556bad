//! Interned stacks.

use std::sync::atomic::Ordering;

use crate::entry::Outermost;
use crate::platform::kernel::arena::{Array, NoMemory};
use crate::platform::lock::Lock;
use crate::platform::random::fold;
use crate::platform::region::Region;
use crate::row::StackId;

/// Parts of the index with a lock each; a power of two.
const SHARDS: usize = 16;
/// Frames that are kept: 64 MiB of them, and 32 MiB of index.
pub const MAX_NODES: usize = 1 << 22;

/// One frame of one stack, or of all that begin like it.
///
/// A killed process leaves it in a file: `recording.rs` has the format.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Node {
    return_address: usize,
    /// The stack further out.
    caller: u32,
}

/// Every stack at which something was recorded, each frame once for all stacks that share it and
/// what lies outside of it: 16 bytes a frame, and 6 to 11 bytes of index.
///
/// A frame is written once, before anyone can know its number, and never again: who has a
/// [`StackId`] may read it without a lock.
#[derive(Debug)]
pub struct StackTable {
    shards: [Lock<Shard>; SHARDS],
    growth: Lock<Growth>,
}

/// Where the next node goes.
#[derive(Debug)]
struct Growth {
    committed: usize,
    used: usize,
}

impl StackTable {
    /// A table of the empty stack, without memory.
    pub const fn new() -> Self {
        Self {
            shards: [const { Lock::new(Shard::new()) }; SHARDS],
            growth: Lock::new(Growth { committed: 0, used: 1 }),
        }
    }

    /// The stack of a function called from `caller`, which goes on at `return_address`.
    pub fn callee(
        &self,
        inside: &Outermost,
        region: &Region,
        caller: StackId,
        return_address: usize,
    ) -> Result<StackId, NoMemory> {
        let node = Node { return_address, caller: caller.number() };
        let hash = node.hash();
        let mut shard = self.shards[hash as usize % SHARDS].lock(inside);
        shard
            .find_or_insert(region, node, hash, || self.push(inside, region, node))
            .map(StackId::from_number)
    }

    fn push(&self, inside: &Outermost, region: &Region, node: Node) -> Result<u32, NoMemory> {
        let mut growth = self.growth.lock(inside);
        if growth.used >= growth.committed {
            growth.committed = region.make_room_for_nodes(inside, growth.used + 1)?;
        }
        let number = growth.used as u32;
        // SAFETY: the place is committed, and nobody knows its number yet.
        unsafe { region.node(number).write(node) };
        growth.used += 1;
        if let Some(head) = region.head() {
            head.nodes.store(growth.used as u64, Ordering::Release);
        }
        Ok(number)
    }

    /// How many frames there are, that of the empty stack included.
    pub fn len(&self, inside: &Outermost) -> usize {
        self.growth.lock(inside).used
    }

    /// The return addresses of a stack, innermost first.
    pub fn frames<'a>(&self, region: &'a Region, stack: StackId) -> Frames<'a> {
        Frames { region, next: stack.number() }
    }

    /// Takes every lock, for a fork.
    pub fn acquire(&self) {
        self.shards.iter().for_each(Lock::acquire);
        self.growth.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_locks(&self) {
        self.growth.release();
        self.shards.iter().for_each(Lock::release);
    }
}

/// The return addresses of a stack, innermost first.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    region: &'a Region,
    next: u32,
}

impl Iterator for Frames<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.next == 0 {
            return None;
        }
        let node = node(self.region, self.next);
        self.next = node.caller;
        Some(node.return_address)
    }
}

fn node(region: &Region, number: u32) -> Node {
    // SAFETY: the number of a node other than the empty stack was given out by `push`, after it had
    // been written; whoever has it got it under the lock of a shard or from one who did.
    unsafe { *region.node(number) }
}

impl Node {
    fn hash(self) -> u64 {
        let seed = 0x2545_f491_4f6c_dd1d ^ u64::from(self.caller).rotate_left(40);
        fold(seed ^ self.return_address as u64, 0xd6e8_feb8_6659_fd93)
    }
}

/// A part of the index: open addressing over numbers of nodes, at most three quarters in use; 0 is
/// an empty place.
#[derive(Debug)]
struct Shard {
    index: Array<u32>,
    used: usize,
}

impl Shard {
    const fn new() -> Self {
        Self { index: Array::new(), used: 0 }
    }

    fn find_or_insert(
        &mut self,
        region: &Region,
        frame: Node,
        hash: u64,
        push: impl FnOnce() -> Result<u32, NoMemory>,
    ) -> Result<u32, NoMemory> {
        if (self.used + 1) * 4 > self.index.len() * 3 {
            self.grow(region)?;
        }
        let mask = self.index.len() - 1;
        let mut place = start(hash) & mask;
        while self.index[place] != 0 {
            let number = self.index[place];
            let other = node(region, number);
            if other.return_address == frame.return_address && other.caller == frame.caller {
                return Ok(number);
            }
            place = (place + 1) & mask;
        }
        self.index[place] = push()?;
        self.used += 1;
        Ok(self.index[place])
    }

    fn grow(&mut self, region: &Region) -> Result<(), NoMemory> {
        let mut larger = Array::<u32>::zeroed((self.index.len() * 2).max(1024))?;
        let mask = larger.len() - 1;
        for &number in self.index.iter().filter(|&&number| number != 0) {
            let mut place = start(node(region, number).hash()) & mask;
            while larger[place] != 0 {
                place = (place + 1) & mask;
            }
            larger[place] = number;
        }
        self.index = larger;
        Ok(())
    }
}

/// Where to start looking in an index: other bits of the hash than those that chose the shard.
fn start(hash: u64) -> usize {
    (hash >> 16) as usize
}

#[cfg(test)]
mod tests;
