//! Spans: the parts of the reserved range, each divided into slots of one size.

use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::platform::blocks::size_class::{BIRTH_BYTES, Class, SIZE_BYTES, TAG_BYTES};

/// What is known of a span. Zeroes: nobody's.
///
/// Written by whoever holds the lock of its heap, or the lock of the range while it is nobody's.
/// Only `owner` is read without: the block that a free is for keeps its span where it is.
#[derive(Debug, Default)]
#[repr(align(32))]
pub struct Span {
    /// One more than the number of the heap that it belongs to; 0 for none.
    owner: AtomicU32,
    class: AtomicU32,
    /// One more than the first slot of the chain of those that were used and are free; 0 for none.
    free: AtomicU32,
    /// Slots from here on were never used.
    fresh: AtomicU32,
    /// Slots in use.
    used: AtomicU32,
    /// Neighbours in the list that the span is in: one more than their numbers, 0 for none.
    pub next: AtomicU32,
    pub previous: AtomicU32,
}

/// The tag of a slot in use is what its owner says, and not 0 in its lower half; of a free slot, it
/// is the next of the chain in the upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Not 0.
    pub place: u32,
    pub weight: u32,
}

impl Tag {
    /// Of a block that is counted as freed and still in use, or was never counted. Its weight is
    /// nothing.
    pub const UNCOUNTED: Self = Self { place: u32::MAX, weight: 0 };
}

