//! The allocator of this library itself: that of the C library, and not what the program may have put in front
//! of it, which would be ours for some functions and another for the rest.

use std::alloc::{GlobalAlloc, Layout};

use crate::next;

#[global_allocator]
static OWN: Own = Own;

struct Own;

// SAFETY: blocks come from the next allocator, as large and aligned as was asked for, and go back there.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        next::aligned(layout.align(), layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller's promise about the block.
        unsafe { next::free_any(block) }
    }
}
