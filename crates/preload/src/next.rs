//! The functions that the program would have without us.
//!
//! What the loader has not been asked for yet is left to functions that are marked cold, as the last act: so
//! nothing of this library is on the stack when memory is asked for.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::early;
use crate::environment::Strings;
use crate::next_symbol::NextSymbol;

type AlignedAlloc = unsafe extern "C" fn(*mut *mut u8, usize, usize) -> c_int;
type Exec<F> = unsafe extern "C" fn(F, Strings, Strings) -> c_int;

// SAFETY: the types are those that C and POSIX give them, here and below.
static MALLOC: NextSymbol<extern "C" fn(usize) -> *mut u8> = unsafe { NextSymbol::new(c"malloc") };
// SAFETY: as above.
static CALLOC: NextSymbol<extern "C" fn(usize, usize) -> *mut u8> =
    unsafe { NextSymbol::new(c"calloc") };
// SAFETY: as above.
static REALLOC: NextSymbol<unsafe extern "C" fn(*mut u8, usize) -> *mut u8> =
    unsafe { NextSymbol::new(c"realloc") };
// SAFETY: as above.
static FREE: NextSymbol<unsafe extern "C" fn(*mut u8)> = unsafe { NextSymbol::new(c"free") };
// SAFETY: as above.
static POSIX_MEMALIGN: NextSymbol<AlignedAlloc> = unsafe { NextSymbol::new(c"posix_memalign") };
// SAFETY: as above.
static USABLE_SIZE: NextSymbol<unsafe extern "C" fn(*mut u8) -> usize> =
    unsafe { NextSymbol::new(c"malloc_usable_size") };
// SAFETY: as above.
static EXECVE: NextSymbol<Exec<*const c_char>> = unsafe { NextSymbol::new(c"execve") };
// SAFETY: as above.
static EXECVPE: NextSymbol<Exec<*const c_char>> = unsafe { NextSymbol::new(c"execvpe") };
// SAFETY: as above.
static FEXECVE: NextSymbol<Exec<c_int>> = unsafe { NextSymbol::new(c"fexecve") };

/// Whether blocks are the GNU C library's, before each of which is a word that says how large it is.
static HAS_HEADERS: AtomicBool = AtomicBool::new(false);

/// What else the word says: in the lowest bits.
const FLAGS: usize = 7;

/// As C's `malloc`.
#[inline(always)]
pub fn malloc(size: usize) -> *mut u8 {
    match MALLOC.known() {
        Some(next) => next(size),
        None => first_malloc(size),
    }
}

#[cold]
fn first_malloc(size: usize) -> *mut u8 {
    MALLOC.ask().map_or_else(|| from_early(size), |next| next(size))
}

/// As C's `calloc`, of one object.
#[inline(always)]
pub fn zeroed(size: usize) -> *mut u8 {
    match CALLOC.known() {
        Some(next) => next(1, size),
        None => first_calloc(size),
    }
}

#[cold]
fn first_calloc(size: usize) -> *mut u8 {
    CALLOC.ask().map_or_else(|| from_early(size), |next| next(1, size))
}

fn from_early(size: usize) -> *mut u8 {
    early::allocate(size).map_or(ptr::null_mut(), ptr::NonNull::as_ptr)
}

/// As C's `realloc` of a block, never null, of which [`size_at_least`] is little.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(always)]
pub unsafe fn realloc(block: *mut u8, size: usize) -> *mut u8 {
    match REALLOC.known() {
        // SAFETY: passed on to the caller, here and below.
        Some(next) => unsafe { next(block, size) },
        // SAFETY: as above.
        None => unsafe { realloc_any(block, size) },
    }
}

/// As C's `realloc` of a block, never null.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[cold]
pub unsafe fn realloc_any(block: *mut u8, size: usize) -> *mut u8 {
    let early = early::bytes_from(block);
    match (early, REALLOC.known().or_else(|| REALLOC.ask())) {
        // SAFETY: passed on to the caller.
        (None, Some(next)) => unsafe { next(block, size) },
        _ => {
            let moved = malloc(size);
            if !moved.is_null() {
                // SAFETY: as many bytes are there, of both; and nobody else has the new block.
                unsafe { moved.copy_from_nonoverlapping(block, size.min(early.unwrap_or(0))) };
            }
            moved
        }
    }
}

