//! Recorded blocks: served from a reserved range of addresses, with a tag each.

use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

use crate::arena::NoMemory;
use crate::entry::Outermost;
use crate::lock::{Held, Lock};
use crate::range::{Numbered, Range};
use crate::size_class::{CLASSES, Class};
use crate::span::Tag;

/// Parts of the pool with a lock each, so that threads seldom wait for one another.
pub const HEAPS: usize = 32;

/// Memory for recorded blocks.
///
/// That a block was recorded shows in its address, and how it was counted in its tag: a free looks
/// up nothing. A slot is used again only after its tag was taken.
#[derive(Debug)]
pub struct Pool {
    range: Range,
    heaps: [Lock<Heap>; HEAPS],
}

/// Spans of each class that have a free slot: one more than the number of the first, 0 for none.
#[derive(Debug)]
struct Heap {
    with_room: [u32; CLASSES],
}

/// A block of the pool, found by its address, with its heap held.
#[derive(Debug)]
struct Found<'a> {
    heap: Held<'a, Heap>,
    span: Numbered,
    class: Class,
    slot: u32,
}

impl Pool {
    /// An empty pool without memory.
    pub const fn new() -> Self {
        let heaps = [const { Lock::new(Heap { with_room: [0; CLASSES] }) }; HEAPS];
        Self { range: Range::new(), heaps }
    }

    /// Whether `address` may be that of a block of the pool. `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        self.range.may_hold(address)
    }

    /// Whether `address` is in the pool's range.
    pub fn holds(&self, address: usize) -> bool {
        self.range.span_at(address).is_some()
    }

    /// A block of `class` with this tag, from heap number `heap`, below [`HEAPS`].
    pub fn allocate(
        &self,
        inside: &Outermost,
        heap: usize,
        class: Class,
        tag: Tag,
    ) -> Result<NonNull<u8>, NoMemory> {
        let mut held = self.heaps[heap].lock(inside);
        let span = match held.with_room[class.index()].checked_sub(1) {
            Some(number) => self.range.span(number),
            None => {
                let span = self.range.take(inside, heap, class)?;
                self.link(&mut held, class, span);
                span
            }
        };
        let tags = span.tags(class);
        let slot = span.span.take(tags);
        tags.set(slot, tag);
        if !span.span.has_room(class) {
            self.unlink(&mut held, class, span);
        }
        let offset = class.layout().first as usize + slot as usize * class.bytes();
        NonNull::new((span.start + offset) as *mut u8).ok_or(NoMemory)
    }

    /// Frees the block at `address` and returns its tag; `None` if there is none in use.
    pub fn free(&self, inside: &Outermost, address: usize) -> Option<Tag> {
        let mut found = self.find(inside, address)?;
        let Found { span, class, slot, .. } = found;
        let had_room = span.span.has_room(class);
        let tag = span.span.give_back(span.tags(class), slot)?;
        if !had_room {
            self.link(&mut found.heap, class, span);
        } else if span.span.is_empty() && !is_alone(span) {
            self.unlink(&mut found.heap, class, span);
            self.range.give_back(inside, span);
        }
        Some(tag)
    }

    /// The class of the block at `address`, which is the caller's.
    pub fn class_at(&self, address: usize) -> Option<Class> {
        self.range.span_at(address)?.span.class()
    }

    /// Gives the block at `address` another tag and returns the one that it had.
    pub fn retag(&self, inside: &Outermost, address: usize, tag: Tag) -> Option<Tag> {
        let Found { heap: _held, span, class, slot } = self.find(inside, address)?;
        let tags = span.tags(class);
        let before = span.span.tag(tags, slot)?;
        tags.set(slot, tag);
        Some(before)
    }

    fn find<'a>(&'a self, inside: &'a Outermost, address: usize) -> Option<Found<'a>> {
        let span = self.range.span_at(address)?;
        let owner = span.span.owner.load(Relaxed);
        let heap = self.heaps.get((owner as usize).checked_sub(1)?)?.lock(inside);
        // It may have changed hands if `address` is not that of a block.
        if span.span.owner.load(Relaxed) != owner {
            return None;
        }
        let class = span.span.class()?;
        let slot = class.layout().slot(address - span.start)?;
        Some(Found { heap, span, class, slot })
    }

    /// Puts a span in front of those with room.
    fn link(&self, heap: &mut Heap, class: Class, span: Numbered) {
        let first = &mut heap.with_room[class.index()];
        span.span.next.store(*first, Relaxed);
        span.span.previous.store(0, Relaxed);
        if let Some(number) = first.checked_sub(1) {
            self.range.span(number).span.previous.store(span.number + 1, Relaxed);
        }
        *first = span.number + 1;
    }

    fn unlink(&self, heap: &mut Heap, class: Class, span: Numbered) {
        let (next, previous) = (span.span.next.load(Relaxed), span.span.previous.load(Relaxed));
        if let Some(number) = next.checked_sub(1) {
            self.range.span(number).span.previous.store(previous, Relaxed);
        }
        match previous.checked_sub(1) {
            Some(number) => self.range.span(number).span.next.store(next, Relaxed),
            None => heap.with_room[class.index()] = next,
        }
    }

    /// Takes every lock, for a fork.
    pub fn acquire(&self) {
        self.heaps.iter().for_each(Lock::acquire);
        self.range.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_locks(&self) {
        self.range.release_lock();
        self.heaps.iter().for_each(Lock::release);
    }
}

/// Whether no other span of its heap and class has room.
fn is_alone(span: Numbered) -> bool {
    span.span.next.load(Relaxed) == 0 && span.span.previous.load(Relaxed) == 0
}

#[cfg(test)]
mod tests;
