//! What becomes of blocks that are recorded, or may be.

use std::alloc::Layout;
use std::ptr::NonNull;

use heapwise_recorder::{
    self as recorder, Caller, GROWING_FROM_EXACT, LARGE, Marked, Taken, by_address,
};

use crate::exports::ALIGN;
use crate::{begin, next};

/// What is to be done about a request that did not pass: nothing, before it is known whether to record.
fn mark(size: usize) -> Marked {
    if begin::is_over() { recorder::mark(size, GROWING_FROM_EXACT) } else { Marked::NOT }
}

/// As `malloc`, of what did not pass.
#[cold]
#[inline(never)]
pub fn allocate(size: usize) -> *mut u8 {
    let marked = mark(size);
    // SAFETY: used in this function only.
    let caller = unsafe { Caller::here() };
    match served(size, ALIGN, marked, caller) {
        Some(block) => block.as_ptr(),
        None => record_if_large(next::malloc(size), (size, ALIGN), marked, caller),
    }
}

/// As `calloc`, of what did not pass.
#[cold]
#[inline(never)]
pub fn allocate_zeroed(size: usize) -> *mut u8 {
    let marked = mark(size);
    // SAFETY: used in this function only.
    let caller = unsafe { Caller::here() };
    match served(size, ALIGN, marked, caller) {
        Some(block) => {
            // SAFETY: it has that many bytes.
            unsafe { block.write_bytes(0, size) };
            block.as_ptr()
        }
        None => record_if_large(next::zeroed(size), (size, ALIGN), marked, caller),
    }
}

/// As `aligned_alloc`, of any size; `align` is a power of two. Null for an error.
pub fn aligned(align: usize, size: usize, caller: Caller) -> *mut u8 {
    if recorder::passes(size) {
        return next::aligned(align, size);
    }
    let marked = mark(size);
    let align = align.max(ALIGN);
    match served(size, align, marked, caller) {
        Some(block) => block.as_ptr(),
        None => {
            // A block that counts as large for its alignment must show it by its size.
            let is_small = recorder::is_large(size, align) && size < LARGE;
            let wanted = if is_small { LARGE } else { size };
            record_if_large(next::aligned(align, wanted), (size, align), marked, caller)
        }
    }
}

/// As `free`.
///
/// # Safety
/// The block must be in use.
#[cold]
#[inline(never)]
pub unsafe fn free(block: *mut u8) {
    if by_address::free(block.addr()) {
        return;
    }
    // First: once the next allocator has the block back, another thread may be given its address.
    if let Some(old) = recorder::take(block.addr()) {
        recorder::retire(&old);
    }
    // SAFETY: passed on to the caller; it is not of the recorder's.
    unsafe { next::free_any(block) }
}

/// As `realloc`, of a block and to a size that are not nothing; `passes` is the answer about the size.
///
/// # Safety
/// The block must be in use.
#[cold]
#[inline(never)]
pub unsafe fn reallocate(block: *mut u8, size: usize, passes: bool) -> *mut u8 {
    let marked = if passes { Marked::NOT } else { mark(size) };
    // SAFETY: used in this function only.
    let caller = unsafe { Caller::here() };
    let is_served = marked.is_any() && !recorder::is_large(size, ALIGN);
    let is_held = recorder::holds(block.addr());
    let way: unsafe fn(*mut u8, usize, Marked, Caller) -> *mut u8 = match (is_held, is_served) {
        (false, false) => resize,
        (false, true) => enter_pool,
        (true, true) => exchange,
        (true, false) => leave_pool,
    };
    // SAFETY: passed on to the caller; of a block that the recorder holds, or does not.
    unsafe { way(block, size, marked, caller) }
}

/// # Safety
/// The block must be in use, and of the next allocator.
unsafe fn resize(block: *mut u8, size: usize, marked: Marked, caller: Caller) -> *mut u8 {
    // Out of the tables while the next allocator may give the old address to another thread.
    let old = recorder::take(block.addr());
    // SAFETY: passed on to the caller.
    let moved = unsafe { next::realloc_any(block, size) };
    if moved.is_null() {
        old.into_iter().for_each(recorder::put_back);
        return moved;
    }
    if let Some(old) = old {
        recorder::retire(&old);
    }
    record_if_large(moved, (size, ALIGN), marked, caller)
}

