//! The words on a stack that must be unchanged for a walk to go on as the last one did.

use super::TRAIL_FRAMES;
use super::wide::Wide;
use crate::platform::load;

/// Places compared before it is asked whether any has changed.
const AT_ONCE: usize = 4;

/// What a walk read to reach its frames: of each the word that its return address was in, and of some
/// the one that the frame pointer was in. Apart from all else that is known of frames, because it is
/// read from one end to the other at each walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    singles: List<Word, { 2 * TRAIL_FRAMES }>,
    /// Functions that keep a frame pointer save it next to the return address: both words at once.
    pairs: List<Pair, TRAIL_FRAMES>,
}

/// In the order of the frames that they lead to.
#[derive(Clone, Copy, Debug)]
struct List<T, const MOST: usize> {
    items: [T; MOST],
    len: usize,
}

/// A word on the stack: where, and what it was.
#[derive(Clone, Copy, Debug)]
struct Word {
    slot: usize,
    value: usize,
    frame: usize,
}

/// Two words on the stack, one after the other.
#[derive(Clone, Copy, Debug)]
struct Pair {
    slot: usize,
    values: [usize; 2],
    frame: usize,
}

/// What was read at a place on the stack.
trait Noted {
    /// Which frame it leads to, counted from the outermost.
    fn frame(&self) -> usize;

    /// Whether all of these are what they were.
    ///
    /// # Safety
    /// They must be readable words of the calling thread's stack.
    unsafe fn are_same(some: &[Self]) -> bool
    where
        Self: Sized;
}

impl Noted for Word {
    fn frame(&self) -> usize {
        self.frame
    }

    #[inline(always)]
    unsafe fn are_same(some: &[Self]) -> bool {
        // SAFETY: passed on to the caller.
        let change = |word: &Self| unsafe { load(word.slot) ^ word.value };
        some.iter().fold(0, |all, word| all | change(word)) == 0
    }
}

impl Noted for Pair {
    fn frame(&self) -> usize {
        self.frame
    }

    #[inline(always)]
    unsafe fn are_same(some: &[Self]) -> bool {
        // SAFETY: passed on to the caller.
        let change = |pair: &Self| unsafe { Wide::load(pair.slot) }.xor(Wide::of(pair.values));
        some.iter().fold(Wide::zero(), |all, pair| all.or(change(pair))).is_zero()
    }
}

impl<T: Noted, const MOST: usize> List<T, MOST> {
    #[inline(always)]
    fn push(&mut self, item: T) {
        if let Some(place) = self.items.get_mut(self.len) {
            *place = item;
            self.len += 1;
        }
    }

    /// How many lead to the outermost `frames`.
    #[inline(always)]
    fn up_to(&self, frames: usize) -> usize {
        let mut len = self.len;
        while len != 0 && self.items[len - 1].frame() >= frames {
            len -= 1;
        }
        len
    }

    /// How many of the outermost `frames` are reached by what is the same as then.
    ///
    /// # Safety
    /// What is noted of so many frames must be readable words of the calling thread's stack.
    #[inline(always)]
    unsafe fn unchanged(&self, frames: usize) -> usize {
        let items = &self.items[..self.up_to(frames)];
        // SAFETY: passed on to the caller.
        let are_same = |some: &[T]| unsafe { T::are_same(some) };
        let (many, _) = items.as_chunks::<AT_ONCE>();
        let same = many.iter().take_while(|some| are_same(&some[..])).count() * AT_ONCE;
        let changed = items[same..].iter().find(|item| !are_same(std::slice::from_ref(*item)));
        changed.map_or(frames, T::frame)
    }
}

impl Words {
    pub(super) const NONE: Self = Self {
        singles: List { items: [Word { slot: 0, value: 0, frame: 0 }; 2 * TRAIL_FRAMES], len: 0 },
        pairs: List { items: [Pair { slot: 0, values: [0; 2], frame: 0 }; TRAIL_FRAMES], len: 0 },
    };

    /// Forgets all but the outermost `frames`.
    #[inline(always)]
    pub(super) fn cut(&mut self, frames: usize) {
        self.singles.len = self.singles.up_to(frames);
        self.pairs.len = self.pairs.up_to(frames);
    }

    /// Notes how a frame was reached, the innermost so far: the word that the return address is in, and,
    /// if it matters, the one that the frame pointer is in.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        frame: usize,
        found: (usize, usize),
        saved: Option<(usize, usize)>,
    ) {
        let (slot, value) = found;
        match saved {
            Some((lower, fp)) if lower + size_of::<usize>() == slot => {
                self.pairs.push(Pair { slot: lower, values: [fp, value], frame });
            }
            Some((other, fp)) => {
                self.singles.push(Word { slot, value, frame });
                self.singles.push(Word { slot: other, value: fp, frame });
            }
            None => self.singles.push(Word { slot, value, frame }),
        }
    }

    /// How many of the outermost `frames` are reached by words that are unchanged.
    ///
    /// # Safety
    /// The words noted of so many frames must be readable words of the calling thread's stack.
    #[inline(always)]
    pub(super) unsafe fn unchanged(&self, frames: usize) -> usize {
        // SAFETY: passed on to the caller.
        let frames = unsafe { self.singles.unchanged(frames) };
        // SAFETY: as above.
        unsafe { self.pairs.unchanged(frames) }
    }
}
