//! Recorded blocks: served from a reserved range of addresses, with a tag each.

use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

use crate::entry::Outermost;
use crate::platform::blocks::range::{Numbered, Range};
use crate::platform::blocks::size_class::{ALL_CLASSES, Class};
use crate::platform::blocks::span::Tag;
use crate::platform::kernel::arena::NoMemory;

/// Memory for recorded blocks, divided among [`Heap`]s.
///
/// That a block was recorded shows in its address, and how it was counted in its tag: a free looks
/// up nothing. A slot is used again only after its tag was taken.
#[derive(Debug)]
pub struct Pool {
    range: Range,
}

/// A part of the pool, whose blocks one thread at a time takes and gives back.
///
/// Spans of each class that have a free slot: one more than the number of the first, 0 for none.
#[derive(Debug)]
pub struct Heap {
    number: usize,
    with_room: [u32; ALL_CLASSES],
}

/// What was known of a block that is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub tag: Tag,
    /// As [`Pool::allocate`] was told; 0 if its class keeps none.
    pub birth: u64,
}

/// Where a block is that is in use: its span stays that heap's as long as it is.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// The number of the heap.
    pub heap: usize,
    span: Numbered,
}

/// The bytes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockBytes {
    /// That were asked for.
    pub requested: usize,
    /// That there are.
    pub usable: usize,
}

/// A block of a heap, found by its address.
#[derive(Clone, Copy, Debug)]
struct Found {
    span: Numbered,
    class: Class,
    slot: u32,
}

impl Heap {
    /// A heap without blocks. No other may have this number.
    pub const fn new(number: usize) -> Self {
        Self { number, with_room: [0; ALL_CLASSES] }
    }

    #[inline]
    fn find(&self, pool: &Pool, address: usize) -> Option<Found> {
        self.find_in(pool.range.span_at(address)?, address)
    }

    #[inline]
    fn find_in(&self, span: Numbered, address: usize) -> Option<Found> {
        if span.span.owner() != Some(self.number) {
            return None;
        }
        let class = span.span.class()?;
        let slot = class.layout().slot(address - span.start)?;
        Some(Found { span, class, slot })
    }

    /// Puts a span in front of those with room.
    fn link(&mut self, range: &Range, class: Class, span: Numbered) {
        let first = &mut self.with_room[class.index()];
        span.span.next.store(*first, Relaxed);
        span.span.previous.store(0, Relaxed);
        if let Some(number) = first.checked_sub(1) {
            range.span(number).span.previous.store(span.number + 1, Relaxed);
        }
        *first = span.number + 1;
    }

    fn unlink(&mut self, range: &Range, class: Class, span: Numbered) {
        let (next, previous) = (span.span.next.load(Relaxed), span.span.previous.load(Relaxed));
        if let Some(number) = next.checked_sub(1) {
            range.span(number).span.previous.store(previous, Relaxed);
        }
        match previous.checked_sub(1) {
            Some(number) => range.span(number).span.next.store(next, Relaxed),
            None => self.with_room[class.index()] = next,
        }
    }
}

impl Pool {
    /// An empty pool without memory.
    pub const fn new() -> Self {
        Self { range: Range::new() }
    }

    /// How far its blocks lie: see [`View::open`](crate::platform::blocks::range::View::open).
    pub fn reach(&self, inside: &Outermost) -> usize {
        self.range.reach(inside)
    }

    /// The number of the heap that the block at `address` is from, if it is one of the pool and the
    /// caller's.
    #[inline]
    pub fn heap_of(&self, address: usize) -> Option<usize> {
        self.home_of(address).map(|home| home.heap)
    }

    /// As [`heap_of`](Self::heap_of), for [`free`](Self::free).
    #[inline]
    pub fn home_of(&self, address: usize) -> Option<Home> {
        let span = self.range.span_at(address)?;
        Some(Home { heap: span.span.owner()?, span })
    }

    /// The class of the block at `address`, which is the caller's.
    #[inline]
    pub fn class_at(&self, address: usize) -> Option<Class> {
        self.range.span_at(address)?.span.class()
    }

