//! One step of a walk: from a frame to its caller's. How is a matter of the architecture.

#[cfg_attr(target_arch = "x86_64", path = "cursor/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "cursor/aarch64.rs")]
mod architecture;

#[cfg(target_arch = "aarch64")]
pub(crate) use architecture::ADDRESS_MASK;
pub(crate) use architecture::Cursor;
#[cfg(target_arch = "x86_64")]
pub(crate) use architecture::{UCONTEXT_FP, UCONTEXT_PC, UCONTEXT_SP};

use super::stack_bounds::Stack;

/// Bytes of a stack word.
pub(crate) const WORD: usize = 8;

/// What two walks must have in common to be compared: the stack, and what was known of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Track {
    limit: usize,
    generation: u32,
}

impl Track {
    pub(crate) const NONE: Self = Self { limit: 0, generation: 0 };
}

/// The word at `address`, if it lies in `from..stack.limit`, where `from` is a stack pointer in
/// use on that stack.
fn word(stack: &Stack, from: usize, address: usize) -> Option<usize> {
    let inside = from <= address && address < stack.limit && address.is_multiple_of(WORD);
    // SAFETY: stack memory between a stack pointer in use and the limit is readable; the limit is
    // a multiple of the word, so the whole word lies below it.
    inside.then(|| unsafe { load(address) })
}

/// # Safety
/// `address` must be a multiple of [`WORD`], and readable.
#[inline(always)]
pub(crate) unsafe fn load(address: usize) -> usize {
    let pointer = core::ptr::with_exposed_provenance::<usize>(address);
    // SAFETY: passed on to the caller. Volatile, because the word belongs to another function's
    // frame, of which the compiler knows more than it tells us.
    unsafe { pointer.read_volatile() }
}
