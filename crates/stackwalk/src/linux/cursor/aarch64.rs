//! aarch64: the chain of frame records, which the platform's ABI asks every function to keep.
//!
//! ```text
//! caller's fp = [fp]      return address = [fp + 8]
//! ```
//!
//! The kernel links its signal frames into the chain, so a walk passes through handlers.

use super::{Track, WORD, word};
use crate::End;
use crate::Registers;
use crate::platform::stack_bounds::{self, Stack};
use crate::step::{Frame, Traced};

/// Bits of a return address that are an address; pointer authentication signs the others.
pub(crate) const ADDRESS_MASK: usize = (1 << 48) - 1;

/// Signal handlers interrupting each other, each on a stack of its own. More is no real program.
const STACK_SWITCHES: u8 = 4;

/// A frame of the calling thread.
pub(crate) struct Cursor {
    /// Lowest address at which the next frame record may be.
    from: usize,
    fp: usize,
    stack: Stack,
    switches: u8,
}

impl Cursor {
    /// The frame whose registers these are; [`End::NoStack`] if `sp` is on no readable memory.
    ///
    /// # Safety
    /// As for [`crate::capture_from`].
    pub(crate) unsafe fn new(registers: &Registers) -> Result<Self, End> {
        let Registers { sp, fp, .. } = *registers;
        let stack = stack_bounds::stack_at(sp).ok_or(End::NoStack)?;
        Ok(Self { from: sp, fp, stack, switches: 0 })
    }

    /// Goes to the caller's frame.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<Frame, End> {
        if self.fp == 0 {
            return Err(End::Root);
        }
        if self.fp >= self.stack.limit || self.fp < self.from {
            self.switch_stack().ok_or(End::BadFrame)?;
        }
        let slot = self.fp.wrapping_add(WORD);
        let caller_fp = word(&self.stack, self.from, self.fp).ok_or(End::BadFrame)?;
        let return_address =
            word(&self.stack, self.from, slot).ok_or(End::BadFrame)? & ADDRESS_MASK;
        (self.from, self.fp) = (slot, caller_fp);
        if return_address == 0 {
            return Err(End::Root);
        }
        Ok(Frame { return_address, slot })
    }

    /// As [`Cursor::step`]. A walk is so short here that none is compared with: no step is plain.
    #[inline]
    pub(crate) fn step_traced(&mut self) -> Result<Traced, End> {
        let frame = self.step()?;
        Ok(Traced { frame, restored_from: 0, by_fp: true, is_plain: false })
    }

    /// The frame pointer in the frame.
    pub(crate) fn fp(&self) -> usize {
        self.fp
    }

    /// The lowest address of the frame.
    pub(crate) fn lowest(&self) -> usize {
        self.from
    }

    /// What other walks must have in common with this one.
    pub(crate) fn track(&self) -> Track {
        Track { limit: self.stack.limit, generation: 0 }
    }

    /// Whether the frame is the first of its thread, whatever is on the stack.
    pub(crate) fn is_at_root(&self) -> bool {
        false
    }

    /// Goes on to the stack that a signal handler interrupted, which the chain leads to.
    ///
    /// Only from a signal's stack to the one that the thread began with, where every word up to
    /// the limit is readable, wherever `fp` points.
    #[cold]
    fn switch_stack(&mut self) -> Option<()> {
        let stack =
            stack_bounds::stack_at(self.fp).filter(|stack| stack.is_own && !self.stack.is_own)?;
        self.switches = self.switches.checked_add(1).filter(|&count| count <= STACK_SWITCHES)?;
        (self.from, self.stack) = (self.fp, stack);
        Some(())
    }
}
