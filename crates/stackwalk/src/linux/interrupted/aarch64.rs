//! aarch64: the chain of frame records, from the interrupted function's on.
//!
//! A function that has not made its record yet, or never does because it calls nothing, is taken for
//! one with a record: its caller is then missing from the stack.

use crate::platform::copied_stack::CopiedStack;
use crate::platform::cursor::{ADDRESS_MASK, WORD};
use crate::{End, Registers};

/// Signal handlers interrupting each other, each on a stack of its own. More is no real program.
const STACK_SWITCHES: u8 = 4;

/// A frame of the interrupted thread.
pub(crate) struct Interrupted {
    /// Lowest address at which the next frame record may be.
    from: usize,
    fp: usize,
    switches: u8,
    stack: CopiedStack,
}

impl Interrupted {
    /// The frame whose registers these are.
    pub(crate) fn new(registers: &Registers) -> Self {
        let Registers { sp, fp, .. } = *registers;
        Self { from: sp, fp, switches: 0, stack: CopiedStack::new() }
    }

    /// Goes to the caller's frame, and says where that goes on.
    pub(crate) fn step(&mut self) -> Result<usize, End> {
        if self.fp == 0 {
            return Err(End::Root);
        }
        if self.fp < self.from {
            // From a signal's stack to the one that it interrupted.
            let more = self.switches.checked_add(1).filter(|&count| count <= STACK_SWITCHES);
            self.switches = more.ok_or(End::BadFrame)?;
            self.from = self.fp;
        }
        let slot = self.fp.wrapping_add(WORD);
        let caller_fp = self.stack.word(self.from, self.fp).ok_or(End::BadFrame)?;
        let return_address = self.stack.word(self.from, slot).ok_or(End::BadFrame)?;
        (self.from, self.fp) = (slot, caller_fp);
        match return_address & ADDRESS_MASK {
            0 => Err(End::Root),
            address => Ok(address),
        }
    }
}

/// Code needs not be known: records are found without it.
pub(crate) fn learn_code() {}
