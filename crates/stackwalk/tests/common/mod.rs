//! Stacks to walk, and the unwinder of the platform, which `std::backtrace` uses too.

use std::ffi::{c_int, c_void};
use std::hint::black_box;

unsafe extern "C" {
    fn _Unwind_Backtrace(
        each: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIPInfo(context: *mut c_void, is_exact: *mut c_int) -> usize;
}

/// Does `inside` below so many calls.
#[allow(dead_code, reason = "not every program needs it")]
#[inline(never)]
pub fn nested(depth: usize, inside: &mut dyn FnMut()) {
    if depth == 0 {
        inside();
    } else {
        nested(depth - 1, inside);
    }
    black_box(depth);
}

/// Return addresses of the calling thread, leaf first, from that of this function on. For a frame
/// that a signal interrupted, its address plus 1.
#[inline(never)]
pub fn reference_walk() -> Vec<usize> {
    let mut frames: Vec<usize> = Vec::with_capacity(4096);
    // SAFETY: `push` gets the vector, which outlives the call, and a live context.
    unsafe { _Unwind_Backtrace(push, (&raw mut frames).cast()) };
    frames.remove(0); // in this function itself
    frames
}

extern "C" fn push(context: *mut c_void, frames: *mut c_void) -> c_int {
    let mut is_exact = 0;
    // SAFETY: `_Unwind_Backtrace` passes the context of a frame.
    let address = unsafe { _Unwind_GetIPInfo(context, &raw mut is_exact) };
    // SAFETY: `reference_walk` passes its vector.
    let frames = unsafe { &mut *frames.cast::<Vec<usize>>() };
    // Below a thread's first function it reports a frame at address 0.
    if address != 0 {
        frames.push(address + usize::from(is_exact != 0));
    }
    0
}
