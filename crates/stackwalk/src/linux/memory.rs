//! Reading memory of this process that may vanish at any moment: other threads unload libraries.

use super::syscalls::{self, Errno, File};

/// Fills `to` with the bytes at runtime address `from`; `false` if any of them cannot be read.
pub(crate) fn copy(from: usize, to: &mut [u8]) -> bool {
    match syscalls::read_own_memory(from, to) {
        Ok(count) => count == to.len(),
        Err(Errno(libc::EFAULT)) => false,
        // A sandbox may forbid the call itself (EPERM, ENOSYS).
        Err(_) => copy_through_file(from, to),
    }
}

fn copy_through_file(from: usize, to: &mut [u8]) -> bool {
    File::open(c"/proc/self/mem").and_then(|memory| memory.read_at(from, to)) == Ok(to.len())
}

/// `N` bytes at runtime address `from`.
pub(crate) fn bytes<const N: usize>(from: usize) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    copy(from, &mut bytes).then_some(bytes)
}
