//! The walk: frames of the calling thread, leaf first, into the caller's buffer.

use crate::Registers;
use crate::platform::Cursor;

/// What a walk wrote, and why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured {
    /// How many return addresses were written.
    pub len: usize,
    /// Why there are not more. The stack is whole with [`End::Root`] only.
    pub end: End,
}

/// Why a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At the first function of the thread: the stack is whole.
    Root,
    /// There are more frames than the buffer holds.
    BufferFull,
    /// In a function without usable call frame information, and its frame pointer does not lead on.
    NoUnwindInfo,
    /// At a frame that would not lie above the one before it, or not on the stack.
    BadFrame,
    /// Before it began: the bounds of the stack are unknown (no `/proc`, no free descriptor, no
    /// memory).
    NoStack,
    /// Before it began: stacks are not walked on this platform.
    Unsupported,
}

/// Walks the stack of the calling thread and writes its return addresses to `frames`, leaf first.
///
/// `frames[0]` is the return address of `capture` itself, hence in the function that called it
/// (or that this was inlined into); the last one, with [`End::Root`], is in the thread's first
/// function.
///
/// Each value is one past a byte of the instruction being executed in its frame: subtract 1 to
/// resolve it. That holds for the frame below a signal handler too, where the value is the
/// interrupted address plus 1 and not a return address.
#[inline(never)]
pub fn capture(frames: &mut [usize]) -> Captured {
    // SAFETY: the registers are this function's, which has not returned.
    unsafe { walk(&Registers::here(), 0, frames) }
}

/// As [`capture`], without the frames up to the one that holds `address`, itself included: the
/// first value is the return address found above `address` on the stack.
///
/// `address` is that of a local variable of a function that is now running. The first value is
/// then in the function that called it, whatever was inlined in between; so a function that takes
/// the address and is itself `#[inline(never)]` reports its caller and nothing of its own.
#[inline(never)]
pub fn capture_above(address: usize, frames: &mut [usize]) -> Captured {
    // SAFETY: the registers are this function's, which has not returned.
    unsafe { walk(&Registers::here(), address, frames) }
}

/// As [`capture`], from the frame that the registers describe: the first value is the return
/// address of that frame's function. `registers.pc` itself is not among them.
///
/// # Safety
/// The registers must be those of a frame of the calling thread that is still there: taken by
/// [`Registers::here`] in a function that has not returned, or out of the `ucontext` that a running
/// signal handler was given.
pub unsafe fn capture_from(registers: &Registers, frames: &mut [usize]) -> Captured {
    // SAFETY: passed on to the caller.
    unsafe { walk(registers, 0, frames) }
}

/// # Safety
/// As for [`capture_from`].
#[inline]
unsafe fn walk(registers: &Registers, above: usize, frames: &mut [usize]) -> Captured {
    // SAFETY: passed on to the caller.
    let mut cursor = match unsafe { Cursor::new(registers) } {
        Ok(cursor) => cursor,
        Err(end) => return Captured { len: 0, end },
    };
    // The frames to leave out are innermost. Once past them, what a signal interrupted may be on a
    // stack with lower addresses, and counts.
    let mut past = false;
    let mut len = 0;
    loop {
        let frame = match cursor.step() {
            Ok(frame) => frame,
            Err(end) => return Captured { len, end },
        };
        past |= frame.slot > above;
        if past {
            let Some(place) = frames.get_mut(len) else {
                return Captured { len, end: End::BufferFull };
            };
            *place = frame.return_address;
            len += 1;
        }
    }
}
