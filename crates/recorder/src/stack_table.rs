//! Interned stacks, and what was allocated at each.

use crate::arena::{Arena, Array, NoMemory};
use crate::counters::Amount;
use crate::entry::Outermost;
use crate::lock::{Held, Lock};
use crate::random::fold;

/// Parts of the table with a lock each; a power of two.
const SHARDS: usize = 32;
/// Distinct stacks a shard keeps: 262 144 in all.
const MAX_STACKS: usize = (1 << 18) / SHARDS;
/// Buckets a shard keeps: 1 048 576 in all, 80 MiB.
const MAX_BUCKETS: usize = (1 << 20) / SHARDS;
/// Words of frames a shard keeps: 128 MiB in all.
const MAX_WORDS: usize = (1 << 24) / SHARDS;

/// Every stack at which something was recorded, once, with its buckets.
///
/// A *bucket* holds the objects of one stack and one size class. Classes are powers of two, so a
/// stack has few buckets however its sizes vary, and yet the objects of a bucket are of nearly one
/// size: enough to recover how many were recorded, and so how far an estimate can be off.
#[derive(Debug)]
pub struct StackTable {
    shards: [Lock<Shard>; SHARDS],
}

/// The place of a bucket, for as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketId(u32);

impl BucketId {
    /// The place as a number that is not 0.
    pub fn pack(self) -> u32 {
        self.0 + 1
    }

    /// The place that was packed.
    pub fn unpack(packed: u32) -> Self {
        Self(packed.wrapping_sub(1))
    }
}

/// What a snapshot copies of a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Return addresses, innermost first. Empty when the stack is not known.
    pub stack: &'static [usize],
    /// Allocated since the start.
    pub alloc: Amount,
    /// Allocated and not yet freed.
    pub inuse: Amount,
}

impl StackTable {
    /// An empty table without memory.
    pub const fn new() -> Self {
        Self { shards: [const { Lock::new(Shard::new()) }; SHARDS] }
    }

    /// Counts an allocation of `size` bytes at `stack`, as allocated and as in use.
    ///
    /// `Err` when `stack` is new and does not fit; the empty stack fits as long as there is memory.
    pub fn record(
        &self,
        inside: &Outermost,
        stack: &[usize],
        size: u64,
        amount: Amount,
    ) -> Result<BucketId, NoMemory> {
        let hash = hash(stack);
        let shard = hash as usize % SHARDS;
        let row = self.shards[shard].lock(inside).record(stack, hash, size, amount)?;
        Ok(BucketId(row * SHARDS as u32 + shard as u32))
    }

    /// Takes `amount`, counted by `record`, out of what is in use.
    pub fn release(&self, inside: &Outermost, bucket: BucketId, amount: Amount) {
        let shard = bucket.0 as usize % SHARDS;
        let row = bucket.0 as usize / SHARDS;
        self.shards[shard].lock(inside).release(row, amount);
    }

    /// Stops all recording, and with it time: what the result shows is of one instant.
    pub fn hold<'a>(&'a self, inside: &'a Outermost) -> HeldTable<'a> {
        HeldTable { shards: std::array::from_fn(|i| self.shards[i].lock(inside)) }
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

/// The whole table, held by one thread.
#[derive(Debug)]
pub struct HeldTable<'a> {
    shards: [Held<'a, Shard>; SHARDS],
}

impl HeldTable<'_> {
    /// How many buckets there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.rows.len()).sum()
    }

    /// All buckets, those of one shard in the order in which they were first used.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> {
        self.shards.iter().flat_map(|shard| {
            shard.rows.iter().map(|row| Bucket {
                stack: shard.stacks[row.stack as usize].frames,
                alloc: row.alloc,
                inuse: row.inuse,
            })
        })
    }
}

/// A part of the table.
///
/// Invariants: a place of `index` is 0, or one more than a row of `stacks`; at most three quarters
/// are used. The buckets of a stack are a chain through `Row::previous` to smaller rows, starting
/// at `Stack::newest`.
#[derive(Debug)]
struct Shard {
    index: Array<u32>,
    stacks: Array<Stack>,
    rows: Array<Row>,
    arena: Arena,
    words: usize,
}

#[derive(Clone, Copy, Debug)]
struct Stack {
    hash: u64,
    frames: &'static [usize],
    /// One more than the row of its newest bucket; 0 for none.
    newest: u32,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    alloc: Amount,
    inuse: Amount,
    stack: u32,
    /// One more than the row of the next older bucket of the same stack; 0 for none.
    previous: u32,
    class: u32,
}

