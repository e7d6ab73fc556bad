//! System calls of ordinary threads, and the one of the handler.

/// The kernel's error number, positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

/// Makes the system call `number`.
///
/// # Safety
/// The arguments must satisfy the contract of the call: every pointer must be valid for what the kernel
/// does with it.
pub unsafe fn call(number: libc::c_long, [a, b, c, d]: [usize; 4]) -> Result<usize, Errno> {
    // SAFETY: passed on to the caller.
    let result = unsafe { libc::syscall(number, a, b, c, d) };
    usize::try_from(result).map_err(|_| last())
}

/// Why the last call of the C library failed.
pub fn last() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// The number of the calling thread. For the handler, too: the call cannot fail, so it leaves `errno`
/// as it is.
pub fn thread_id() -> u32 {
    // SAFETY: takes nothing.
    let id = unsafe { libc::syscall(libc::SYS_gettid) };
    id as u32
}

/// Whether the kernel is at least of this release; `false` if that is not known.
pub fn is_linux(major: u32, minor: u32) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map(|number| number.trim().parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}
