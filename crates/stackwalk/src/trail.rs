//! Walks that cost less because the last one is remembered.

mod wide;
mod words;

use words::Words;

use crate::platform::{Cursor, Track};
use crate::step::Traced;
use crate::{End, Registers};

/// Frames that a trail holds; a deeper stack is cut to the innermost ones.
pub const TRAIL_FRAMES: usize = 1024;

/// The stack of the last walk, outermost frame first, and what that walk read to find it.
///
/// Where a walk goes from a frame is decided by registers of the frame and by the words on the
/// stack that it reads further out. So if those words are unchanged, and a new walk arrives at a
/// frame of the last one with the same registers, it would go on as the last one did: the rest is
/// known. Comparing the words is several times faster than walking. That the walk arrives at the
/// same frame alone would prove nothing of its callers.
///
/// Each frame carries a number of the owner's, which stays with it as long as the frames outside of
/// it are the same: the interned stack up to there, say.
#[derive(Clone, Copy, Debug)]
pub struct Trail {
    /// Outermost first; `len` are in use.
    steps: [Step; TRAIL_FRAMES],
    len: usize,
    /// What the walk read to reach them.
    words: Words,
    /// How many of these may be compared with: the walk to them read no more than is noted.
    known: usize,
    /// Where the last walk was, and where it began: one that begins there too, and finds all words unchanged, goes
    /// the same way from the first step on.
    track: Track,
    from: Registers,
    /// The frames of a walk before they get their places, innermost first.
    fresh: [Step; TRAIL_FRAMES],
}

/// One frame, and the step from its callee to it.
#[derive(Clone, Copy, Debug)]
struct Step {
    slot: usize,
    return_address: usize,
    /// Where the frame pointer was restored from; 0 if it was not.
    restored_from: usize,
    /// The frame pointer in the frame.
    fp: usize,
    number: u32,
    /// Whether anything further out depends on `fp`.
    needs_fp: bool,
    /// Whether the step to this frame went by the frame pointer.
    by_fp: bool,
    /// Whether the step read no more than is noted.
    is_plain: bool,
}

/// What a walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// How many of the outermost frames are as they were, with the numbers they had.
    pub kept: usize,
    /// Why the walk ended.
    pub end: End,
}

impl Step {
    const NONE: Self = Self {
        slot: 0,
        return_address: 0,
        restored_from: 0,
        fp: 0,
        number: 0,
        needs_fp: false,
        by_fp: false,
        is_plain: false,
    };

    /// The step that was just made, with the frame pointer that it led to.
    #[inline(always)]
    fn of(traced: &Traced, fp: usize) -> Self {
        Self {
            slot: traced.frame.slot,
            return_address: traced.frame.return_address,
            restored_from: traced.restored_from,
            fp,
            by_fp: traced.by_fp,
            is_plain: traced.is_plain,
            ..Self::NONE
        }
    }

    /// Whether the frame pointer was restored, and anything further out depends on it.
    #[inline(always)]
    fn restored_needed_fp(&self) -> bool {
        self.needs_fp && self.restored_from != 0
    }

    /// Whether the frame inside of this one must have the same frame pointer to get here.
    #[inline(always)]
    fn is_reached_by_fp(&self) -> bool {
        self.by_fp || (self.needs_fp && self.restored_from == 0)
    }

    /// Whether a walk from here goes on as from `other`.
    #[inline(always)]
    fn leads_on_as(&self, other: &Self) -> bool {
        self.slot == other.slot
            && self.return_address == other.return_address
            && (!other.needs_fp || self.fp == other.fp)
    }

    /// Whether the step to the same frame, from another or the same, read what the step `other` did.
    #[inline(always)]
    fn was_made_as(&self, other: &Self) -> bool {
        self.restored_from == other.restored_from && self.by_fp == other.by_fp
    }

    /// The lowest of the words that must be unchanged.
    fn lowest(&self) -> usize {
        if self.restored_needed_fp() { self.slot.min(self.restored_from) } else { self.slot }
    }
}