impl Shard {
    const fn new() -> Self {
        Self {
            index: Array::new(),
            stacks: Array::new(),
            rows: Array::new(),
            arena: Arena::new(),
            words: 0,
        }
    }

    fn record(
        &mut self,
        frames: &[usize],
        hash: u64,
        size: u64,
        amount: Amount,
    ) -> Result<u32, NoMemory> {
        let stack = self.stack(frames, hash)?;
        let row = self.bucket(stack, class(size))?;
        let bucket = &mut self.rows[row as usize];
        bucket.alloc += amount;
        bucket.inuse += amount;
        Ok(row)
    }

    fn release(&mut self, row: usize, amount: Amount) {
        // Every place comes from `record`; one that does not exist was overwritten by the program.
        if let Some(row) = self.rows.get_mut(row) {
            row.inuse -= amount;
        }
    }

    /// The row of `frames` in `stacks`, a new one if need be.
    fn stack(&mut self, frames: &[usize], hash: u64) -> Result<u32, NoMemory> {
        if (self.stacks.len() + 1) * 4 > self.index.len() * 3 {
            self.grow_index()?;
        }
        let place = self.place(frames, hash);
        if let Some(row) = self.index[place].checked_sub(1) {
            return Ok(row);
        }
        let row = self.new_stack(frames, hash)?;
        self.index[place] = row + 1;
        Ok(row)
    }

    /// Where `frames` are in the index, or where they would go.
    fn place(&self, frames: &[usize], hash: u64) -> usize {
        let mask = self.index.len() - 1;
        let mut place = start(hash) & mask;
        while let Some(row) = self.index[place].checked_sub(1) {
            let stack = &self.stacks[row as usize];
            if stack.hash == hash && stack.frames == frames {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    fn new_stack(&mut self, frames: &[usize], hash: u64) -> Result<u32, NoMemory> {
        let full = self.stacks.len() >= MAX_STACKS || self.words + frames.len() > MAX_WORDS;
        if full && !frames.is_empty() {
            return Err(NoMemory);
        }
        let frames = self.arena.keep(frames)?;
        self.stacks.push(Stack { hash, frames, newest: 0 })?;
        self.words += frames.len();
        Ok(self.stacks.len() as u32 - 1)
    }

    /// The row of the bucket of `stack` and `class`, a new one if need be. Beyond the limit, sizes
    /// share the bucket that the stack has.
    fn bucket(&mut self, stack: u32, class: u32) -> Result<u32, NoMemory> {
        let newest = self.stacks[stack as usize].newest;
        let mut next = newest;
        while let Some(row) = next.checked_sub(1) {
            if self.rows[row as usize].class == class {
                return Ok(row);
            }
            next = self.rows[row as usize].previous;
        }
        if self.rows.len() >= MAX_BUCKETS && newest != 0 {
            return Ok(newest - 1);
        }
        self.new_bucket(stack, class, newest)
    }

    fn new_bucket(&mut self, stack: u32, class: u32, previous: u32) -> Result<u32, NoMemory> {
        let nothing = Amount::default();
        self.rows.push(Row { alloc: nothing, inuse: nothing, stack, previous, class })?;
        let row = self.rows.len() as u32;
        self.stacks[stack as usize].newest = row;
        Ok(row - 1)
    }

    fn grow_index(&mut self) -> Result<(), NoMemory> {
        let mut larger = Array::<u32>::zeroed((self.index.len() * 2).max(1024))?;
        let mask = larger.len() - 1;
        for (row, stack) in self.stacks.iter().enumerate() {
            let mut place = start(stack.hash) & mask;
            while larger[place] != 0 {
                place = (place + 1) & mask;
            }
            larger[place] = row as u32 + 1;
        }
        self.index = larger;
        Ok(())
    }
}

/// Powers of two: 0 for size 0, 1 for 1, 2 for 2 and 3, 3 for 4 to 7, ..
fn class(size: u64) -> u32 {
    u64::BITS - size.leading_zeros()
}

/// Where to start looking in an index: other bits of the hash than those that chose the shard.
fn start(hash: u64) -> usize {
    (hash >> 16) as usize
}

fn hash(frames: &[usize]) -> u64 {
    let seed = 0x2545_f491_4f6c_dd1d;
    frames.iter().fold(seed, |hash, &frame| fold(hash ^ frame as u64, 0xd6e8_feb8_6659_fd93))
}

#[cfg(test)]
mod tests;