/// # Safety
/// The block must be in use, and of the next allocator.
unsafe fn enter_pool(block: *mut u8, size: usize, marked: Marked, caller: Caller) -> *mut u8 {
    // SAFETY: passed on to the caller, here and below.
    let bytes = unsafe { next::usable_size(block) };
    let Some(bytes) = bytes else {
        // SAFETY: as above.
        return unsafe { resize(block, size, marked, caller) };
    };
    let retired = recorder::take(block.addr()).map(|old: Taken| {
        let then = recorder::retire(&old);
        (old, then)
    });
    let Some(moved) = served(size, ALIGN, marked, caller) else {
        retired.into_iter().for_each(|(old, then)| recorder::revive(old, then));
        // SAFETY: passed on to the caller.
        return unsafe { resize(block, size, Marked::NOT, caller) };
    };
    // SAFETY: there are that many of both, and the new block is nobody else's.
    unsafe { moved.as_ptr().copy_from_nonoverlapping(block, bytes.min(size)) };
    // SAFETY: as above.
    unsafe { next::free_any(block) };
    moved.as_ptr()
}

/// # Safety
/// The block must be in use, and of the recorder.
unsafe fn exchange(block: *mut u8, size: usize, marked: Marked, caller: Caller) -> *mut u8 {
    let new = Layout::from_size_align(size, ALIGN).ok();
    let moved = new.and_then(|new| by_address::exchange(block.addr(), new, marked, caller));
    let Some(moved) = moved else {
        // SAFETY: passed on to the caller.
        return unsafe { leave_pool(block, size, Marked::NOT, caller) };
    };
    if moved.as_ptr() != block {
        // SAFETY: the new block has `size` bytes and is nobody else's.
        unsafe { copy(block, moved.as_ptr(), size) };
        by_address::free(block.addr());
    }
    moved.as_ptr()
}

/// # Safety
/// The block must be in use, and of the recorder.
unsafe fn leave_pool(block: *mut u8, size: usize, marked: Marked, caller: Caller) -> *mut u8 {
    let moved = next::malloc(size);
    if !moved.is_null() {
        // First: what is in use never counts both.
        by_address::withdraw(block.addr());
        record_if_large(moved, (size, ALIGN), marked, caller);
        // SAFETY: the new block has that many bytes and is nobody else's.
        unsafe { copy(block, moved, size) };
        by_address::free(block.addr());
    }
    moved
}

/// Copies what fits of a block of the recorder's to another place of `size` bytes.
///
/// # Safety
/// There must be that many bytes at both, and they must not overlap.
unsafe fn copy(block: *mut u8, to: *mut u8, size: usize) {
    let bytes = by_address::bytes(block.addr()).map_or(0, |bytes| bytes.usable.min(size));
    // SAFETY: passed on to the caller.
    unsafe { to.copy_from_nonoverlapping(block, bytes) };
}

/// A block of the recorder's, if this allocation is to be recorded and is not large.
fn served(size: usize, align: usize, marked: Marked, caller: Caller) -> Option<NonNull<u8>> {
    if !marked.is_any() || recorder::is_large(size, align) {
        return None;
    }
    by_address::allocate(Layout::from_size_align(size, align).ok()?, marked, caller)
}

/// Records a large block of the next allocator's if it is to be recorded, and returns it.
fn record_if_large(
    block: *mut u8,
    (size, align): (usize, usize),
    marked: Marked,
    caller: Caller,
) -> *mut u8 {
    if marked.is_any() && recorder::is_large(size, align) && !block.is_null() {
        // There is a block, so its layout is one that there can be.
        if let Ok(layout) = Layout::from_size_align(size, align) {
            recorder::record(block.addr(), layout, marked, caller);
        }
    }
    block
}
