//! The C library's `errno`, which the recorder leaves as it is: programs read it after a call to the
//! allocator.

use libc::__errno_location as location;

/// The kernel's number of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

/// Makes a system call through the C library, and puts `errno` back. Everything in this crate that
/// asks the kernel for something goes through here.
pub fn kept<T>(call: impl FnOnce() -> T) -> T {
    // SAFETY: asks nothing of its caller.
    let errno = unsafe { location() };
    // SAFETY: the C library promises a valid pointer to this thread's own `errno`.
    let before = unsafe { *errno };
    let result = call();
    // SAFETY: as above; no other thread reads or writes it.
    unsafe { *errno = before };
    result
}

/// The number that the last call left. Within [`kept`].
pub fn last() -> i32 {
    // SAFETY: asks nothing of its caller.
    let errno = unsafe { location() };
    // SAFETY: the C library promises a valid pointer to this thread's own `errno`.
    unsafe { *errno }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_survives() {
        let set = |value| {
            // SAFETY: asks nothing of its caller.
            let errno = unsafe { location() };
            // SAFETY: this thread's own.
            unsafe { std::mem::replace(&mut *errno, value) }
        };
        set(7);
        kept(|| set(11));
        assert_eq!(set(0), 7);
    }
}
