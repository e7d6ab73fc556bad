//! The allocator that a program declares as its global one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::NonNull;

use heapwise_recorder as recorder;

/// Passes requests on to the allocator `A`, and records a sample of them.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
/// # fn main() {}
/// ```
///
/// Recorded blocks below 8 KiB do not come from `A` but from memory of the recorder's own. So every
/// block must be given back to this allocator, and not, say, to C's `free` behind its back.
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
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let block = vec![0u8; 1000];
    ///     assert!(heapwise::heap::totals().unwrap().inuse.bytes >= 1000);
    ///     drop(block);
    /// }
    /// ```
    #[must_use]
    pub const fn system() -> Self {
        Self::new(System)
    }
}

impl<A> Alloc<A> {
    /// On top of `inner`, which may be any allocator.
    ///
    /// ```
    /// use std::alloc::System; // or, say, mimalloc::MiMalloc
    ///
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc<System> = heapwise::Alloc::new(System);
    /// #
    /// # fn main() {
    /// #     assert_ne!(heapwise::heap::totals().unwrap().recorder_bytes, 0);
    /// # }
    /// ```
    #[must_use]
    pub const fn new(inner: A) -> Self {
        Self { inner, initial_interval: recorder::GROWING_FROM_EXACT }
    }

    /// Starts the process with a sampling interval of `bytes` that does not change by itself, from
    /// its first allocation on, before `main`. [`heap::set_interval`](crate::heap::set_interval)
    /// changes it later.
    ///
    /// With 1, profiles and totals are exact however long the program runs; with 0 nothing is recorded.
    /// More than 1 TiB counts as 1 TiB.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);
    ///
    /// fn main() {
    ///     let names: Vec<String> = (0..1000).map(|i| i.to_string()).collect();
    ///     let totals = heapwise::heap::totals().unwrap();
    ///     assert!(totals.is_exact && totals.inuse.objects > 1000);
    ///     drop(names);
    /// }
    /// ```
    #[must_use]
    pub const fn with_interval(mut self, bytes: u64) -> Self {
        self.initial_interval = bytes;
        self
    }
}

