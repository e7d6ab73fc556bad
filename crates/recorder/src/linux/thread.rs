//! What a thread has of its own. That the common paths need nothing else is on purpose: a static is found by
//! way of a table, and read in two steps.

use std::cell::Cell;

use crate::platform::blocks::range::View;
use crate::platform::counting::tallies::TallyId;
use crate::platform::sampling::interval::Unreported;
use crate::platform::sampling::sampler::Sampler;

/// A thread's own part. A new one is all zeroes.
#[derive(Debug)]
pub struct Thread {
    pub sampler: Sampler,
    pub view: View,
    pub unreported: Unreported,
    /// What counts its allocations besides. While there is one, the sampler is watched.
    pub tally: Cell<TallyId>,
}

impl Thread {
    const fn new() -> Self {
        Self {
            sampler: Sampler::new(),
            view: View::new(),
            unreported: Unreported::new(),
            tally: Cell::new(TallyId::NONE),
        }
    }
}

/// As a program finds a thread's memory: at a distance that the linker knows.
#[cfg(not(all(heapwise_initial_exec, target_arch = "x86_64")))]
mod place {
    use super::Thread;

    thread_local! {
        /// `const` and without `Drop`: threads allocate before their first line and after their last.
        static THREAD: Thread = const { Thread::new() };
    }

    /// Calls `work` with this thread's.
    #[inline(always)]
    pub fn with<T>(work: impl FnOnce(&Thread) -> T) -> T {
        THREAD.with(work)
    }
}

/// As a library finds it that is loaded with its program, and not later: at a distance that the loader
/// knows. The compiler would call the loader for it each time, 3 ns a pair of malloc and free, and has no
/// stable option for this.
#[cfg(all(heapwise_initial_exec, target_arch = "x86_64"))]
mod place {
    use std::arch::{asm, global_asm};

    use super::Thread;

    global_asm!(
        ".pushsection .tbss.heapwise_thread, \"awT\", @nobits",
        ".balign 16",
        ".globl heapwise_thread",
        ".hidden heapwise_thread",
        ".type heapwise_thread, @object",
        ".size heapwise_thread, {bytes}",
        "heapwise_thread:",
        ".zero {bytes}",
        ".popsection",
        bytes = const size_of::<Thread>(),
    );

    const _: () = assert!(align_of::<Thread>() <= 16);
    const _: Thread = Thread::new();

    /// Calls `work` with this thread's.
    #[inline(always)]
    pub fn with<T>(work: impl FnOnce(&Thread) -> T) -> T {
        let place: *const Thread;
        // SAFETY: reads two words that stay as they are while the thread runs: where its memory ends,
        // as the ABI has it, and how far from there these bytes are.
        unsafe {
            asm!(
                "mov {place}, qword ptr fs:0",
                "add {place}, qword ptr [rip + heapwise_thread@GOTTPOFF]",
                place = out(reg) place,
                options(pure, readonly, nostack),
            );
        }
        // SAFETY: as many bytes as a `Thread` has, aligned, of this thread only, which were zeroes, a new one,
        // when it began.
        work(unsafe { &*place })
    }
}

pub use place::with;
