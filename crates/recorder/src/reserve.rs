//! Address space that is reserved at once and backed with memory bit by bit.

use crate::arena::NoMemory;
use crate::errno;

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
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let none = std::ptr::null_mut();
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
        let map = || unsafe { libc::mmap(none, bytes + align, libc::PROT_NONE, flags, -1, 0) };
        let start = errno::kept(map);
        if start == libc::MAP_FAILED {
            return Err(NoMemory);
        }
        Ok(Self { start: (start as usize).next_multiple_of(align), bytes })
    }

    /// The first address.
    pub fn start(&self) -> usize {
        self.start
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
}
