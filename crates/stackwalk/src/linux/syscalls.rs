//! System calls by instruction, not through libc's functions.
//!
//! The walk runs inside an allocator. libc's wrappers would overwrite `errno` under the caller's
//! feet, and several of them (`open`, `read`) are points where a thread may be cancelled.

use core::arch::asm;

/// The kernel's error number, positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

/// Errors are the last page of the return value's range, as the kernel's ABI promises.
const LARGEST_ERRNO: isize = 4095;

/// Makes one system call; unused arguments are 0.
///
/// # Safety
/// The arguments must satisfy the contract of call `number`: every pointer that the kernel writes
/// through must be valid for that write, and no mapping in use may be removed or replaced.
#[cfg(target_arch = "x86_64")]
unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> Result<usize, Errno> {
    let [a, b, c, d, e, f] = arguments;
    let result: isize;
    // SAFETY: the x86_64 Linux ABI clobbers rcx and r11 only; what happens to memory is the
    // caller's promise.
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    decode(result)
}

/// Makes one system call; unused arguments are 0.
///
/// # Safety
/// As for the x86_64 form.
#[cfg(target_arch = "aarch64")]
unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> Result<usize, Errno> {
    let [a, b, c, d, e, f] = arguments;
    let result: isize;
    // SAFETY: the aarch64 Linux ABI preserves all registers but x0; what happens to memory is the
    // caller's promise.
    unsafe {
        asm!("svc 0", in("x8") number, inlateout("x0") a => result,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f, options(nostack));
    }
    decode(result)
}

fn decode(result: isize) -> Result<usize, Errno> {
    match usize::try_from(result) {
        Ok(value) => Ok(value),
        Err(_) if result >= -LARGEST_ERRNO => Err(Errno(-result as i32)),
        Err(_) => Ok(result as usize),
    }
}

/// An open file, closed when dropped.
pub(crate) struct File(usize);

impl File {
    /// Opens `path` for reading, closed on exec.
    pub(crate) fn open(path: &core::ffi::CStr) -> Result<Self, Errno> {
        let flags = (libc::O_RDONLY | libc::O_CLOEXEC) as usize;
        let arguments = [libc::AT_FDCWD as usize, path.as_ptr() as usize, flags, 0, 0, 0];
        // SAFETY: the kernel only reads the path, which is terminated.
        unsafe { syscall(libc::SYS_openat, arguments) }.map(Self)
    }

    /// Reads the next bytes; 0 at the end of the file.
    pub(crate) fn read(&self, to: &mut [u8]) -> Result<usize, Errno> {
        let arguments = [self.0, to.as_mut_ptr() as usize, to.len(), 0, 0, 0];
        // SAFETY: the kernel writes at most `to.len()` bytes to `to`.
        unsafe { syscall(libc::SYS_read, arguments) }
    }

    /// Reads the bytes at `offset`.
    pub(crate) fn read_at(&self, offset: usize, to: &mut [u8]) -> Result<usize, Errno> {
        let arguments = [self.0, to.as_mut_ptr() as usize, to.len(), offset, 0, 0];
        // SAFETY: the kernel writes at most `to.len()` bytes to `to`.
        unsafe { syscall(libc::SYS_pread64, arguments) }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the descriptor is ours and used no more. A failed close leaves nothing to undo.
        let _ = unsafe { syscall(libc::SYS_close, [self.0, 0, 0, 0, 0, 0]) };
    }
}

/// Memory straight from the kernel, zeroed, given back when dropped.
pub(crate) struct Pages {
    address: usize,
    len: usize,
}

impl Pages {
    /// Maps at least `len` bytes.
    pub(crate) fn map(len: usize) -> Result<Self, Errno> {
        let protection = (libc::PROT_READ | libc::PROT_WRITE) as usize;
        let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
        let arguments = [0, len, protection, flags, usize::MAX, 0];
        // SAFETY: without MAP_FIXED the kernel chooses unused addresses.
        let address = unsafe { syscall(libc::SYS_mmap, arguments) }?;
        Ok(Self { address, len })
    }

    /// Where they are.
    pub(crate) fn start(&self) -> *mut u8 {
        core::ptr::with_exposed_provenance_mut(self.address)
    }

    /// Has the kernel fill them with zeroes in every child of a fork. Linux can since 4.14.
    pub(crate) fn wipe_in_children(&self) -> Result<(), Errno> {
        let arguments = [self.address, self.len, libc::MADV_WIPEONFORK as usize, 0, 0, 0];
        // SAFETY: the pages are ours; what they hold in this process stays.
        unsafe { syscall(libc::SYS_madvise, arguments) }.map(drop)
    }

    /// The mapped bytes.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: the pages are ours, initialised (zeroed by the kernel) and borrowed with `self`.
        unsafe { core::slice::from_raw_parts_mut(self.start(), self.len) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the pages are ours, and nothing borrows them any more.
        let _ = unsafe { syscall(libc::SYS_munmap, [self.address, self.len, 0, 0, 0, 0]) };
    }
}

/// The id of this process, from the kernel: right in a forked child, where a remembered one is not.
pub(crate) fn process_id() -> usize {
    // SAFETY: getpid takes nothing and cannot fail.
    unsafe { syscall(libc::SYS_getpid, [0; 6]) }.unwrap_or(0)
}

/// The id of this thread; the first thread's is the process's.
pub(crate) fn thread_id() -> usize {
    // SAFETY: gettid takes nothing and cannot fail.
    unsafe { syscall(libc::SYS_gettid, [0; 6]) }.unwrap_or(0)
}

/// Copies `to.len()` bytes at `from`, in this process, as another process would: a bad address is
/// an error and not a fault. Returns how many bytes were copied.
pub(crate) fn read_own_memory(from: usize, to: &mut [u8]) -> Result<usize, Errno> {
    let local = libc::iovec { iov_base: to.as_mut_ptr().cast(), iov_len: to.len() };
    let remote =
        libc::iovec { iov_base: core::ptr::without_provenance_mut(from), iov_len: to.len() };
    let (local, remote) = (&raw const local as usize, &raw const remote as usize);
    let arguments = [process_id(), local, 1, remote, 1, 0];
    // SAFETY: the kernel writes at most `to.len()` bytes to `to`; it checks `from` itself.
    unsafe { syscall(libc::SYS_process_vm_readv, arguments) }
}

/// Nanoseconds of the monotonic clock.
#[cfg(target_arch = "x86_64")]
pub(crate) fn nanoseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let arguments = [libc::CLOCK_MONOTONIC as usize, &raw mut time as usize, 0, 0, 0, 0];
    // SAFETY: the kernel writes one timespec. If it fails, the time stays 0.
    let _ = unsafe { syscall(libc::SYS_clock_gettime, arguments) };
    (time.tv_sec as u64).saturating_mul(1_000_000_000).saturating_add(time.tv_nsec as u64)
}

/// Gives the processor to another thread that is ready to run, if there is one.
#[cfg(target_arch = "x86_64")]
pub(crate) fn let_others_run() {
    // SAFETY: sched_yield takes nothing and cannot fail.
    let _ = unsafe { syscall(libc::SYS_sched_yield, [0; 6]) };
}
