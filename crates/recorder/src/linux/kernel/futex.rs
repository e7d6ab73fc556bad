//! Waiting for a word to change, in the kernel.
//!
//! `tests/lock_model.rs` puts another file in place of this one, which tries every order of events.

pub use std::sync::atomic::AtomicU32;

use crate::platform::kernel::errno;

/// Rounds of looking before sleeping: what is done under these locks takes about as long as 100
/// looks.
pub const LOOKS: u32 = 100;

pub fn sleep_while(state: &AtomicU32, seen: u32) {
    let no_timeout = std::ptr::null::<libc::timespec>();
    // SAFETY: the kernel only reads the word, which is borrowed and so alive. It may return early
    // for any reason; the caller looks again.
    errno::kept(|| unsafe {
        libc::syscall(libc::SYS_futex, state.as_ptr(), FUTEX_WAIT, seen, no_timeout)
    });
}

pub fn wake_one(state: &AtomicU32) {
    // SAFETY: the kernel uses the address as a name and does not touch the word.
    errno::kept(|| unsafe { libc::syscall(libc::SYS_futex, state.as_ptr(), FUTEX_WAKE, 1) });
}

const FUTEX_WAIT: i32 = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
const FUTEX_WAKE: i32 = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
