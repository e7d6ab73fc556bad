//! What a fork does to the recorder.
//!
//! The child of a fork has one thread and a copy of all memory, locks included. Were another thread
//! in the middle of a change, the child would have half of it, behind a lock that nobody will ever
//! open. So a fork waits until no thread is inside: it takes every lock, and both sides let go.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use crate::entry::Outermost;
use crate::platform::kernel::arena::NoMemory;
use crate::platform::kernel::errno;
use crate::platform::kernel::reserve::Reserve;
use crate::platform::process;

/// Set in a child that was forked while its own thread was inside the recorder.
static ABANDONED: AtomicBool = AtomicBool::new(false);

/// A word that is 1, and 0 in children; null without a recording.
static SENTINEL: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());

const PAGE: usize = 4096;

thread_local! {
    static HOLDS_ALL: Cell<bool> = const { Cell::new(false) };
}

/// Whether the tables cannot be trusted, and must not be touched, in this process.
///
/// Only a signal handler that interrupts the recorder and forks brings this about; and a fork that
/// goes by the C library, if there is a recording.
#[inline]
pub fn is_abandoned() -> bool {
    // SAFETY: null, or a word that stays mapped for the rest of the process.
    let sentinel = unsafe { SENTINEL.load(Ordering::Acquire).as_ref() };
    let is_wiped = sentinel.is_some_and(|word| word.load(Ordering::Relaxed) == 0);
    is_wiped || ABANDONED.load(Ordering::Relaxed)
}

/// Makes sure that no child writes its parent's recording, however it is forked: has the kernel wipe
/// a word in children. Older ones than 4.14 cannot; there, only the C library's forks are safe.
pub fn guard_children() -> Result<(), NoMemory> {
    if !SENTINEL.load(Ordering::Relaxed).is_null() {
        return Ok(());
    }
    let page = Reserve::new(PAGE, PAGE)?;
    page.commit(0, PAGE)?;
    let word = page.start() as *mut AtomicU32;
    // SAFETY: the page was just mapped, and is given back never.
    unsafe { &*word }.store(1, Ordering::Relaxed);
    let page = page.start() as *mut libc::c_void;
    // SAFETY: changes what a fork does to a page that nobody else knows.
    if errno::kept(|| unsafe { libc::madvise(page, PAGE, libc::MADV_WIPEONFORK) }) == 0 {
        SENTINEL.store(word, Ordering::Release);
    }
    Ok(())
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
        SENTINEL.store(std::ptr::null_mut(), Ordering::Relaxed);
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