impl Trail {
    /// No walk yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            steps: [Step::NONE; TRAIL_FRAMES],
            len: 0,
            words: Words::NONE,
            known: 0,
            track: Track::NONE,
            from: Registers { pc: 0, sp: 0, fp: 0 },
            fresh: [Step::NONE; TRAIL_FRAMES],
        }
    }

    /// Walks the stack of the calling thread from the frame that the registers describe, as
    /// [`capture_from`](crate::capture_from) does, and holds it from now on.
    ///
    /// Any threads may use one trail in turns; it helps if consecutive walks are of one thread.
    ///
    /// # Safety
    /// As for [`capture_from`](crate::capture_from).
    pub unsafe fn follow(&mut self, registers: &Registers) -> Followed {
        // SAFETY: passed on to the caller.
        match unsafe { Cursor::new(registers) } {
            Ok(cursor) => {
                let outer = self.unchanged(&cursor);
                if outer != 0 && outer == self.len && self.from == *registers {
                    return Followed { kept: outer, end: End::Root };
                }
                self.from = *registers;
                self.walk(cursor, outer)
            }
            Err(end) => {
                self.forget();
                Followed { kept: 0, end }
            }
        }
    }

    /// How many frames the last walk found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it found none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The return address in frame `index`, counted from the outermost.
    #[must_use]
    pub fn return_address(&self, index: usize) -> Option<usize> {
        self.steps[..self.len].get(index).map(|step| step.return_address)
    }

    /// The number that was given to frame `index`.
    #[must_use]
    pub fn number(&self, index: usize) -> Option<u32> {
        self.steps[..self.len].get(index).map(|step| step.number)
    }

    /// Gives a number to frame `index`.
    pub fn set_number(&mut self, index: usize, number: u32) {
        if let Some(step) = self.steps[..self.len].get_mut(index) {
            step.number = number;
        }
    }

    /// Forgets all frames and numbers.
    pub fn forget(&mut self) {
        self.cut(0);
        self.known = 0;
    }

    /// Forgets all but the outermost frames.
    #[inline(always)]
    fn cut(&mut self, frames: usize) {
        self.len = frames;
        self.words.cut(frames);
    }

    /// Walks until it meets the last walk in one of the outermost `outer` frames, or ends.
    fn walk(&mut self, mut cursor: Cursor, mut outer: usize) -> Followed {
        let mut fresh = 0;
        loop {
            let traced = match cursor.step_traced() {
                Ok(traced) => traced,
                Err(end) => return self.end(fresh, &cursor, end),
            };
            let step = Step::of(&traced, cursor.fp());
            while outer != 0 && self.steps[outer - 1].slot < step.slot {
                outer -= 1;
            }
            let has_room = outer + fresh <= TRAIL_FRAMES;
            if outer != 0 && has_room && step.is_plain && step.leads_on_as(&self.steps[outer - 1]) {
                return self.meet(outer, step, fresh, &cursor);
            }
            if fresh == TRAIL_FRAMES {
                return self.end(fresh, &cursor, End::BufferFull);
            }
            self.fresh[fresh] = step;
            fresh += 1;
        }
    }

    /// How many of the outermost frames could be arrived at again: the words that lead outwards from
    /// them are unchanged.
    fn unchanged(&self, cursor: &Cursor) -> usize {
        if self.track != cursor.track() {
            return 0;
        }
        // Words below the stack pointer may be anything, and need not be readable.
        let mut end = self.known;
        while end != 0 && self.steps[end - 1].lowest() < cursor.lowest() {
            end -= 1;
        }
        // SAFETY: on the same stack as the last walk, from which the words are, at or above a stack
        // pointer in use.
        unsafe { self.words.unchanged(end) }
    }

    /// The walk has met the outermost `outer` frames of the last one, by `step`.
    #[inline(always)]
    fn meet(&mut self, outer: usize, step: Step, fresh: usize, cursor: &Cursor) -> Followed {
        let met = self.steps[outer - 1];
        if !step.was_made_as(&met) {
            self.cut(outer - 1);
            self.push(Step { number: met.number, ..step }, met.needs_fp);
        } else if outer != self.len {
            self.cut(outer);
        }
        self.known = outer;
        if fresh != 0 {
            self.append(fresh);
        }
        self.track = cursor.track();
        Followed { kept: outer, end: End::Root }
    }

    /// The walk has ended without meeting the last one.
    fn end(&mut self, fresh: usize, cursor: &Cursor, end: End) -> Followed {
        // Numbers depend on return addresses only.
        let addresses = self.fresh[..fresh].iter().rev().map(|step| step.return_address);
        let before = self.steps[..self.len].iter().map(|step| step.return_address);
        let kept = addresses.zip(before).take_while(|(new, old)| new == old).count();
        for index in 0..kept {
            self.fresh[fresh - 1 - index].number = self.steps[index].number;
        }
        self.forget();
        self.append(fresh);
        if end != End::Root || !cursor.is_at_root() {
            self.known = 0;
        }
        self.track = cursor.track();
        Followed { kept, end }
    }

    /// Puts the fresh frames inside of those that there are.
    fn append(&mut self, fresh: usize) {
        for index in (0..fresh).rev() {
            let step = self.fresh[index];
            if step.is_plain && self.known == self.len {
                self.known += 1;
            }
            let outer = self.steps[..self.len].last();
            self.push(step, outer.is_some_and(Step::is_reached_by_fp));
        }
    }

    /// Puts a frame inside of those that there are; `needs_fp`: whether anything further out depends on
    /// its frame pointer.
    #[inline(always)]
    fn push(&mut self, step: Step, needs_fp: bool) {
        let step = Step { needs_fp, ..step };
        let saved = step.restored_needed_fp().then_some((step.restored_from, step.fp));
        self.words.push(self.len, (step.slot, step.return_address), saved);
        self.steps[self.len] = step;
        self.len += 1;
    }
}

impl Default for Trail {
    fn default() -> Self {
        Self::new()
    }
}