// SAFETY: a block comes from `inner`, called with the caller's own arguments, or from the recorder's
// pool, which grants memory of the layout asked for that nobody else has; `may_hold` and `holds` tell
// which, so that each gets back its own. Recording does not unwind, and allocates nothing through a
// global allocator.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Alloc<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if recorder::passes(layout.size()) {
            // SAFETY: the caller's promise about `layout`.
            return unsafe { self.inner.alloc(layout) };
        }
        // SAFETY: as above.
        unsafe { self.alloc_slowly(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if recorder::passes(layout.size()) {
            // SAFETY: the caller's promise about `layout`.
            return unsafe { self.inner.alloc_zeroed(layout) };
        }
        // SAFETY: as above.
        unsafe { self.alloc_zeroed_slowly(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if recorder::may_hold(block.addr(), layout.size(), layout.align()) {
            // SAFETY: the caller's promise about `block` and `layout`.
            return unsafe { self.dealloc_slowly(block, layout) };
        }
        // SAFETY: as above; the block is not the pool's.
        unsafe { self.inner.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let passes = recorder::passes(new_size);
        if passes && !recorder::may_hold(block.addr(), layout.size(), layout.align()) {
            // SAFETY: the caller's promise about all three; the block is not the pool's.
            return unsafe { self.inner.realloc(block, layout, new_size) };
        }
        // SAFETY: as above.
        unsafe { self.realloc_slowly(block, layout, new_size, passes) }
    }
}

/// The ways of events that may be recorded. Those that allocate are not inlined: recorded stacks
/// begin with their caller.
impl<A: GlobalAlloc> Alloc<A> {
    /// # Safety
    /// As for [`GlobalAlloc::alloc`].
    #[cold]
    #[inline(never)]
    unsafe fn alloc_slowly(&self, layout: Layout) -> *mut u8 {
        let marked = recorder::mark(layout.size(), self.initial_interval);
        // SAFETY: used in this function only.
        let caller = unsafe { recorder::Caller::here() };
        if let Some(block) = served(layout, marked, caller) {
            return block.as_ptr();
        }
        // SAFETY: the caller's promise about `layout`.
        let block = unsafe { self.inner.alloc(layout) };
        record_if_large(block, layout, marked, caller)
    }

    /// # Safety
    /// As for [`GlobalAlloc::alloc_zeroed`].
    #[cold]
    #[inline(never)]
    unsafe fn alloc_zeroed_slowly(&self, layout: Layout) -> *mut u8 {
        let marked = recorder::mark(layout.size(), self.initial_interval);
        // SAFETY: used in this function only.
        let caller = unsafe { recorder::Caller::here() };
        if let Some(block) = served(layout, marked, caller) {
            // SAFETY: the pool granted that many bytes.
            unsafe { block.write_bytes(0, layout.size()) };
            return block.as_ptr();
        }
        // SAFETY: the caller's promise about `layout`.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        record_if_large(block, layout, marked, caller)
    }

    /// # Safety
    /// As for [`GlobalAlloc::dealloc`].
    #[cold]
    #[inline(never)]
    unsafe fn dealloc_slowly(&self, block: *mut u8, layout: Layout) {
        if !recorder::free(block.addr(), layout.size()) {
            // SAFETY: passed on to the caller; the block is not the pool's.
            unsafe { self.dealloc_large(block, layout) }
        }
    }

    /// # Safety
    /// As for [`GlobalAlloc::dealloc`]; the block is not the pool's.
    #[inline(never)]
    unsafe fn dealloc_large(&self, block: *mut u8, layout: Layout) {
        // First: once `inner` has the block back, another thread may be given its address.
        if let Some(old) = recorder::take(block.addr()) {
            recorder::retire(&old);
        }
        // SAFETY: passed on to the caller.
        unsafe { self.inner.dealloc(block, layout) }
    }

    /// # Safety
    /// As for [`GlobalAlloc::realloc`]; `passes` is the answer about `new_size`.
    #[cold]
    #[inline(never)]
    unsafe fn realloc_slowly(
        &self,
        block: *mut u8,
        layout: Layout,
        new_size: usize,
        passes: bool,
    ) -> *mut u8 {
        let marked = if passes {
            recorder::Marked::NOT
        } else {
            recorder::mark(new_size, self.initial_interval)
        };
        // SAFETY: used in this function only.
        let caller = unsafe { recorder::Caller::here() };
        // SAFETY: `realloc` may only be asked for sizes that make a layout.
        let new = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let is_served = marked.is_any() && !recorder::is_large(new_size, layout.align());
        // SAFETY: the caller's promise about all three; for blocks that are not the pool's.
        let resize = || unsafe { self.inner.realloc(block, layout, new_size) };
        match (recorder::holds(block.addr()), is_served) {
            (false, false) => move_large(block, resize, new, marked, caller),
            (false, true) => {
                let old = recorder::take(block.addr()).map(|old| {
                    let then = recorder::retire(&old);
                    (old, then)
                });
                let Some(moved) = recorder::allocate(new, marked, caller) else {
                    old.into_iter().for_each(|(old, then)| recorder::revive(old, then));
                    return move_large(block, resize, new, recorder::Marked::NOT, caller);
                };
                // SAFETY: the new block has `new_size` bytes and is nobody else's.
                unsafe { copy(block, layout, moved.as_ptr(), new_size) };
                // SAFETY: the caller's promise about `block`, which is given up for the new one.
                unsafe { self.inner.dealloc(block, layout) };
                moved.as_ptr()
            }
            (true, true) => {
                let moved = recorder::exchange(block.addr(), layout.size(), new, marked, caller);
                let Some(moved) = moved else {
                    // SAFETY: the caller's promise about all three.
                    return unsafe {
                        self.leave_pool(block, layout, new, recorder::Marked::NOT, caller)
                    };
                };
                if moved.as_ptr() != block {
                    // SAFETY: the new block has `new_size` bytes and is nobody else's.
                    unsafe { copy(block, layout, moved.as_ptr(), new_size) };
                    recorder::free(block.addr(), layout.size());
                }
                moved.as_ptr()
            }
            // SAFETY: the caller's promise about all three.
            (true, false) => unsafe { self.leave_pool(block, layout, new, marked, caller) },
        }
    }

    /// Moves a block of the pool to `inner`, where it is recorded if it is large and to be.
    ///
    /// # Safety
    /// As for [`GlobalAlloc::realloc`]; the block is the pool's.
    unsafe fn leave_pool(
        &self,
        block: *mut u8,
        layout: Layout,
        new: Layout,
        marked: recorder::Marked,
        caller: recorder::Caller,
    ) -> *mut u8 {
        // SAFETY: the caller's promise about `new`.
        let moved = unsafe { self.inner.alloc(new) };
        if !moved.is_null() {
            // First: what is in use never counts both.
            recorder::withdraw(block.addr(), layout.size());
            record_if_large(moved, new, marked, caller);
            // SAFETY: the new block has that many bytes and is nobody else's.
            unsafe { copy(block, layout, moved, new.size()) };
            recorder::free(block.addr(), layout.size());
        }
        moved
    }
}

/// Copies what fits of a block to another place of `size` bytes.
///
/// # Safety
/// There must be that many bytes at both, and they must not overlap.
unsafe fn copy(block: *mut u8, layout: Layout, to: *mut u8, size: usize) {
    // SAFETY: passed on to the caller.
    unsafe { to.copy_from_nonoverlapping(block, size.min(layout.size())) };
}

/// A block from the pool, if this allocation is to be recorded or counted and is not large.
fn served(
    layout: Layout,
    marked: recorder::Marked,
    caller: recorder::Caller,
) -> Option<NonNull<u8>> {
    if !marked.is_any() || recorder::is_large(layout.size(), layout.align()) {
        return None;
    }
    recorder::allocate(layout, marked, caller)
}

/// Records a large block of `inner` if it is to be recorded or counted, and returns it.
fn record_if_large(
    block: *mut u8,
    layout: Layout,
    marked: recorder::Marked,
    caller: recorder::Caller,
) -> *mut u8 {
    let is_large = recorder::is_large(layout.size(), layout.align());
    if marked.is_any() && is_large && !block.is_null() {
        recorder::record(block.addr(), layout, marked, caller);
    }
    block
}

/// Resizes a block of `inner`; what is recorded of it goes along.
fn move_large(
    block: *mut u8,
    reallocate: impl FnOnce() -> *mut u8,
    new: Layout,
    marked: recorder::Marked,
    caller: recorder::Caller,
) -> *mut u8 {
    // Out of the tables while `inner` may give the old address to another thread.
    let old = recorder::take(block.addr());
    let moved = reallocate();
    if moved.is_null() {
        old.into_iter().for_each(recorder::put_back);
        return moved;
    }
    if let Some(old) = old {
        recorder::retire(&old);
    }
    record_if_large(moved, new, marked, caller)
}
