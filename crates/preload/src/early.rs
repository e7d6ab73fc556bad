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

/// Zeroes for `size` bytes, which stay in use for good; `None` if there is no more. The word before says
/// that there are very many: who asks for nothing else takes it for a block that needs a closer look.
pub fn allocate(size: usize) -> Option<NonNull<u8>> {
    let wanted = size.checked_add(ALIGN)?.checked_next_multiple_of(ALIGN)?;
    let fits = |used: usize| used.checked_add(wanted).filter(|&end| end <= BYTES);
    let start = USED.fetch_update(Relaxed, Relaxed, fits).ok()?;
    let block = ROOM.0.get().cast::<u8>().wrapping_add(start + ALIGN);
    let header = block.cast::<usize>().wrapping_sub(1);
    // SAFETY: what comes before the block is part of what was taken for it, nobody else's, and aligned.
    unsafe { *header = usize::MAX };
    NonNull::new(block)
}

/// How many bytes there are from a block's start to the end of all, if it is one of these.
pub fn bytes_from(block: *const u8) -> Option<usize> {
    let offset = block.addr().wrapping_sub(ptr::from_ref(&ROOM).addr());
    BYTES.checked_sub(offset)
}
