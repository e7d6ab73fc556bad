//! The open tallies of this process, which blocks they have, and which are around which.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::counts::Count;
use crate::entry::Outermost;
use crate::platform::blocks::live_table::{Entry, LiveTable, Shard};
use crate::platform::counting::tally::Tally;
use crate::platform::kernel::arena::{Array, NoMemory, Zeroed};
use crate::platform::kernel::futex::AtomicU32;
use crate::platform::labels::Carried;
use crate::platform::lock::{Held, Lock};
use crate::platform::stacks::capture::{LastStack, Source, Stacks};
use crate::platform::sums::bucket_table::{Bucket, Place};
use crate::platform::sums::counters::DropCounters;

/// Tallies at a time. Few where a model tries every order of events.
pub const MOST: usize = if cfg!(loom) { 4 } else { 256 };

/// A tally, and no other.
///
/// Its scope in the lowest byte, and above that how many tallies that has had, with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TallyId(u64);

impl TallyId {
    /// That of no tally.
    pub const NONE: Self = Self(0);

    /// `turn` is from 1.
    fn of(scope: usize, turn: u64) -> Self {
        Self(turn * MOST as u64 + scope as u64)
    }

    fn scope(self) -> usize {
        self.0 as usize % MOST
    }

    fn turn(self) -> u64 {
        self.0 / MOST as u64
    }
}

/// A block that open tallies count as in use.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    address: usize,
    size: u64,
    place: Place,
    /// The innermost of them: what is around it counts the block too.
    tally: TallyId,
}

// SAFETY: every field is a number, and zeroes are a block at address 0.
unsafe impl Zeroed for Counted {}

impl Entry for Counted {
    const NOTHING: Self = Self { address: 0, size: 0, place: Place::UNKNOWN, tally: TallyId::NONE };

    fn address(&self) -> usize {
        self.address
    }
}

/// Tallies, one inside another or side by side.
///
/// ```text
/// allocation of a thread that is counted -> its tally, and those around it -> blocks
/// free by any thread                     -> blocks -> the block's tally, and those around it
/// ```
///
/// Whatever concerns a block happens under the lock of its part of `blocks`, under which tallies are
/// locked from the inside outwards, each before the one inside it is let go. So a tally that closes
/// finds all its blocks, and hands them to the one around it while nobody is between the two.
#[derive(Debug)]
pub struct Tallies {
    scopes: [Scope; MOST],
    blocks: LiveTable<Counted>,
    /// How many blocks there are: with none, a free need not look.
    live: AtomicU32,
}

#[derive(Debug)]
struct Scope {
    /// Events that could not be counted.
    missed: AtomicU64,
    state: Lock<State>,
}

#[derive(Debug)]
struct State {
    /// How many [keep](Tallies::keep) the tally: 0 if there is none.
    keepers: u32,
    /// How many tallies there were here.
    turn: u64,
    is_open: bool,
    outer: Option<TallyId>,
    tally: Tally,
    last: LastStack,
}

/// What a tally came to.
#[derive(Debug)]
pub struct Closed {
    /// Everything that was allocated.
    pub alloc: Count,
    /// Of that, what was in use when the most bytes were.
    pub peak: Count,
    /// Of that, what was in use at the end.
    pub left: Count,
    /// Events that could not be counted: there was no memory for it, or a signal handler interrupted
    /// the recorder.
    pub missed: u64,
    pub(crate) rows: Array<Bucket>,
    pub(crate) epoch: u64,
}

impl Tallies {
    /// None open.
    pub const fn new() -> Self {
        Self {
            scopes: [const { Scope::new() }; MOST],
            blocks: LiveTable::new(),
            live: AtomicU32::new(0),
        }
    }

    fn lock<'a>(&'a self, inside: &'a Outermost, id: TallyId) -> Held<'a, State> {
        self.scope(id).state.lock(inside)
    }

    fn scope(&self, id: TallyId) -> &Scope {
        &self.scopes[id.scope()]
    }

    /// Opens a tally inside of `outer`, to be kept by the caller. `None` if there are too many.
    pub fn open(&self, inside: &Outermost, outer: Option<TallyId>) -> Option<TallyId> {
        if let Some(outer) = outer {
            self.keep(inside, outer);
        }
        for (number, scope) in self.scopes.iter().enumerate() {
            let mut state = scope.state.lock(inside);
            if state.keepers == 0 {
                (state.keepers, state.is_open, state.outer) = (1, true, outer);
                state.turn += 1;
                scope.missed.store(0, Relaxed);
                return Some(TallyId::of(number, state.turn));
            }
        }
        if let Some(outer) = outer {
            self.let_go(inside, outer);
        }
        None
    }

    /// Keeps a tally that somebody keeps: it may be closed meanwhile, but is no other.
    pub fn keep(&self, inside: &Outermost, id: TallyId) {
        self.lock(inside, id).keepers += 1;
    }

    /// Ends what [`keep`](Self::keep) or [`open`](Self::open) began.
    pub fn let_go(&self, inside: &Outermost, id: TallyId) {
        let mut next = Some(id);
        while let Some(id) = next {
            let mut state = self.lock(inside, id);
            state.keepers -= 1;
            next = if state.keepers == 0 { state.outer.take() } else { None };
        }
    }

    /// Closes a tally that the caller keeps.
    pub fn close(&self, inside: &Outermost, id: TallyId) -> Closed {
        let (tally, outer) = {
            let mut state = self.lock(inside, id);
            state.is_open = false;
            (std::mem::replace(&mut state.tally, Tally::new()), state.outer)
        };
        if tally.inuse.objects != 0 {
            self.hand_over(inside, id, outer);
        }
        let missed = self.scope(id).missed.load(Relaxed);
        if let Some(outer) = outer {
            self.scope(outer).missed.fetch_add(missed, Relaxed);
        }
        let Tally { alloc, inuse, peak, epoch, rows, .. } = tally;
        Closed { alloc, peak, left: inuse, missed, rows, epoch }
    }

