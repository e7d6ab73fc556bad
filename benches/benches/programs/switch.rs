//! An allocator that is the system's until it is told to record.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use heapwise::Alloc;

/// Both, so that one binary runs with and without. Blocks of before are the system's, which the
/// recorder's allocator passes on to it.
#[derive(Debug)]
pub struct Switch {
    records: AtomicBool,
    recorded: Alloc,
}

impl Switch {
    pub const fn new() -> Self {
        Self { records: AtomicBool::new(false), recorded: Alloc::system().with_interval(1) }
    }

    /// From now on every allocation is recorded.
    pub fn record_everything(&self) {
        heapwise::heap::set_interval(1);
        self.records.store(true, Relaxed);
    }

    #[inline(always)]
    fn records(&self) -> bool {
        self.records.load(Relaxed)
    }
}

// SAFETY: forwards every call unchanged to one of two allocators, of which the second accepts blocks
// of the first; it is not switched back.
unsafe impl GlobalAlloc for Switch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.records() {
            // SAFETY: the caller's promise.
            return unsafe { self.recorded.alloc(layout) };
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.records() {
            // SAFETY: the caller's promise.
            return unsafe { self.recorded.dealloc(block, layout) };
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if self.records() {
            // SAFETY: the caller's promise.
            return unsafe { self.recorded.alloc_zeroed(layout) };
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.records() {
            // SAFETY: the caller's promise.
            return unsafe { self.recorded.realloc(block, layout, size) };
        }
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
}
