//! The walk where it is meant to run: inside the global allocator, at every allocation and free.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use heapwise_stackwalk::{End, capture, capture_above, mappings};

struct Walking;

static WALKS: AtomicUsize = AtomicUsize::new(0);
static UNFINISHED: AtomicUsize = AtomicUsize::new(0);
/// Allocations and frees made below a walk: must stay 0.
static WITHIN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `inside`; counts what it allocates.
fn guarded(inside: impl FnOnce()) {
    if INSIDE.replace(true) {
        WITHIN.fetch_add(1, Relaxed);
        return;
    }
    inside();
    INSIDE.set(false);
}

#[inline(never)]
fn walk() {
    guarded(|| {
        let marker = 0u8;
        let captured = capture_above(&raw const marker as usize, &mut [0; 512]);
        WALKS.fetch_add(1, Relaxed);
        UNFINISHED.fetch_add(usize::from(captured.end != End::Root), Relaxed);
    });
}

// SAFETY: every call forwards the caller's pointer and layout unchanged to `System`.
unsafe impl GlobalAlloc for Walking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        walk();
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        walk();
        // SAFETY: passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Walking = Walking;

fn work(seed: usize) -> usize {
    let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for index in 0..2000 {
        words.entry(format!("{}", (index * seed) % 97)).or_default().push(index);
    }
    words.values().map(Vec::len).sum()
}

/// One test: others in the same process would allocate meanwhile.
#[test]
fn no_walk_allocates_and_all_are_whole() {
    std::thread::scope(|scope| {
        for seed in 1..=4 {
            scope.spawn(move || assert_eq!(work(seed), 2000));
        }
    });
    guarded(|| {
        let mut frames = [0; 64];
        let captured = capture(&mut frames);
        assert_eq!(captured.end, End::Root);
        let mut count = 0;
        mappings(&mut |_| count += 1).unwrap();
        assert!(count > 2);
    });
    assert_eq!(WITHIN.load(Relaxed), 0);
    assert_eq!(UNFINISHED.load(Relaxed), 0);
    assert!(WALKS.load(Relaxed) > 10_000);
}
