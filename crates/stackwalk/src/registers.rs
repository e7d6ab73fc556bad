//! The registers that a walk starts from.

use crate::platform;

/// Where a thread is: what a walk needs to know of it.
///
/// Of the calling thread by [`Registers::here`], or of a thread that a signal interrupted, out of
/// the `ucontext` that its handler was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers {
    /// Runtime address of the instruction being executed: `rip`, `pc`.
    pub pc: usize,
    /// Stack pointer: `rsp`, `sp`.
    pub sp: usize,
    /// Frame pointer, or what the program keeps in that register instead: `rbp`, `x29`.
    pub fp: usize,
}

impl Registers {
    /// The registers in the function that calls this (all 0 where stacks are not walked).
    #[inline(always)]
    #[must_use]
    pub fn here() -> Self {
        platform::here()
    }

    /// The registers that a signal interrupted (all 0 where stacks are not walked).
    ///
    /// # Safety
    /// `context` must be the third argument of a signal handler that was installed with
    /// `SA_SIGINFO` and has not returned.
    #[must_use]
    pub unsafe fn interrupted(context: *const core::ffi::c_void) -> Self {
        // SAFETY: passed on to the caller.
        unsafe { platform::of_context(context) }
    }
}
