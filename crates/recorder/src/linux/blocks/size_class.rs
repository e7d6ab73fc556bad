//! Sizes of slots: how a request is rounded up, and how a span is divided.

/// Bytes of a span, and what it is aligned to.
pub const SPAN_BYTES: usize = 1 << 16;

/// Requests of this size or alignment and above are not served from slots. A power of two.
pub const LARGE: usize = 8192;

/// Whether recorded blocks of this size and alignment stay with the program's allocator.
#[inline(always)]
pub fn is_large(size: usize, align: usize) -> bool {
    size | align >= LARGE
}

/// Bytes of a tag, of which a span has one a slot.
pub const TAG_BYTES: usize = 8;

/// Bytes of a birth, of which a span may have one a slot.
pub const BIRTH_BYTES: usize = 8;

/// Bytes of a size, of which a span may have one a slot.
pub const SIZE_BYTES: usize = 2;

/// 8, 16, .. 64, then four steps to each doubling: 80, 96, 112, 128, 160, .. 8192.
pub const CLASSES: usize = 36;

/// The most that a slot's address is a multiple of, however large the slot: a page.
const MOST_ALIGNED: usize = 4096;

/// Classes with and without births, each with and without sizes: each size of slots four times.
pub const ALL_CLASSES: usize = 4 * CLASSES;

/// One size of slots, and whether the span keeps when each was taken, and how many bytes were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(u8);

impl Class {
    /// The class for requests of `size` bytes at multiples of `align`, both below [`LARGE`]: the
    /// smallest that is a multiple of `align`.
    #[inline]
    pub fn of(size: usize, align: usize) -> Self {
        let mut class = Self::at_least(size.max(align));
        // A power of two: a mask, where a division would take longer than all the rest.
        while class.bytes() & (align - 1) != 0 {
            class.0 += 1;
        }
        class
    }

    /// The smallest for `size` bytes, at most [`LARGE`]. By table: sizes are as good as random, and a
    /// branch that is foretold wrongly takes longer.
    #[inline]
    fn at_least(size: usize) -> Self {
        Self(AT_LEAST[size.div_ceil(8).min(AT_LEAST.len() - 1)])
    }

    /// The class of the same size whose spans keep births.
    #[inline]
    pub fn with_births(self) -> Self {
        if self.has_births() { self } else { Self(self.0 + CLASSES as u8) }
    }

    /// Whether its spans keep births.
    pub const fn has_births(self) -> bool {
        !(self.0 as usize / CLASSES).is_multiple_of(2)
    }

    /// The class of the same size, with births or not, whose spans keep sizes.
    #[inline]
    pub fn with_sizes(self) -> Self {
        if self.has_sizes() { self } else { Self(self.0 + 2 * CLASSES as u8) }
    }

    /// Whether its spans keep sizes.
    pub const fn has_sizes(self) -> bool {
        self.0 as usize >= 2 * CLASSES
    }

    /// Bytes that its spans keep for each slot beside it.
    const fn kept_bytes(self) -> usize {
        let births = if self.has_births() { BIRTH_BYTES } else { 0 };
        let sizes = if self.has_sizes() { SIZE_BYTES } else { 0 };
        TAG_BYTES + births + sizes
    }

    /// The class of this number, if there is one.
    #[inline]
    pub fn from_index(index: usize) -> Option<Self> {
        (index < ALL_CLASSES).then_some(Self(index as u8))
    }

    /// Its number, below [`ALL_CLASSES`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Bytes of a slot.
    pub fn bytes(self) -> usize {
        self.layout().bytes as usize
    }

    /// As [`bytes`](Self::bytes), which knows it from here.
    const fn work_out_bytes(self) -> usize {
        let index = self.0 as usize % CLASSES;
        if index < 8 { (index + 1) * 8 } else { (5 + index % 4) << (4 + (index - 8) / 4) }
    }

    /// How a span of this class is divided.
    #[inline]
    pub fn layout(self) -> &'static Layout {
        &LAYOUTS[self.index()]
    }
}

/// How a span is divided: tags first, then births and sizes if there are any, then slots.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// How many slots.
    pub slots: u32,
    /// Bytes of a slot.
    bytes: u32,
    /// Where the first slot is, in bytes from the start of the span.
    pub first: u32,
    /// `2^32 / bytes` of a slot, rounded up.
    reciprocal: u32,
}

impl Layout {
    const NONE: Self = Self { slots: 0, bytes: 0, first: 0, reciprocal: 0 };

