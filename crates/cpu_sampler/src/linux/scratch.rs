//! Stacks of our own for handlers.
//!
//! A signal interrupts a thread on any stack: one of a coroutine with a few KiB, one that is nearly used up, the 8 KiB
//! that Rust's standard library sets aside for signals. A walk needs more than is left there (10 KiB and a buffer, when
//! compiled without optimisation). So it runs on a stack from here.

use core::arch::asm;
use core::ffi::c_void;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};

use super::system::{self, Errno};

/// How many handlers walk at a time. Only threads that run are interrupted, and most of a handler's time
/// they go on running: more processors than this may lose samples, which are counted.
const STACKS: usize = 64;
/// Bytes of each, its guard page included. Pages that are never used never become memory.
const BYTES: usize = 64 << 10;
const PAGE: usize = 4096;

/// How often to try for a stack, when others get theirs at the same moment.
const ATTEMPTS: usize = 64;

/// The first address of the stacks, which are never given back; 0 before they are made.
static START: AtomicUsize = AtomicUsize::new(0);
/// A bit for each that nobody is on.
static FREE: AtomicU64 = AtomicU64::new(u64::MAX);

/// Makes the stacks, if they are not there yet.
pub fn prepare() -> Result<(), Errno> {
    if START.load(Acquire) != 0 {
        return Ok(());
    }
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping where the kernel likes it touches nothing that exists.
    let start =
        unsafe { libc::mmap(std::ptr::null_mut(), STACKS * BYTES, protection, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return Err(system::last());
    }
    for stack in 0..STACKS {
        // A stack that is too small ends the program instead of using another one's memory.
        // SAFETY: the lowest page of one of the stacks, on which nobody is yet.
        unsafe { libc::mprotect(start.wrapping_byte_add(stack * BYTES), PAGE, libc::PROT_NONE) };
    }
    if START.compare_exchange(0, start.expose_provenance(), Release, Relaxed).is_err() {
        // Another thread was faster.
        // SAFETY: exactly what was mapped above, which nobody knows.
        unsafe { libc::munmap(start, STACKS * BYTES) };
    }
    Ok(())
}

/// Says that nobody is on any: in a child of a fork, whose only thread this is.
pub fn reset() {
    FREE.store(u64::MAX, Relaxed);
}

/// Calls `work` with `argument` on a stack from here; `false`, and it is not called, if there is none.
pub fn run<T>(work: extern "C" fn(&mut T), argument: &mut T) -> bool {
    let Some(number) = take() else { return false };
    let start = START.load(Acquire);
    if start != 0 {
        let top = start + (number + 1) * BYTES;
        // SAFETY: the stack is nobody else's until it is given back, and its end is a multiple of a
        // page; `work` takes the address of a `T`, returns, and does not unwind.
        unsafe { call_on(top, work as usize, (&raw mut *argument).cast()) };
    }
    FREE.fetch_or(1 << number, AcqRel);
    start != 0
}

/// The lowest that is free, so that as few as possible become memory.
fn take() -> Option<usize> {
    let mut free = FREE.load(Relaxed);
    for _ in 0..ATTEMPTS {
        let number = free.trailing_zeros();
        let without = free & free.wrapping_sub(1);
        if free == 0 {
            return None;
        }
        match FREE.compare_exchange(free, without, AcqRel, Relaxed) {
            Ok(_) => return Some(number as usize),
            Err(now) => free = now,
        }
    }
    None
}

/// # Safety
/// `top` must be the end of a stack that nobody is on, and a multiple of 16; `function` must take one
/// pointer, for which `argument` is good, and return.
#[cfg(target_arch = "x86_64")]
unsafe fn call_on(top: usize, function: usize, argument: *mut c_void) {
    // SAFETY: the stack pointer comes back from a register that the function preserves; everything else
    // that a call may change is declared.
    unsafe {
        asm!("mov r12, rsp", "mov rsp, {top}", "call {function}", "mov rsp, r12",
            top = in(reg) top, function = in(reg) function, in("rdi") argument,
            out("r12") _, clobber_abi("C"));
    }
}

/// # Safety
/// As for the x86_64 form.
#[cfg(target_arch = "aarch64")]
unsafe fn call_on(top: usize, function: usize, argument: *mut c_void) {
    // SAFETY: as above.
    unsafe {
        asm!("mov x20, sp", "mov sp, {top}", "blr {function}", "mov sp, x20",
            top = in(reg) top, function = in(reg) function, in("x0") argument,
            out("x20") _, clobber_abi("C"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn look(seen: &mut (usize, usize)) {
        let large = std::hint::black_box([1u8; 16 << 10]);
        *seen = (large.as_ptr().addr(), usize::from(large[100]) + seen.1);
    }

    #[test]
    fn work_is_done_on_a_stack_from_here() {
        prepare().unwrap();
        let start = START.load(Acquire);
        for number in 0..200 {
            let mut seen = (0, number);
            assert!(run(look, &mut seen));
            assert_eq!(seen.1, number + 1);
            assert!((start..start + STACKS * BYTES).contains(&seen.0));
        }
    }
}
