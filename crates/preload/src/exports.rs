//! The functions of C that a program finds here before it finds its own allocator's: those that the manual of
//! the C library asks of a replacement. It makes the others of these.
//!
//! Each settles what is nearly always asked for, and leaves the rest to `blocks`, as its last act: so the
//! program's own function is the caller that stacks begin with. What has more to do after says who that is.

use std::ffi::c_int;
use std::ptr;

use heapwise_recorder::{self as recorder, Caller};

use crate::{blocks, next};

/// What every block's address is a multiple of.
pub const ALIGN: usize = 16;

/// # Safety
/// As C has it, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn malloc(size: usize) -> *mut u8 {
    if recorder::passes(size) { next::malloc(size) } else { blocks::allocate(size) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut u8 {
    let Some(size) = count.checked_mul(size) else { return no_memory() };
    if recorder::passes(size) { next::zeroed(size) } else { blocks::allocate_zeroed(size) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn free(block: *mut u8) {
    if block.is_null() {
        return;
    }
    // SAFETY: passed on to the caller.
    if unsafe { may_be_recorded(block) } {
        // SAFETY: as above.
        return unsafe { blocks::free(block) };
    }
    // SAFETY: as above; it is not of the recorder's.
    unsafe { next::free(block) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn realloc(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        // SAFETY: asks nothing.
        return unsafe { malloc(size) };
    }
    if size == 0 {
        // SAFETY: passed on to the caller.
        unsafe { free(block) };
        return ptr::null_mut();
    }
    let passes = recorder::passes(size);
    // SAFETY: passed on to the caller.
    if passes && !unsafe { may_be_recorded(block) } {
        // SAFETY: as above; it is not of the recorder's.
        return unsafe { next::realloc(block, size) };
    }
    // SAFETY: as above.
    unsafe { blocks::reallocate(block, size, passes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memalign(align: usize, size: usize) -> *mut u8 {
    match align.checked_next_power_of_two() {
        Some(align) => aligned_or_error(align, size),
        None => no_memory(),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut u8 {
    if align.is_power_of_two() { aligned_or_error(align, size) } else { fail(libc::EINVAL) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_memalign(place: *mut *mut u8, align: usize, size: usize) -> c_int {
    if !align.is_power_of_two() || !align.is_multiple_of(size_of::<usize>()) {
        return libc::EINVAL;
    }
    // SAFETY: used in this function only.
    let caller = unsafe { Caller::here() };
    let block = blocks::aligned(align, size, caller);
    if block.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller lends the place.
    unsafe { *place = block };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn valloc(size: usize) -> *mut u8 {
    aligned_or_error(page(), size)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pvalloc(size: usize) -> *mut u8 {
    match size.max(1).checked_next_multiple_of(page()) {
        Some(size) => aligned_or_error(page(), size),
        None => no_memory(),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn malloc_usable_size(block: *mut u8) -> usize {
    if block.is_null() {
        return 0;
    }
    match recorder::by_address::bytes(block.addr()) {
        Some(bytes) => bytes.usable,
        // SAFETY: passed on to the caller.
        None => unsafe { next::usable_size(block) }.unwrap_or(0),
    }
}

/// Whether a block may be recorded: `false` is certain. Asks for its size only where its address does not
/// tell, since that reads the block's memory.
///
/// # Safety
/// The block must be in use.
#[inline(always)]
pub unsafe fn may_be_recorded(block: *mut u8) -> bool {
    recorder::may_hold(block.addr(), 0, 1)
        // SAFETY: passed on to the caller; it is not of the recorder's.
        || recorder::is_large(unsafe { next::size_at_least(block) }, 1)
}

/// Inlined: stacks begin with the caller of whom this is in, and that goes on after `aligned`.
#[inline(always)]
fn aligned_or_error(align: usize, size: usize) -> *mut u8 {
    // SAFETY: used in the function that this is inlined into only.
    let caller = unsafe { Caller::here() };
    let block = blocks::aligned(align, size, caller);
    if block.is_null() { no_memory() } else { block }
}

fn no_memory() -> *mut u8 {
    fail(libc::ENOMEM)
}

fn fail(errno: c_int) -> *mut u8 {
    next::fail(errno, ptr::null_mut())
}

fn page() -> usize {
    // SAFETY: asks nothing of its caller.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}
