//! x86_64: call frame information first, the frame pointer where there is none.

use super::{Frame, WORD, load, word};
use crate::End;
use crate::Registers;
use crate::platform::rule_cache::{self, Generation};
use crate::platform::stack_bounds::{self, Stack};
use crate::platform::unwind_rule::{SavedBp, UnwindRule};
use crate::platform::{eh_frame, mapping_table};

/// Where the kernel's `ucontext` keeps registers, in bytes from its start.
const UCONTEXT_FP: usize = 120;
const UCONTEXT_SP: usize = 160;
const UCONTEXT_PC: usize = 168;

/// Signal handlers interrupting each other, each on a stack of its own. More is no real program.
const STACK_SWITCHES: u8 = 4;

/// A frame of the calling thread.
pub(crate) struct Cursor {
    sp: usize,
    fp: usize,
    /// An address inside the instruction being executed: one before a return address, because a
    /// call that never returns may be the last instruction of its function.
    lookup: usize,
    stack: Stack,
    generation: Generation,
    switches: u8,
}

impl Cursor {
    /// The frame whose registers these are; [`End::NoStack`] if `sp` is on no readable memory.
    ///
    /// # Safety
    /// As for [`crate::capture_from`].
    pub(crate) unsafe fn new(registers: &Registers) -> Result<Self, End> {
        let Registers { pc, sp, fp } = *registers;
        let stack =
            stack_bounds::stack_at(sp).filter(|_| sp.is_multiple_of(WORD)).ok_or(End::NoStack)?;
        let generation = rule_cache::generation();
        Ok(Self { sp, fp, lookup: pc, stack, generation, switches: 0 })
    }

    /// Goes to the caller's frame.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<Frame, End> {
        let lookup = self.lookup;
        let rule = match rule_cache::find(lookup, self.generation) {
            Some(packed) => packed.unpack(),
            None => find_rule(lookup, self.generation),
        };
        let left = match rule {
            UnwindRule::FromSp { cfa_words, bp } => self.leave(self.sp, cfa_words, bp),
            UnwindRule::FromBp { cfa_words, bp } => self.leave(self.fp, cfa_words, bp),
            UnwindRule::Signal => self.leave_signal_handler(),
            UnwindRule::Root => return Err(End::Root),
            UnwindRule::Unknown => return self.follow_frame_pointer().ok_or(End::NoUnwindInfo),
        };
        match left {
            Some(Frame { return_address: 0, .. }) => Err(at_zero(lookup)),
            Some(frame) => Ok(frame),
            None => Err(went_astray()),
        }
    }

    /// Leaves a function whose CFA is `cfa_words` above `base`.
    #[inline]
    fn leave(&mut self, base: usize, cfa_words: u32, bp: SavedBp) -> Option<Frame> {
        let cfa = base.wrapping_add(cfa_words as usize * WORD);
        if cfa <= self.sp || !cfa.is_multiple_of(WORD) || !self.reaches(cfa) {
            return None;
        }
        if let SavedBp::Below { words } = bp {
            let saved = cfa.wrapping_sub(usize::from(words) * WORD);
            // Below sp it has been popped already: compilers do not say so in epilogues.
            if self.sp <= saved && saved < cfa {
                // SAFETY: sp <= saved < cfa <= limit, all multiples of the word: on the stack.
                self.fp = unsafe { load(saved) };
            }
        }
        let slot = cfa - WORD;
        // SAFETY: sp <= slot < cfa <= limit, as above.
        let return_address = unsafe { load(slot) };
        (self.sp, self.lookup) = (cfa, return_address.wrapping_sub(1));
        Some(Frame { return_address, slot })
    }

    /// Whether the stack reaches up to `cfa`.
    #[inline]
    fn reaches(&mut self, cfa: usize) -> bool {
        cfa <= self.stack.limit || self.grows_to(cfa)
    }

    /// As [`Cursor::reaches`], by a new look: at the address of an old stack of a coroutine there
    /// may be another now, and what is remembered is the old one's.
    #[cold]
    fn grows_to(&mut self, cfa: usize) -> bool {
        if self.stack.is_own || self.switches == STACK_SWITCHES {
            return false;
        }
        self.switches += 1;
        match stack_bounds::look_up(self.sp) {
            Some(stack) => self.stack = stack,
            None => return false,
        }
        cfa <= self.stack.limit
    }

    /// Goes from the kernel's frame to the one that the signal interrupted, which may be on another
    /// stack.
    #[cold]
    fn leave_signal_handler(&mut self) -> Option<Frame> {
        let read = |offset| word(&self.stack, self.sp, self.sp.checked_add(offset)?);
        let (pc, sp, fp) = (read(UCONTEXT_PC)?, read(UCONTEXT_SP)?, read(UCONTEXT_FP)?);
        let slot = self.sp + UCONTEXT_PC;
        if sp <= self.sp || sp >= self.stack.limit {
            self.switches =
                self.switches.checked_add(1).filter(|&count| count <= STACK_SWITCHES)?;
            self.stack = stack_bounds::stack_at(sp)?;
        }
        (self.sp, self.fp, self.lookup) = (sp, fp, pc);
        sp.is_multiple_of(WORD).then_some(Frame { return_address: pc.checked_add(1)?, slot })
    }

    /// Takes `fp` for a frame pointer if all that it leads to is plausible:
    ///
    /// ```text
    /// return address = [fp + 8]      caller's fp = [fp]      caller's sp = fp + 16
    /// ```
    ///
    /// Only on the stack that the thread began with: the walk may go astray, and there every word
    /// up to the limit is readable.
    #[cold]
    fn follow_frame_pointer(&mut self) -> Option<Frame> {
        let slot = self.fp.checked_add(WORD).filter(|_| self.stack.is_own)?;
        let caller_fp = word(&self.stack, self.sp, self.fp)?;
        let return_address = word(&self.stack, self.sp, slot)?;
        let lookup = return_address.checked_sub(1)?;
        mapping_table::find(lookup)?;
        (self.sp, self.fp, self.lookup) = (slot + WORD, caller_fp, lookup);
        Some(Frame { return_address, slot })
    }
}

/// What a return address of 0 means in the function at `lookup`: the root, as programs mark it
/// that make stacks of their own, unless the rule was another file's.
#[cold]
fn at_zero(lookup: usize) -> End {
    match mapping_table::find(lookup) {
        Some(row) if row.is_current() || !row.has_frames() => End::Root,
        _ => went_astray(),
    }
}

#[cold]
fn went_astray() -> End {
    mapping_table::doubt();
    End::BadFrame
}

/// The rule for `lookup`, from the call frame information of its mapping.
#[cold]
#[inline(never)]
fn find_rule(lookup: usize, generation: Generation) -> UnwindRule {
    let Some(mapping) = mapping_table::find_current(lookup) else {
        return UnwindRule::Unknown;
    };
    let rule = if mapping.has_frames() {
        // SAFETY: `lookup` is being executed or on this thread's stack, which keeps what is mapped
        // there; that it is the table's mapping was checked by `find_current` just now.
        let sections = unsafe { mapping.sections() };
        eh_frame::rule_for(lookup, &sections)
    } else {
        UnwindRule::Unknown
    };
    rule_cache::insert(lookup, generation, rule);
    rule
}
