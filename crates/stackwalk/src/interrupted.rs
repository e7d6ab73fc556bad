//! The walk that a signal handler makes of what it interrupted, trusting nothing.

use crate::platform::{self, Interrupted};
use crate::{Captured, End, Registers};

/// Walks the stack that the registers describe, of the calling thread, and writes addresses to
/// `frames`, leaf first: `frames[0]` is `registers.pc` plus 1, and the others are return addresses.
/// So subtract 1 from each to resolve it, as with [`capture`](crate::capture).
///
/// Made for a signal handler at any instruction, of any thread on any stack, and for registers that
/// may be anything:
///
/// * The stack, and what the loader mapped, are read by copies that the kernel makes: a bad address
///   ends the walk and is no fault. The bounds of the stack need not be known, and are not looked up.
/// * Nothing is waited for, and no thread-local is touched.
/// * Code that is not known yet ends the walk, with [`End::NoUnwindInfo`]; an ordinary thread has it
///   known by [`learn_code`].
///
/// Costs a system call for each page of the stack that is read, and some twenty for an address that is
/// not in the cache of rules.
pub fn capture_interrupted(registers: &Registers, frames: &mut [usize]) -> Captured {
    let mut walk = Interrupted::new(registers);
    let mut next = Ok(registers.pc.wrapping_add(1));
    let mut len = 0;
    loop {
        let address = match next {
            Ok(address) => address,
            Err(end) => return Captured { len, end },
        };
        let Some(place) = frames.get_mut(len) else {
            return Captured { len, end: End::BufferFull };
        };
        *place = address;
        len += 1;
        next = walk.step();
    }
}

/// Reads which code the process has, if [`capture_interrupted`] has met an address that is in none
/// since the last call. Not for signal handlers: it may wait, for another thread that is at the same.
pub fn learn_code() {
    platform::learn_code();
}
