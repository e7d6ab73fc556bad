//! The functions that the program would have without us.

use std::ffi::{c_char, c_int};
use std::ptr;

use crate::early;
use crate::environment::Strings;
use crate::next_symbol::NextSymbol;

type Exec<F> = unsafe extern "C" fn(F, Strings, Strings) -> c_int;
type AlignedAlloc = unsafe extern "C" fn(*mut *mut u8, usize, usize) -> c_int;

macro_rules! next {
    ($($static:ident = $name:literal: $type:ty;)*) => {
        // SAFETY: these are the types that C and POSIX give them.
        $(static $static: NextSymbol<$type> = unsafe { NextSymbol::new($name) };)*
    };
}

next! {
    MALLOC = c"malloc": extern "C" fn(usize) -> *mut u8;
    CALLOC = c"calloc": extern "C" fn(usize, usize) -> *mut u8;
    REALLOC = c"realloc": unsafe extern "C" fn(*mut u8, usize) -> *mut u8;
    FREE = c"free": unsafe extern "C" fn(*mut u8);
    POSIX_MEMALIGN = c"posix_memalign": AlignedAlloc;
    USABLE_SIZE = c"malloc_usable_size": unsafe extern "C" fn(*mut u8) -> usize;
    EXECVE = c"execve": Exec<*const c_char>;
    EXECVPE = c"execvpe": Exec<*const c_char>;
    FEXECVE = c"fexecve": Exec<c_int>;
}

/// As C's `execve`.
///
/// # Safety
/// As C has it, here and below.
pub unsafe fn execve(path: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: passed on to the caller, here and below.
    unsafe { exec(&EXECVE, path, arguments, environment) }
}

/// As C's `execvpe`.
pub unsafe fn execvpe(file: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: as above.
    unsafe { exec(&EXECVPE, file, arguments, environment) }
}

/// As C's `fexecve`.
pub unsafe fn fexecve(fd: c_int, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: as above.
    unsafe { exec(&FEXECVE, fd, arguments, environment) }
}

unsafe fn exec<F>(
    next: &NextSymbol<Exec<F>>,
    program: F,
    arguments: Strings,
    environment: Strings,
) -> c_int {
    match next.get() {
        // SAFETY: passed on to the caller.
        Some(next) => unsafe { next(program, arguments, environment) },
        None => fail(libc::ENOSYS, -1),
    }
}

/// Sets `errno`, and returns `result`.
pub fn fail<T>(errno: c_int, result: T) -> T {
    // SAFETY: asks nothing of its caller.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: the C library promises that it is this thread's own.
    unsafe { *place = errno };
    result
}

/// As C's `malloc`.
#[inline(always)]
pub fn malloc(size: usize) -> *mut u8 {
    match MALLOC.get() {
        Some(next) => next(size),
        None => from_early(size),
    }
}

/// As C's `calloc`, of one object.
#[inline(always)]
pub fn zeroed(size: usize) -> *mut u8 {
    match CALLOC.get() {
        Some(next) => next(1, size),
        None => from_early(size),
    }
}

/// As C's `realloc` of a block, never null.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(always)]
pub unsafe fn realloc(block: *mut u8, size: usize) -> *mut u8 {
    match (early::bytes_from(block), REALLOC.get()) {
        // SAFETY: passed on to the caller.
        (None, Some(next)) => unsafe { next(block, size) },
        (bytes, _) => {
            let moved = malloc(size);
            if !moved.is_null() {
                // SAFETY: as many bytes are there, of both; and nobody else has the new block.
                unsafe { moved.copy_from_nonoverlapping(block, size.min(bytes.unwrap_or(0))) };
            }
            moved
        }
    }
}

/// As C's `free`.
///
/// # Safety
/// The block must be one of these functions, and in use; or null.
#[inline(always)]
pub unsafe fn free(block: *mut u8) {
    if early::bytes_from(block).is_some() {
        return;
    }
    if let Some(next) = FREE.get() {
        // SAFETY: passed on to the caller.
        unsafe { next(block) }
    }
}

/// As C's `posix_memalign`, which every allocator has; null for an error.
pub fn aligned(align: usize, size: usize) -> *mut u8 {
    let mut block = ptr::null_mut();
    let Some(next) = POSIX_MEMALIGN.get() else { return block };
    // SAFETY: it writes one pointer, which is live.
    let error = unsafe { next(&raw mut block, align.max(size_of::<usize>()), size) };
    if error == 0 { block } else { ptr::null_mut() }
}

/// How many bytes there are in a block, never null; as many as can be where that cannot be known.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(always)]
pub unsafe fn usable_size(block: *mut u8) -> usize {
    if let Some(bytes) = early::bytes_from(block) {
        return bytes;
    }
    match USABLE_SIZE.get() {
        // SAFETY: passed on to the caller.
        Some(next) => unsafe { next(block) },
        None => usize::MAX,
    }
}

#[cold]
fn from_early(size: usize) -> *mut u8 {
    early::allocate(size).map_or(ptr::null_mut(), ptr::NonNull::as_ptr)
}