    /// Gives the blocks of a tally to the next around it that is open.
    #[cold]
    fn hand_over(&self, inside: &Outermost, from: TallyId, outer: Option<TallyId>) {
        for mut part in self.blocks.shards(inside) {
            let to = outer.and_then(|outer| self.each(inside, outer, |_| {}));
            part.change_each(|block| match to {
                _ if block.tally != from => Some(block),
                Some(tally) => Some(Counted { tally, ..block }),
                None => {
                    self.live.fetch_sub(1, Relaxed);
                    None
                }
            });
        }
    }

    /// Changes a tally and those around it, as far as they are open, and returns the innermost of
    /// them. Nothing, if it is no more.
    fn each(
        &self,
        inside: &Outermost,
        id: TallyId,
        mut change: impl FnMut(&mut Tally),
    ) -> Option<TallyId> {
        let (mut id, mut innermost) = (id, None);
        let mut state = self.lock(inside, id);
        if state.turn != id.turn() {
            return None;
        }
        loop {
            if state.is_open {
                innermost.get_or_insert(id);
                change(&mut state.tally);
            }
            let Some(outer) = state.outer else { return innermost };
            id = outer;
            state = self.lock(inside, id);
        }
    }

    /// Counts the new block of `size` bytes at `address`, which nobody else knows yet, in a tally that
    /// somebody keeps.
    #[cold]
    pub fn allocate(
        &self,
        inside: &Outermost,
        id: TallyId,
        (address, size): (usize, u64),
        source: impl Source,
        stacks: Stacks<'_>,
    ) {
        // A stack that is not known is no failure of the tally's.
        let dropped = DropCounters::new();
        let stack = source.stack(inside, &mut self.lock(inside, id).last, stacks, &dropped);
        let place = Place { stack, labels: Carried::now().set() };
        let mut part = self.blocks.lock(inside, address);
        if let Some(tally) = self.each(inside, id, |tally| tally.allocate(place, size)) {
            self.insert(inside, &mut part, Counted { address, size, place, tally });
        }
    }

    /// Counts the block at `address` as freed, if tallies have it, before anyone can be given the
    /// address; and says whether they had.
    #[inline]
    pub fn free(&self, inside: &Outermost, address: usize) -> bool {
        // Nearly always: nobody counts.
        self.live.load(Relaxed) != 0 && self.free_counted(inside, address, |_| {}).is_some()
    }

    /// As [`free`](Self::free), where the block may turn out not to be freed: its tally is kept until it
    /// is [put back](Self::put_back) or [given up](Self::give_up).
    pub fn take(&self, inside: &Outermost, address: usize) -> Option<Counted> {
        if self.live.load(Relaxed) == 0 {
            return None;
        }
        self.free_counted(inside, address, |block| self.keep(inside, block.tally))
    }

    /// `found` is told of the block before its tally can close.
    #[cold]
    fn free_counted(
        &self,
        inside: &Outermost,
        address: usize,
        found: impl FnOnce(&Counted),
    ) -> Option<Counted> {
        let mut part = self.blocks.lock(inside, address);
        let block = part.remove(address)?;
        self.live.fetch_sub(1, Relaxed);
        found(&block);
        self.release(inside, block);
        Some(block)
    }

    /// Counts a block as freed that was taken out of its part of the table, of which the caller has
    /// the lock.
    fn release(&self, inside: &Outermost, block: Counted) {
        self.each(inside, block.tally, |tally| tally.free(block.place, block.size));
    }

    /// Undoes a [`take`](Self::take): the block is in use as before, in the tallies that are still open.
    pub fn put_back(&self, inside: &Outermost, block: Counted) {
        let Counted { address, size, place, tally } = block;
        let mut part = self.blocks.lock(inside, address);
        if let Some(tally) = self.each(inside, tally, |tally| tally.restore(place, size)) {
            self.insert(inside, &mut part, Counted { tally, ..block });
        }
        drop(part);
        self.give_up(inside, block);
    }

    /// Ends a [`take`](Self::take): the block is freed.
    pub fn give_up(&self, inside: &Outermost, block: Counted) {
        self.let_go(inside, block.tally);
    }

    /// Makes a block known that was counted.
    fn insert(&self, inside: &Outermost, part: &mut Shard<Counted>, block: Counted) {
        match part.insert(block) {
            Ok(None) => drop(self.live.fetch_add(1, Relaxed)),
            // Its free went unnoticed.
            Ok(Some(before)) => self.release(inside, before),
            Err(NoMemory) => self.miss(block.tally),
        }
    }

    /// Notes that a tally could not count something.
    pub fn miss(&self, id: TallyId) {
        self.scope(id).missed.fetch_add(1, Relaxed);
    }

    /// Takes every lock, for a fork.
    pub fn acquire(&self) {
        self.blocks.acquire();
        self.scopes.iter().for_each(|scope| scope.state.acquire());
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_locks(&self) {
        self.scopes.iter().for_each(|scope| scope.state.release());
        self.blocks.release_locks();
    }
}

impl Scope {
    const fn new() -> Self {
        let state = State {
            keepers: 0,
            turn: 0,
            is_open: false,
            outer: None,
            tally: Tally::new(),
            last: LastStack::new(),
        };
        Self { missed: AtomicU64::new(0), state: Lock::new(state) }
    }
}

// With its path, because the model includes this file from elsewhere.
#[cfg(not(loom))]
#[cfg(test)]
#[path = "tallies/tests.rs"]
mod tests;