/// The tags of a span, which are at its start.
#[derive(Clone, Copy, Debug)]
pub struct Tags(&'static [AtomicU64]);

impl Tags {
    /// The tags of the span of `class` at `start`.
    ///
    /// # Safety
    /// A span must be committed there, stay so, and its first `slots * TAG_BYTES` bytes must be
    /// used for nothing else.
    #[inline]
    pub unsafe fn at(start: usize, class: Class) -> Self {
        let slots = class.layout().slots as usize;
        const { assert!(size_of::<AtomicU64>() == TAG_BYTES) };
        // SAFETY: passed on to the caller; any bytes are a tag, and atomics may be shared.
        Self(unsafe { std::slice::from_raw_parts(start as *const AtomicU64, slots) })
    }

    /// The tag of a slot in use.
    #[inline]
    pub fn get(self, slot: u32) -> Option<Tag> {
        let word = self.0.get(slot as usize)?.load(Relaxed);
        (word as u32 != 0).then_some(Tag { place: word as u32, weight: (word >> 32) as u32 })
    }

    /// Marks a slot as in use.
    #[inline]
    pub fn set(self, slot: u32, tag: Tag) {
        self.put(slot, u64::from(tag.place) | u64::from(tag.weight) << 32);
    }

    #[inline]
    fn put(self, slot: u32, word: u64) {
        if let Some(place) = self.0.get(slot as usize) {
            place.store(word, Relaxed);
        }
    }

    #[inline]
    fn next_free(self, slot: u32) -> u32 {
        self.0.get(slot as usize).map_or(0, |word| (word.load(Relaxed) >> 32) as u32)
    }
}

/// When the slots of a span were taken, if it keeps that.
#[derive(Clone, Copy, Debug)]
pub struct Births(&'static [AtomicU64]);

impl Births {
    /// Those of the span of `class` at `start`; none if the class has none.
    ///
    /// # Safety
    /// As for [`Tags::at`]; if the class has births, they must be used for nothing else either.
    #[inline]
    pub unsafe fn at(start: usize, class: Class) -> Self {
        let slots = class.layout().slots as usize;
        if !class.has_births() {
            return Self(&[]);
        }
        let place = (start + slots * TAG_BYTES) as *const AtomicU64;
        const { assert!(size_of::<AtomicU64>() == BIRTH_BYTES) };
        // SAFETY: passed on to the caller; any bytes are a number, and atomics may be shared.
        Self(unsafe { std::slice::from_raw_parts(place, slots) })
    }

    /// When a slot in use was taken, as [`set`](Self::set) was told; 0 if that is not kept.
    #[inline]
    pub fn get(self, slot: u32) -> u64 {
        self.0.get(slot as usize).map_or(0, |place| place.load(Relaxed))
    }

    /// Notes when a slot was taken.
    #[inline]
    pub fn set(self, slot: u32, birth: u64) {
        if let Some(place) = self.0.get(slot as usize) {
            place.store(birth, Relaxed);
        }
    }
}

/// How many bytes were asked for when the slots of a span were taken, if it keeps that.
#[derive(Clone, Copy, Debug)]
pub struct Sizes(&'static [AtomicU16]);

impl Sizes {
    /// Those of the span of `class` at `start`; none if the class has none.
    ///
    /// # Safety
    /// As for [`Births::at`].
    #[inline]
    pub unsafe fn at(start: usize, class: Class) -> Self {
        let slots = class.layout().slots as usize;
        if !class.has_sizes() {
            return Self(&[]);
        }
        let before = if class.has_births() { TAG_BYTES + BIRTH_BYTES } else { TAG_BYTES };
        let place = (start + slots * before) as *const AtomicU16;
        const { assert!(size_of::<AtomicU16>() == SIZE_BYTES) };
        // SAFETY: passed on to the caller; any bytes are a number, and atomics may be shared.
        Self(unsafe { std::slice::from_raw_parts(place, slots) })
    }

    /// The size of a slot in use, as [`set`](Self::set) was told, if that is kept.
    #[inline]
    pub fn get(self, slot: u32) -> Option<u16> {
        self.0.get(slot as usize).map(|place| place.load(Relaxed))
    }

    /// Notes how many bytes of a slot were asked for.
    #[inline]
    pub fn set(self, slot: u32, size: u16) {
        if let Some(place) = self.0.get(slot as usize) {
            place.store(size, Relaxed);
        }
    }
}

impl Span {
    /// Makes an empty span of `class` of it, for heap number `heap`.
    pub fn begin(&self, heap: usize, class: Class) {
        self.class.store(class.index() as u32, Relaxed);
        self.owner.store(heap as u32 + 1, Relaxed);
        for field in [&self.free, &self.fresh, &self.used, &self.next, &self.previous] {
            field.store(0, Relaxed);
        }
    }

    /// The number of the heap that it belongs to.
    #[inline]
    pub fn owner(&self) -> Option<usize> {
        (self.owner.load(Relaxed) as usize).checked_sub(1)
    }

    /// Makes it nobody's.
    pub fn disown(&self) {
        self.owner.store(0, Relaxed);
    }

    /// The size of its slots.
    #[inline]
    pub fn class(&self) -> Option<Class> {
        Class::from_index(self.class.load(Relaxed) as usize)
    }

    /// Whether a slot is free.
    #[inline]
    pub fn has_room(&self, class: Class) -> bool {
        self.free.load(Relaxed) != 0 || self.fresh.load(Relaxed) < class.layout().slots
    }

    /// Whether no slot is in use.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.used.load(Relaxed) == 0
    }

    /// A free slot, which is in use from now on and must be given a tag.
    #[inline]
    pub fn take(&self, tags: Tags) -> u32 {
        self.used.store(self.used.load(Relaxed) + 1, Relaxed);
        if let Some(slot) = self.free.load(Relaxed).checked_sub(1) {
            self.free.store(tags.next_free(slot), Relaxed);
            return slot;
        }
        let slot = self.fresh.load(Relaxed);
        self.fresh.store(slot + 1, Relaxed);
        slot
    }

    /// Frees a slot in use, and returns its tag; `None`, and nothing is changed, if it is free.
    #[inline]
    pub fn give_back(&self, tags: Tags, slot: u32) -> Option<Tag> {
        let tag = self.tag(tags, slot)?;
        tags.put(slot, u64::from(self.free.load(Relaxed)) << 32);
        self.free.store(slot + 1, Relaxed);
        self.used.store(self.used.load(Relaxed) - 1, Relaxed);
        Some(tag)
    }

    /// The tag of a slot, if it is in use.
    #[inline]
    pub fn tag(&self, tags: Tags, slot: u32) -> Option<Tag> {
        // Beyond lies what an earlier user of the memory left.
        if slot < self.fresh.load(Relaxed) { tags.get(slot) } else { None }
    }
}
