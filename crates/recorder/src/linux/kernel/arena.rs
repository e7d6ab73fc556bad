//! Memory of the recorder: straight from the kernel, never from the program's allocator.

use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::platform::kernel::errno;

/// The kernel gave no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMemory;

/// Bytes now mapped by every array of the process, and by tables in reserved space.
static MAPPED: AtomicUsize = AtomicUsize::new(0);

/// Bytes of address space that the recorder has mapped for what it knows, without the recorded
/// blocks themselves. The kernel backs a page when it is first
/// written, so this bounds the recorder's memory from above.
pub fn mapped_bytes() -> usize {
    MAPPED.load(Ordering::Relaxed)
}

/// Counts memory that was mapped elsewhere, and stays.
pub fn count_mapped(bytes: usize) {
    MAPPED.fetch_add(bytes, Ordering::Relaxed);
}

/// A private mapping of zeroes, given back when dropped.
#[derive(Debug)]
struct Pages {
    start: NonNull<u8>,
    bytes: usize,
}

impl Pages {
    fn map(bytes: usize) -> Result<Self, NoMemory> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // Miri knows no other flags; they change nothing that it could see.
        let unreserved = if cfg!(miri) { 0 } else { libc::MAP_NORESERVE };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | unreserved;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing that
        // exists.
        let start = errno::kept(|| unsafe {
            libc::mmap(std::ptr::null_mut(), bytes, protection, flags, -1, 0)
        });
        if start == libc::MAP_FAILED {
            return Err(NoMemory);
        }
        MAPPED.fetch_add(bytes, Ordering::Relaxed);
        NonNull::new(start.cast()).map(|start| Self { start, bytes }).ok_or(NoMemory)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        MAPPED.fetch_sub(self.bytes, Ordering::Relaxed);
        // SAFETY: exactly the mapping that `map` made; whoever owned these pages borrows from them
        // no more.
        errno::kept(|| unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) });
    }
}

/// Types for which memory full of zeroes is a value.
///
/// # Safety
/// All bytes zero must be a valid value of the type.
pub unsafe trait Zeroed: Copy {}

// SAFETY: zero is a number.
unsafe impl Zeroed for u32 {}

/// A growing array of plain values.
#[derive(Debug)]
pub struct Array<T: Copy> {
    pages: Option<Pages>,
    start: NonNull<T>,
    len: usize,
}

// SAFETY: an array owns its pages alone, as `Vec` does; what it holds may be sent when `T` may.
unsafe impl<T: Copy + Send> Send for Array<T> {}

impl<T: Copy> Array<T> {
    /// No values, no memory.
    pub const fn new() -> Self {
        Self { pages: None, start: NonNull::dangling(), len: 0 }
    }

    /// No values, and room for `capacity` of them.
    pub fn with_capacity(capacity: usize) -> Result<Self, NoMemory> {
        let bytes = capacity.checked_mul(size_of::<T>()).ok_or(NoMemory)?;
        if bytes == 0 {
            return Ok(Self::new());
        }
        // Pages are aligned to 4096 bytes at least, more than any plain value asks for.
        let pages = Pages::map(bytes)?;
        Ok(Self { start: pages.start.cast(), pages: Some(pages), len: 0 })
    }

    /// As [`with_capacity`](Self::with_capacity), with the memory already there: filling it asks
    /// nothing more of the kernel, so it can be done under locks.
    pub fn with_backed_capacity(capacity: usize) -> Result<Self, NoMemory> {
        let array = Self::with_capacity(capacity)?;
        // SAFETY: there is room for `capacity` values, none of which is in use yet.
        unsafe { array.start.write_bytes(0, capacity) };
        Ok(array)
    }

    /// How many values fit before the next growth.
    pub fn capacity(&self) -> usize {
        self.pages.as_ref().map_or(0, |pages| pages.bytes / size_of::<T>())
    }

    /// Appends, growing to twice the size when full. Nothing has changed when there is no memory.
    pub fn push(&mut self, value: T) -> Result<(), NoMemory> {
        if self.len == self.capacity() {
            self.grow()?;
        }
        // SAFETY: `len < capacity`, so the place is inside the pages.
        let place = unsafe { self.start.add(self.len) };
        // SAFETY: this array owns the pages, is borrowed exclusively, and asked for `T`'s
        // alignment.
        unsafe { place.write(value) };
        self.len += 1;
        Ok(())
    }

    /// Appends all of `values`, for which there is room; else nothing.
    pub fn extend(&mut self, values: &[T]) -> Result<(), NoMemory> {
        if values.len() > self.capacity() - self.len {
            return Err(NoMemory);
        }
        // SAFETY: `len <= capacity`, so the place is inside the pages or at their end.
        let place = unsafe { self.start.add(self.len) };
        // SAFETY: there is room for as many values there, which this array owns alone.
        unsafe { place.as_ptr().copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.len += values.len();
        Ok(())
    }

    fn grow(&mut self) -> Result<(), NoMemory> {
        let first = (4096 / size_of::<T>()).max(1);
        let mut larger = Self::with_capacity((self.capacity() * 2).max(first))?;
        // SAFETY: both ranges hold at least `len` values, and the new pages overlap nothing.
        unsafe { larger.start.copy_from_nonoverlapping(self.start, self.len) };
        larger.len = self.len;
        *self = larger;
        Ok(())
    }
}

impl<T: Zeroed> Array<T> {
    /// `len` zeroes.
    pub fn zeroed(len: usize) -> Result<Self, NoMemory> {
        let mut array = Self::with_capacity(len)?;
        array.len = len;
        Ok(array)
    }
}

impl<T: Copy> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` values are inside the pages and initialised: pushed, copied, or
        // zeroes of a type that has them.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> DerefMut for Array<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`, and the array is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_keeps_its_values_when_it_grows() {
        let mut array = Array::new();
        for value in 0..10_000u64 {
            array.push(value).unwrap();
        }
        assert!(array.iter().copied().eq(0..10_000));
    }

    #[test]
    fn an_array_starts_with_zeroes_and_can_be_written() {
        let mut array = Array::<u32>::zeroed(3000).unwrap();
        assert!(array.iter().all(|&value| value == 0));
        array[2999] = 5;
        assert_eq!(array.iter().sum::<u32>(), 5);
    }

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(Array::<u64>::with_capacity(usize::MAX / 8).map(|_| ()), Err(NoMemory));
        assert_eq!(Array::<u64>::with_capacity(usize::MAX).map(|_| ()), Err(NoMemory));
    }
}
