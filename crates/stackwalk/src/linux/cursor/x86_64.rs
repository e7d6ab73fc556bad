//! x86_64: call frame information first, the frame pointer where there is none.

use super::{Track, WORD, load, word};
use crate::End;
use crate::Registers;
use crate::platform::rule_cache::{self, Generation};
use crate::platform::stack_bounds::{self, Stack};
use crate::platform::unwind_rule::{PackedRule, UnwindRule};
use crate::platform::{eh_frame, mapping_table};
use crate::step::{Frame, Traced};

/// Where the kernel's `ucontext` keeps registers, in bytes from its start.
pub(crate) const UCONTEXT_FP: usize = 120;
pub(crate) const UCONTEXT_SP: usize = 160;
pub(crate) const UCONTEXT_PC: usize = 168;

/// Signal handlers interrupting each other, each on a stack of its own. More is no real program.
const STACK_SWITCHES: u8 = 4;

/// A frame of the calling thread.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    sp: usize,
    fp: usize,
    /// Where the frame goes on, or one past the instruction that a signal interrupted. One before
    /// it is the address to look up: a call that never returns may be the last instruction of its
    /// function.
    return_address: usize,
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
        let stack = stack_bounds::stack_at(sp).filter(|_| sp.is_multiple_of(WORD));
        Ok(Self {
            sp,
            fp,
            return_address: pc.wrapping_add(1),
            stack: stack.ok_or(End::NoStack)?,
            generation: rule_cache::generation(),
            switches: 0,
        })
    }

    /// Goes to the caller's frame.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Result<Frame, End> {
        if let Some(rule) = rule_cache::find(self.return_address, self.generation)
            && let Some((frame, _)) = self.leave(rule)
        {
            return Ok(frame);
        }
        // By value: a reference would keep the fields out of registers on the path above.
        let (caller, frame) = self.step_slowly()?;
        *self = caller;
        Ok(frame)
    }

    /// As [`Cursor::step`], with what it read.
    #[inline(always)]
    pub(crate) fn step_traced(&mut self) -> Result<Traced, End> {
        if let Some(rule) = rule_cache::find(self.return_address, self.generation)
            && let Some((frame, restored_from)) = self.leave(rule)
        {
            return Ok(Traced { frame, restored_from, by_fp: rule.is_by_bp(), is_plain: true });
        }
        let (caller, frame) = self.step_slowly()?;
        *self = caller;
        Ok(Traced { frame, restored_from: 0, by_fp: true, is_plain: false })
    }

    /// The frame pointer in the frame.
    #[inline(always)]
    pub(crate) fn fp(&self) -> usize {
        self.fp
    }

    /// The lowest address of the frame.
    #[inline(always)]
    pub(crate) fn lowest(&self) -> usize {
        self.sp
    }

    /// What other walks must have in common with this one.
    #[inline(always)]
    pub(crate) fn track(&self) -> Track {
        Track { limit: self.stack.limit, generation: self.generation.number() }
    }

    /// Whether the frame is the first of its thread by the rule for its address, whatever is on the
    /// stack.
    pub(crate) fn is_at_root(&self) -> bool {
        let root = PackedRule::pack(UnwindRule::Root);
        rule_cache::find(self.return_address, self.generation) == Some(root)
    }

    /// Leaves an ordinary function by its rule. `None`, and nothing is changed, if the rule is of
    /// another kind, or leads out of the bounds of the stack, or to a return address of 0. Also
    /// says where the frame pointer was restored from; 0 if it was not.
    #[inline(always)]
    fn leave(&mut self, rule: PackedRule) -> Option<(Frame, usize)> {
        let cfa = rule.cfa(self.sp, self.fp)?;
        if cfa <= self.sp || cfa > self.stack.limit || !cfa.is_multiple_of(WORD) {
            return None;
        }
        let slot = cfa - WORD;
        // SAFETY: sp <= slot < cfa <= limit, all multiples of the word: on the stack.
        let return_address = unsafe { load(slot) };
        if return_address == 0 {
            return None;
        }
        let saved = cfa.wrapping_sub(rule.bp_bytes());
        let mut restored_from = 0;
        // Below sp it has been popped already: compilers do not say so in epilogues.
        if saved != cfa && self.sp <= saved && saved < cfa {
            // SAFETY: sp <= saved < cfa, as above.
            self.fp = unsafe { load(saved) };
            restored_from = saved;
        }
        (self.sp, self.return_address) = (cfa, return_address);
        Some((Frame { return_address, slot }, restored_from))
    }

    /// As [`Cursor::step`], for all that is rare: an address seen for the first time, the ends of a
    /// stack, signals, code without rules.
    #[cold]
    #[inline(never)]
    fn step_slowly(mut self) -> Result<(Self, Frame), End> {
        let rule = self.rule();
        let frame = match rule.unpack() {
            UnwindRule::FromSp { .. } | UnwindRule::FromBp { .. } => self.leave_doubtfully(rule)?,
            UnwindRule::Signal => self.leave_signal_handler().ok_or_else(went_astray)?,
            UnwindRule::Root => return Err(End::Root),
            UnwindRule::Unknown => self.follow_frame_pointer().ok_or(End::NoUnwindInfo)?,
        };
        Ok((self, frame))
    }

    /// The rule for the frame's address, from the call frame information of its mapping.
    fn rule(&self) -> PackedRule {
        let (address, generation) = (self.return_address, self.generation);
        if let Some(rule) = rule_cache::find(address, generation) {
            return rule;
        }
        let lookup = address.wrapping_sub(1);
        let Some(mapping) = mapping_table::find_current(lookup) else {
            return PackedRule::pack(UnwindRule::Unknown);
        };
        let rule = if mapping.has_frames() {
            // SAFETY: `lookup` is being executed or on this thread's stack, which keeps what is
            // mapped there; that it is the table's mapping `find_current` checked just now.
            let sections = unsafe { mapping.sections() };
            eh_frame::rule_for(lookup, &sections)
        } else {
            UnwindRule::Unknown
        };
        let rule = PackedRule::pack(rule);
        rule_cache::insert(address, generation, rule);
        rule
    }

    /// Leaves by `rule` if that leads anywhere; else finds out what it means that it does not.
    fn leave_doubtfully(&mut self, rule: PackedRule) -> Result<Frame, End> {
        if let Some((frame, _)) = self.leave(rule) {
            return Ok(frame);
        }
        let cfa = rule.cfa(self.sp, self.fp).unwrap_or(0);
        if cfa > self.stack.limit {
            self.look_at_stack_again().ok_or_else(went_astray)?;
            return self.leave(rule).map(|(frame, _)| frame).ok_or_else(went_astray);
        }
        match word(&self.stack, self.sp, cfa.wrapping_sub(WORD)) {
            Some(0) => Err(at_zero(self.return_address.wrapping_sub(1))),
            _ => Err(went_astray()),
        }
    }

    /// At the address of an old stack of a coroutine there may be another now, and what is
    /// remembered is the limit of the old one. A thread's own stack does not change.
    fn look_at_stack_again(&mut self) -> Option<()> {
        if self.stack.is_own {
            return None;
        }
        self.switch_stack()?;
        self.stack = stack_bounds::look_up(self.sp)?;
        Some(())
    }

    /// Counts a change of stack; `None` if there have been too many.
    fn switch_stack(&mut self) -> Option<()> {
        self.switches = self.switches.checked_add(1).filter(|&count| count <= STACK_SWITCHES)?;
        Some(())
    }

    /// Goes from the kernel's frame to the one that the signal interrupted, which may be on another
    /// stack.
    fn leave_signal_handler(&mut self) -> Option<Frame> {
        let read = |offset| word(&self.stack, self.sp, self.sp.checked_add(offset)?);
        let (pc, sp, fp) = (read(UCONTEXT_PC)?, read(UCONTEXT_SP)?, read(UCONTEXT_FP)?);
        let slot = self.sp + UCONTEXT_PC;
        if sp <= self.sp || sp >= self.stack.limit {
            self.switch_stack()?;
            self.stack = stack_bounds::stack_at(sp)?;
        }
        let return_address = pc.checked_add(1)?;
        (self.sp, self.fp, self.return_address) = (sp, fp, return_address);
        sp.is_multiple_of(WORD).then_some(Frame { return_address, slot })
    }

    /// Takes `fp` for a frame pointer if all that it leads to is plausible:
    ///
    /// ```text
    /// return address = [fp + 8]      caller's fp = [fp]      caller's sp = fp + 16
    /// ```
    ///
    /// Only on the stack that the thread began with: the walk may go astray, and there every word
    /// up to the limit is readable.
    fn follow_frame_pointer(&mut self) -> Option<Frame> {
        let slot = self.fp.checked_add(WORD).filter(|_| self.stack.is_own)?;
        let caller_fp = word(&self.stack, self.sp, self.fp)?;
        let return_address = word(&self.stack, self.sp, slot)?;
        mapping_table::find(return_address.checked_sub(1)?)?;
        (self.sp, self.fp, self.return_address) = (slot + WORD, caller_fp, return_address);
        Some(Frame { return_address, slot })
    }
}

/// What a return address of 0 means in the function at `lookup`: the root, as programs mark it
/// that make stacks of their own, unless the rule was another file's.
fn at_zero(lookup: usize) -> End {
    match mapping_table::find(lookup) {
        Some(row) if row.is_current() || !row.has_frames() => End::Root,
        _ => went_astray(),
    }
}

fn went_astray() -> End {
    mapping_table::doubt();
    End::BadFrame
}
