//! Memory for what the loader allocates while it is asked where the next allocator is.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The C library asks for a few hundred bytes there.
const BYTES: usize = 16 << 10;
/// As C promises.
const ALIGN: usize = 16;

#[repr(align(16))]
struct Room(std::cell::UnsafeCell<[u8; BYTES]>);

// SAFETY: each part of it is handed out once.
unsafe impl Sync for Room {}

static ROOM: Room = Room(std::cell::UnsafeCell::new([0; BYTES]));
static USED: AtomicUsize = AtomicUsize::new(0);

/// Zeroes for `size` bytes, which stay in use for good; `None` if there is no more.
pub fn allocate(size: usize) -> Option<NonNull<u8>> {
    let wanted = size.max(1).checked_next_multiple_of(ALIGN)?;
    let fits = |used: usize| used.checked_add(wanted).filter(|&end| end <= BYTES);
    let start = USED.fetch_update(Relaxed, Relaxed, fits).ok()?;
    NonNull::new(ROOM.0.get().cast::<u8>().wrapping_add(start))
}

/// How many bytes there are from a block's start to the end of all, if it is one of these.
pub fn bytes_from(block: *const u8) -> Option<usize> {
    let offset = block.addr().wrapping_sub(ptr::from_ref(&ROOM).addr());
    BYTES.checked_sub(offset)
}