    /// The tag of the block at `address`, which is the caller's.
    #[inline]
    pub fn tag_at(&self, address: usize) -> Option<Tag> {
        let span = self.range.span_at(address)?;
        let class = span.span.class()?;
        let slot = class.layout().slot(address - span.start)?;
        span.span.tag(span.tags(class), slot)
    }

    /// How many bytes were asked for of the block at `address`, which is the caller's, and how many its slot
    /// has; the latter twice if its class keeps no sizes.
    pub fn bytes_at(&self, address: usize) -> Option<BlockBytes> {
        let span = self.range.span_at(address)?;
        let class = span.span.class()?;
        let slot = class.layout().slot(address - span.start)?;
        let bytes = class.bytes();
        let kept = span.sizes(class).get(slot);
        // Programs overwrite what is not theirs.
        let requested = kept.map_or(bytes, usize::from).min(bytes);
        Some(BlockBytes { requested, usable: bytes })
    }

    /// Notes how many bytes were asked for of the block at `address`, which is the caller's, if its class
    /// keeps that.
    #[inline]
    pub fn set_size(&self, address: usize, size: u16) {
        let Some(span) = self.range.span_at(address) else { return };
        let Some(class) = span.span.class() else { return };
        if let Some(slot) = class.layout().slot(address - span.start) {
            span.sizes(class).set(slot, size);
        }
    }

    /// A block of `class` with this tag and, if the class keeps births, this birth.
    #[inline]
    pub fn allocate(
        &self,
        inside: &Outermost,
        heap: &mut Heap,
        class: Class,
        tag: Tag,
        birth: u64,
    ) -> Result<NonNull<u8>, NoMemory> {
        let span = match heap.with_room[class.index()].checked_sub(1) {
            Some(number) => self.range.span(number),
            None => {
                let span = self.range.take(inside, heap.number, class)?;
                heap.link(&self.range, class, span);
                span
            }
        };
        let tags = span.tags(class);
        let slot = span.span.take(tags);
        tags.set(slot, tag);
        span.births(class).set(slot, birth);
        if !span.span.has_room(class) {
            heap.unlink(&self.range, class, span);
        }
        let offset = class.layout().first as usize + slot as usize * class.bytes();
        NonNull::new((span.start + offset) as *mut u8).ok_or(NoMemory)
    }

    /// Frees the block at `address`, whose home this is, and says what it was; `None` if there is none of
    /// this heap in use.
    #[inline]
    pub fn free(
        &self,
        inside: &Outermost,
        heap: &mut Heap,
        home: Home,
        address: usize,
    ) -> Option<Past> {
        let Found { span, class, slot } = heap.find_in(home.span, address)?;
        let had_room = span.span.has_room(class);
        let birth = span.births(class).get(slot);
        let tag = span.span.give_back(span.tags(class), slot)?;
        if !had_room {
            heap.link(&self.range, class, span);
        } else if span.span.is_empty() && !is_alone(span) {
            heap.unlink(&self.range, class, span);
            self.range.give_back(inside, span);
        }
        Some(Past { tag, birth })
    }

    /// Gives the block at `address` another tag and birth, and says what it was.
    #[inline]
    pub fn retag(&self, heap: &mut Heap, address: usize, tag: Tag, birth: u64) -> Option<Past> {
        let Found { span, class, slot } = heap.find(self, address)?;
        let (tags, births) = (span.tags(class), span.births(class));
        let before = Past { tag: span.span.tag(tags, slot)?, birth: births.get(slot) };
        tags.set(slot, tag);
        births.set(slot, birth);
        Some(before)
    }

    /// Takes the lock, for a fork.
    pub fn acquire(&self) {
        self.range.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_lock(&self) {
        self.range.release_lock();
    }
}

/// Whether no other span of its heap and class has room.
#[inline]
fn is_alone(span: Numbered) -> bool {
    span.span.next.load(Relaxed) == 0 && span.span.previous.load(Relaxed) == 0
}

#[cfg(test)]
mod tests;
