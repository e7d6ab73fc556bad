//! Address space that is reserved at once and backed with memory bit by bit.

use crate::platform::kernel::arena::NoMemory;
use crate::platform::kernel::errno::{self, Errno};

/// Addresses that belong to this process and hold nothing until they are committed.
///
/// Never given back: whoever holds an address in it may keep it.
#[derive(Debug)]
pub struct Reserve {
    start: usize,
    bytes: usize,
}

impl Reserve {
    /// `bytes` of address space at a multiple of `align`, both powers of two and `align` a page or
    /// more.
    pub fn new(bytes: usize, align: usize) -> Result<Self, NoMemory> {
        let start = Self::map_nothing(0, bytes + align)?;
        Ok(Self { start: start.next_multiple_of(align), bytes })
    }

    /// `bytes` of address space from `start` on, both multiples of a page. Fails if anything is
    /// there.
    pub fn at(start: usize, bytes: usize) -> Result<Self, NoMemory> {
        let mapped = Self::map_nothing(start, bytes)?;
        if mapped == start {
            return Ok(Self { start, bytes });
        }
        // SAFETY: exactly what was just mapped, which nobody else knows.
        errno::kept(|| unsafe { libc::munmap(mapped as *mut libc::c_void, bytes) });
        Err(NoMemory)
    }

    /// Maps `bytes` without access, near `hint` or elsewhere.
    fn map_nothing(hint: usize, bytes: usize) -> Result<usize, NoMemory> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let hint = hint as *mut libc::c_void;
        // SAFETY: a new mapping where nothing is, as the hint is but a hint.
        let map = || unsafe { libc::mmap(hint, bytes, libc::PROT_NONE, flags, -1, 0) };
        let start = errno::kept(map);
        if start == libc::MAP_FAILED { Err(NoMemory) } else { Ok(start as usize) }
    }

    /// The first address.
    pub fn start(&self) -> usize {
        self.start
    }

    /// How many bytes there are.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes `bytes` from `offset` on readable and writable; zeroes, if they were not committed
    /// before. Both are multiples of a page.
    pub fn commit(&self, offset: usize, bytes: usize) -> Result<(), NoMemory> {
        if offset.checked_add(bytes).is_none_or(|end| end > self.bytes) {
            return Err(NoMemory);
        }
        let start = (self.start + offset) as *mut libc::c_void;
        // SAFETY: the pages are part of this reserve, which nothing else maps or unmaps; making
        // them accessible takes nothing from anyone.
        let open = || unsafe { libc::mprotect(start, bytes, libc::PROT_READ | libc::PROT_WRITE) };
        if errno::kept(open) == 0 { Ok(()) } else { Err(NoMemory) }
    }

    /// Puts the bytes of a file from `at` on, shared with whoever has it, at `offset`. All are
    /// multiples of a page.
    pub fn map_file(&self, offset: usize, bytes: usize, fd: i32, at: usize) -> Result<(), Errno> {
        self.map(offset, bytes, libc::MAP_SHARED, fd, at)
    }

    /// Puts a copy of `bytes`, as many as are in some pages, in memory of the process's own at
    /// `offset`.
    pub fn replace(&self, offset: usize, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.map(offset, bytes.len(), libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)?;
        let place = (self.start + offset) as *mut u8;
        // SAFETY: as many bytes were just mapped there, and `bytes` are elsewhere.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }

    fn map(
        &self,
        offset: usize,
        bytes: usize,
        flags: i32,
        fd: i32,
        at: usize,
    ) -> Result<(), Errno> {
        if offset.checked_add(bytes).is_none_or(|end| end > self.bytes) {
            return Err(Errno(libc::ENOMEM));
        }
        let start = (self.start + offset) as *mut libc::c_void;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = flags | libc::MAP_FIXED;
        errno::kept(|| {
            // SAFETY: the pages are part of this reserve, which nothing else maps or unmaps. Who
            // holds an address in it finds the same content there, as the caller sees to.
            let mapped =
                unsafe { libc::mmap(start, bytes, protection, flags, fd, at as libc::off_t) };
            if mapped == libc::MAP_FAILED { Err(Errno(errno::last())) } else { Ok(()) }
        })
    }
}
