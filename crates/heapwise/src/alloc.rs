//! The allocator that a program declares as its global one.

use std::alloc::{GlobalAlloc, Layout, System};

use heapwise_recorder as recorder;

/// Passes every request on to the allocator `A`, and records a sample of them.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
/// # fn main() {}
/// ```
///
/// All `Alloc` of a process record into the same tables: what a program has allocated does not
/// depend on by which of them.
#[derive(Clone, Copy, Debug)]
pub struct Alloc<A = System> {
    inner: A,
    initial_interval: u64,
}

impl Alloc<System> {
    /// On top of the system's allocator.
    #[must_use]
    pub const fn system() -> Self {
        Self::new(System)
    }
}

impl<A> Alloc<A> {
    /// On top of `inner`, which may be any allocator.
    #[must_use]
    pub const fn new(inner: A) -> Self {
        Self { inner, initial_interval: recorder::DEFAULT_INTERVAL }
    }

    /// Starts the process with a sampling interval of `bytes` instead of 512 KiB, from its first
    /// allocation on, before `main`. [`heap::set_interval`](crate::heap::set_interval) changes it
    /// later.
    ///
    /// With 1, profiles and totals are exact: nothing went by before the program could say so.
    #[must_use]
    pub const fn with_interval(mut self, bytes: u64) -> Self {
        self.initial_interval = bytes;
        self
    }
}

// SAFETY: every request goes to `inner` with the caller's own arguments and its answer goes back
// unchanged, so `inner` keeps the contract. Recording neither reads nor writes a block, does not
// unwind, and allocates nothing through a global allocator.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Alloc<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout`.
        let allocate = |inner: &A| unsafe { inner.alloc(layout) };
        if recorder::passes(layout.size()) {
            return allocate(&self.inner);
        }
        self.alloc_slowly(layout.size(), allocate)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout`.
        let allocate = |inner: &A| unsafe { inner.alloc_zeroed(layout) };
        if recorder::passes(layout.size()) {
            return allocate(&self.inner);
        }
        self.alloc_slowly(layout.size(), allocate)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // First: once `inner` has the block back, another thread may be given its address.
        if recorder::may_hold(block.addr()) {
            recorder::release(block.addr());
        }
        // SAFETY: the caller's promise about `block` and `layout`.
        unsafe { self.inner.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's promise about `block`, `layout` and `new_size`.
        let reallocate = |inner: &A| unsafe { inner.realloc(block, layout, new_size) };
        let passes = recorder::passes(new_size);
        if passes && !recorder::may_hold(block.addr()) {
            return reallocate(&self.inner);
        }
        self.realloc_slowly(block.addr(), new_size, passes, reallocate)
    }
}

impl<A> Alloc<A> {
    /// An allocation that may be recorded. Not inlined: recorded stacks begin with its caller.
    #[cold]
    #[inline(never)]
    fn alloc_slowly(&self, size: usize, allocate: impl FnOnce(&A) -> *mut u8) -> *mut u8 {
        let weight = recorder::mark(size, self.initial_interval);
        let block = allocate(&self.inner);
        let caller = recorder::Caller::of(&weight);
        if let (Some(weight), false) = (weight, block.is_null()) {
            recorder::record(block.addr(), size, weight, caller);
        }
        block
    }

    /// A reallocation of a block that may be recorded, or to one that may be. Not inlined, as
    /// above.
    #[cold]
    #[inline(never)]
    fn realloc_slowly(
        &self,
        address: usize,
        new_size: usize,
        passes: bool,
        reallocate: impl FnOnce(&A) -> *mut u8,
    ) -> *mut u8 {
        let weight = if passes { None } else { recorder::mark(new_size, self.initial_interval) };
        // Out of the tables while `inner` may give the old address to another thread.
        let old = recorder::take(address);
        let block = reallocate(&self.inner);
        if block.is_null() {
            old.into_iter().for_each(recorder::put_back);
            return block;
        }
        old.into_iter().for_each(recorder::retire);
        let caller = recorder::Caller::of(&weight);
        if let Some(weight) = weight {
            recorder::record(block.addr(), new_size, weight, caller);
        }
        block
    }
}