/// As C's `free` of a block, never null, of which [`size_at_least`] is little.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(always)]
pub unsafe fn free(block: *mut u8) {
    match FREE.known() {
        // SAFETY: passed on to the caller, here and below.
        Some(next) => unsafe { next(block) },
        // SAFETY: as above.
        None => unsafe { free_any(block) },
    }
}

/// As C's `free` of a block, never null.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[cold]
pub unsafe fn free_any(block: *mut u8) {
    if early::bytes_from(block).is_none()
        && let Some(next) = FREE.known().or_else(|| FREE.ask())
    {
        // SAFETY: passed on to the caller.
        unsafe { next(block) }
    }
}

/// As C's `posix_memalign`, which every allocator has; null for an error.
pub fn aligned(align: usize, size: usize) -> *mut u8 {
    let mut block = ptr::null_mut();
    let align = align.max(size_of::<usize>());
    let Some(next) = POSIX_MEMALIGN.known().or_else(|| POSIX_MEMALIGN.ask()) else { return block };
    // SAFETY: it writes one pointer, which is live.
    let error = unsafe { next(&raw mut block, align, size) };
    if error == 0 { block } else { ptr::null_mut() }
}

/// How many bytes there are in a block, never null, or somewhat more; very many where that cannot be known, and
/// for the blocks of the loader's, which not all functions here are for.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(always)]
pub unsafe fn size_at_least(block: *mut u8) -> usize {
    if HAS_HEADERS.load(Relaxed) {
        // SAFETY: the header of the block, which its allocator reads too.
        return unsafe { header(block) };
    }
    // SAFETY: passed on to the caller.
    unsafe { usable_size(block) }.unwrap_or(usize::MAX)
}

/// How many bytes there are in a block, never null, if that can be known.
///
/// # Safety
/// The block must be one of these functions, and in use.
#[inline(never)]
pub unsafe fn usable_size(block: *mut u8) -> Option<usize> {
    if early::bytes_from(block).is_some() {
        return None;
    }
    let next = USABLE_SIZE.known().or_else(|| USABLE_SIZE.ask())?;
    // SAFETY: passed on to the caller.
    Some(unsafe { next(block) })
}

/// # Safety
/// A word must lie before the block.
#[inline(always)]
unsafe fn header(block: *mut u8) -> usize {
    let place = block.cast::<usize>().wrapping_sub(1);
    // SAFETY: passed on to the caller.
    unsafe { *place & !FLAGS }
}

/// Finds out whether sizes can be read before blocks, for a quarter of what it takes to ask.
pub fn look_for_headers() {
    // None that would be mapped: freeing one changes what the allocator does later.
    let sizes = [24, 1000, 20_000];
    let are_gnu = are_gnu() && sizes.into_iter().all(tells_its_size);
    HAS_HEADERS.store(are_gnu, Relaxed);
}

/// Whether all that has to do with a block is of the GNU C library.
fn are_gnu() -> bool {
    // SAFETY: a string of C's.
    let gnu = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"gnu_get_libc_version".as_ptr()) };
    let own = library_of(gnu);
    let all = [MALLOC.find(), CALLOC.find(), REALLOC.find(), FREE.find(), USABLE_SIZE.find()];
    own.is_some() && all.into_iter().all(|address| library_of(address) == own)
}

/// Where the library begins that `address` is in.
fn library_of(address: *const c_void) -> Option<usize> {
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: writes one value, which is live.
    let is_known = unsafe { libc::dladdr(address, found.as_mut_ptr()) } != 0;
    // SAFETY: zeroes, or what was written: pointers.
    is_known.then(|| unsafe { found.assume_init() }.dli_fbase.addr())
}

fn tells_its_size(size: usize) -> bool {
    let block = malloc(size);
    if block.is_null() {
        return false;
    }
    // SAFETY: in use, here and below.
    let told = unsafe { usable_size(block) };
    // SAFETY: as above; where this is asked, blocks of this library have a header.
    let header = unsafe { header(block) };
    // SAFETY: as above.
    unsafe { free_any(block) };
    told.is_some_and(|bytes| bytes >= size && header.wrapping_sub(bytes) <= 16)
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
///
/// # Safety
/// As above.
pub unsafe fn execvpe(file: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: as above.
    unsafe { exec(&EXECVPE, file, arguments, environment) }
}

/// As C's `fexecve`.
///
/// # Safety
/// As above.
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
    match next.known().or_else(|| next.ask()) {
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