    #[inline]
    const fn of(class: Class) -> Self {
        let bytes = class.work_out_bytes();
        let natural = 1 << bytes.trailing_zeros();
        let align = if natural < MOST_ALIGNED { natural } else { MOST_ALIGNED };
        let known = class.kept_bytes();
        let mut slots = SPAN_BYTES / (bytes + known);
        let mut first = (slots * known).next_multiple_of(align);
        while first + slots * bytes > SPAN_BYTES {
            slots -= 1;
            first = (slots * known).next_multiple_of(align);
        }
        let reciprocal = (1usize << 32).div_ceil(bytes);
        Self {
            slots: slots as u32,
            bytes: bytes as u32,
            first: first as u32,
            reciprocal: reciprocal as u32,
        }
    }

    /// The slot that holds the byte `offset` of a span, if one does.
    ///
    /// The reciprocal is too large by less than 1, so the quotient by less than `offset / 2^32`: it
    /// is exact for offsets below 2^16 and slots of at most 2^13 bytes.
    #[inline]
    pub fn slot(&self, offset: usize) -> Option<u32> {
        let inside = offset.checked_sub(self.first as usize)?;
        let slot = ((inside as u64 * u64::from(self.reciprocal)) >> 32) as u32;
        (slot < self.slots).then_some(slot)
    }
}

/// For each multiple of 8 up to [`LARGE`], the smallest class that is no less.
static AT_LEAST: [u8; LARGE / 8 + 1] = {
    let mut classes = [0; LARGE / 8 + 1];
    let mut eights = 1;
    while eights < classes.len() {
        let before: u8 = classes[eights - 1];
        let is_enough = Class(before).work_out_bytes() >= eights * 8;
        classes[eights] = if is_enough { before } else { before + 1 };
        eights += 1;
    }
    classes
};

static LAYOUTS: [Layout; ALL_CLASSES] = {
    let mut layouts = [Layout::NONE; ALL_CLASSES];
    let mut index = 0;
    while index < ALL_CLASSES {
        layouts[index] = Layout::of(Class(index as u8));
        index += 1;
    }
    layouts
};

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> impl Iterator<Item = Class> {
        (0..ALL_CLASSES).map(|index| Class::from_index(index).unwrap())
    }

    #[test]
    fn a_request_gets_the_smallest_slot_that_holds_it() {
        let sizes: Vec<usize> = classes().take(CLASSES).map(Class::bytes).collect();
        assert!(sizes.is_sorted());
        assert_eq!((sizes[0], sizes[8], sizes[CLASSES - 1]), (8, 80, LARGE));
        for size in 0..LARGE {
            let expected = sizes.iter().find(|&&bytes| bytes >= size).unwrap();
            assert_eq!(Class::of(size, 1).bytes(), *expected, "{size}");
        }
        assert_eq!(Class::from_index(ALL_CLASSES), None);
    }

    #[test]
    fn slots_are_aligned_as_asked() {
        for align in (0..13).map(|bits| 1 << bits) {
            for size in (0..LARGE).step_by(7) {
                let class = Class::of(size, align);
                assert!(class.bytes() >= size && class.bytes().is_multiple_of(align));
                assert!((class.layout().first as usize).is_multiple_of(align));
                let both = class.with_births().with_sizes();
                assert_eq!((both.has_births(), both.has_sizes()), (true, true));
                assert_eq!(both, class.with_sizes().with_births());
                for other in [class.with_births(), class.with_sizes(), both] {
                    assert_eq!(other.bytes(), class.bytes());
                    assert!((other.layout().first as usize).is_multiple_of(align));
                }
            }
        }
    }

    #[test]
    fn every_byte_of_a_span_belongs_to_the_slot_that_it_lies_in() {
        for class in classes() {
            let layout = class.layout();
            let (first, bytes) = (layout.first as usize, class.bytes());
            let known = class.kept_bytes();
            assert!(first >= layout.slots as usize * known);
            assert!(first + layout.slots as usize * bytes <= SPAN_BYTES);
            for offset in 0..SPAN_BYTES {
                let slot = offset.checked_sub(first).map(|inside| (inside / bytes) as u32);
                assert_eq!(layout.slot(offset), slot.filter(|&slot| slot < layout.slots));
            }
        }
    }

    #[test]
    fn little_of_a_span_is_lost() {
        for class in classes().take(CLASSES) {
            let used = class.layout().slots as usize * (class.bytes() + TAG_BYTES);
            assert!(used * 8 >= SPAN_BYTES * 7, "{class:?}");
        }
    }
}
