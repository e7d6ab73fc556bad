//! Recording allocates nothing: an allocator that counts is this program's global one, and the
//! recorder, called directly, never reaches it.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use heapwise::{Alloc, heap};

static RECORDED: Alloc = Alloc::system();

#[global_allocator]
static GLOBAL: Counting = Counting;

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    CALLS.with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: forwards every call unchanged to `System`; the other two methods come to these.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Calls of the global allocator that `work` makes on this thread.
fn calls_during(work: impl FnOnce()) -> u64 {
    let before = CALLS.with(Cell::get);
    work();
    CALLS.with(Cell::get) - before
}

/// Records at a stack of its own for every combination of turns.
#[inline(never)]
fn record_below(depth: u32, turns: u32, blocks: &mut [*mut u8]) {
    if depth == 0 {
        let layout = Layout::from_size_align(32, 8).unwrap();
        // SAFETY: the size is not zero.
        blocks.iter_mut().for_each(|block| *block = unsafe { RECORDED.alloc(layout) });
    } else if turns.is_multiple_of(2) {
        record_below(depth - 1, turns / 2, blocks);
        black_box(depth);
    } else {
        record_below(depth - 1, turns / 2, blocks);
        black_box(turns);
    }
}

#[test]
fn recording_and_counting_make_no_allocation() {
    // The table of blocks is made first; it is the only thing that this test allocates.
    let mut blocks = vec![std::ptr::null_mut(); 100_000];
    let layout = Layout::from_size_align(32, 8).unwrap();
    assert_eq!(calls_during(|| drop(black_box(Box::new(1)))), 2, "the counter works");

    let calls = calls_during(|| {
        heap::set_interval(1);
        for (turns, some) in blocks.chunks_mut(50).enumerate() {
            record_below(11, turns as u32, some);
        }
        for block in blocks.iter_mut().step_by(2) {
            // SAFETY: allocated above with this layout, and freed with the new size below.
            *block = unsafe { RECORDED.realloc(*block, layout, 64) };
        }
        assert_eq!(heap::totals().unwrap().inuse.objects, 100_000);
        for (i, block) in blocks.iter().enumerate() {
            let size = if i.is_multiple_of(2) { 64 } else { 32 };
            // SAFETY: allocated above with this size, and used no more.
            unsafe { RECORDED.dealloc(*block, Layout::from_size_align(size, 8).unwrap()) };
        }
        assert_eq!(heap::totals().unwrap().inuse.objects, 0);
    });
    assert_eq!(calls, 0);
    assert!(heap::totals().unwrap().dropped.is_nothing());
}
