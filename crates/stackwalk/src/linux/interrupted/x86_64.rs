//! x86_64: call frame information first, the frame pointer where there is none.

use crate::platform::copied_stack::CopiedStack;
use crate::platform::cursor::{UCONTEXT_FP, UCONTEXT_PC, UCONTEXT_SP, WORD};
use crate::platform::rule_cache::{self, Generation};
use crate::platform::unwind_rule::{PackedRule, UnwindRule};
use crate::platform::{eh_frame, mapping_table};
use crate::{End, Registers};

/// Signal handlers interrupting each other, each on a stack of its own. More is no real program.
const STACK_SWITCHES: u8 = 4;

/// A frame of the interrupted thread.
pub(crate) struct Interrupted {
    sp: usize,
    fp: usize,
    /// Where the frame goes on, or one past the instruction that a signal interrupted.
    return_address: usize,
    generation: Generation,
    switches: u8,
    stack: CopiedStack,
}

impl Interrupted {
    /// The frame whose registers these are.
    pub(crate) fn new(registers: &Registers) -> Self {
        let Registers { pc, sp, fp } = *registers;
        Self {
            sp,
            fp,
            return_address: pc.wrapping_add(1),
            generation: rule_cache::generation(),
            switches: 0,
            stack: CopiedStack::new(),
        }
    }

    /// Goes to the caller's frame, and says where that goes on.
    pub(crate) fn step(&mut self) -> Result<usize, End> {
        let rule = self.rule();
        match rule.unpack() {
            UnwindRule::FromSp { .. } | UnwindRule::FromBp { .. } => self.leave(rule),
            UnwindRule::Signal => self.leave_signal_handler().ok_or(End::BadFrame),
            UnwindRule::Root => Err(End::Root),
            UnwindRule::Unknown => self.follow_frame_pointer().ok_or(End::NoUnwindInfo),
        }
    }

    /// The rule for the frame's address: the one in the cache, or from the call frame information of
    /// its mapping, as far as that is known.
    fn rule(&self) -> PackedRule {
        let (address, generation) = (self.return_address, self.generation);
        if let Some(rule) = rule_cache::find(address, generation) {
            return rule;
        }
        let lookup = address.wrapping_sub(1);
        let Some(mapping) = mapping_table::find_known(lookup) else {
            return PackedRule::pack(UnwindRule::Unknown);
        };
        let rule = PackedRule::pack(eh_frame::copied::rule_for(lookup, &mapping.frames()));
        rule_cache::insert(address, generation, rule);
        rule
    }

    /// Leaves an ordinary function by its rule, as the walk in an allocator does.
    fn leave(&mut self, rule: PackedRule) -> Result<usize, End> {
        let cfa = rule.cfa(self.sp, self.fp).filter(|&cfa| cfa > self.sp).ok_or(End::BadFrame)?;
        let slot = cfa.wrapping_sub(WORD);
        // The first word that is read is the lowest: the copy goes on from there.
        let saved = cfa.wrapping_sub(rule.bp_bytes());
        let restores = saved != cfa && self.sp <= saved && saved < cfa;
        let fp = if restores { self.stack.word(self.sp, saved) } else { Some(self.fp) };
        let return_address = self.stack.word(self.sp, slot).ok_or(End::BadFrame)?;
        if return_address == 0 {
            // As programs mark the first frame that make stacks of their own.
            return Err(End::Root);
        }
        (self.sp, self.fp) = (cfa, fp.ok_or(End::BadFrame)?);
        self.return_address = return_address;
        Ok(return_address)
    }

    /// Goes from the kernel's frame to the one that the signal interrupted, which may be on another
    /// stack.
    fn leave_signal_handler(&mut self) -> Option<usize> {
        let from = self.sp;
        let mut read = |offset| self.stack.word(from, from.checked_add(offset)?);
        let (fp, sp, pc) = (read(UCONTEXT_FP)?, read(UCONTEXT_SP)?, read(UCONTEXT_PC)?);
        if sp <= from {
            self.switches = self.switches.checked_add(1).filter(|&n| n <= STACK_SWITCHES)?;
        }
        (self.sp, self.fp, self.return_address) = (sp, fp, pc.checked_add(1)?);
        Some(self.return_address)
    }

    /// Takes `fp` for a frame pointer if all that it leads to is plausible.
    fn follow_frame_pointer(&mut self) -> Option<usize> {
        let slot = self.fp.checked_add(WORD)?;
        let caller_fp = self.stack.word(self.sp, self.fp)?;
        let return_address = self.stack.word(self.sp, slot)?;
        mapping_table::find(return_address.checked_sub(1)?)?;
        (self.sp, self.fp, self.return_address) = (slot + WORD, caller_fp, return_address);
        Some(return_address)
    }
}

/// Reads the table of mappings anew if an address was in none of them.
pub(crate) fn learn_code() {
    mapping_table::refresh_if_lacking();
}
