//! What a fork does to the recorder.
//!
//! The child of a fork has one thread and a copy of all memory, locks included. Were another thread
//! in the middle of a change, the child would have half of it, behind a lock that nobody will ever
//! open. So a fork waits until no thread is inside: it takes every lock, and both sides let go.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use heapwise_stackwalk::fork_generation;

use crate::entry::Outermost;
use crate::platform::kernel::errno;
use crate::platform::process;

/// Set in a child that was forked while its own thread was inside the recorder.
static ABANDONED: AtomicBool = AtomicBool::new(false);

/// The process whose recording there is, by [`fork_generation`]; 0 without one.
static RECORDED_IN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static HOLDS_ALL: Cell<bool> = const { Cell::new(false) };
}

/// Whether the tables cannot be trusted, and must not be touched, in this process.
///
/// Only a signal handler that interrupts the recorder and forks brings this about; and a fork that
/// does not go through the C library, if there is a recording.
#[inline]
pub fn is_abandoned() -> bool {
    let process = RECORDED_IN.load(Ordering::Relaxed);
    let is_foreign = process != 0 && process != fork_generation();
    is_foreign || ABANDONED.load(Ordering::Relaxed)
}

/// Makes sure that no child writes its parent's recording, however it is forked.
pub fn guard_children() {
    RECORDED_IN.store(fork_generation(), Ordering::Release);
}

/// Has every later fork go through this file, from the first call on. A failure leaves forks as
/// they were: the child of a fork while another thread records may then hang.
#[inline]
pub fn prepare_for_forks() {
    static PREPARED: AtomicBool = AtomicBool::new(false);
    if PREPARED.load(Ordering::Relaxed) || PREPARED.swap(true, Ordering::Relaxed) {
        return;
    }
    // What the C library allocates for this, should it call us for that, is not recorded.
    let _inside = Outermost::enter();
    // SAFETY: the three functions live as long as the process and do not unwind.
    let register = || unsafe {
        libc::pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child))
    };
    errno::kept(register);
}

extern "C" fn before() {
    let Some(inside) = Outermost::enter() else { return };
    process::tallies().acquire();
    process::recorder().acquire(&inside);
    HOLDS_ALL.with(|holds| holds.set(true));
    // Still inside until after the fork: this thread must not ask for a lock that it holds.
    std::mem::forget(inside);
}

extern "C" fn after_in_parent() {
    if HOLDS_ALL.with(|holds| holds.replace(false)) {
        process::recorder().release_in_parent(&Outermost::assume());
        process::tallies().release_locks();
    }
}

extern "C" fn after_in_child() {
    if HOLDS_ALL.with(|holds| holds.replace(false)) {
        process::forget_mark();
        let inside = Outermost::assume();
        process::tallies().release_locks();
        if !process::recorder().release_in_child(&inside) {
            ABANDONED.store(true, Ordering::Relaxed);
        }
        RECORDED_IN.store(0, Ordering::Relaxed);
    } else {
        ABANDONED.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::process::Error;

    #[test]
    fn a_child_forked_inside_the_recorder_refuses_instead_of_hanging() {
        prepare_for_forks();
        let inside = Outermost::enter();
        // SAFETY: the child calls nothing but the recorder and `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let is_refused = process::snapshot().err() == Some(Error::Abandoned);
            // SAFETY: ends the process.
            unsafe { libc::_exit(i32::from(!is_refused)) };
        }
        drop(inside);
        let mut status = 0;
        // SAFETY: the kernel writes one integer, which is live and exclusive here.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
        assert!(process::snapshot().is_ok(), "the parent goes on");
    }
}
