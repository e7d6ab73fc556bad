//! The environment as a list of strings.
//!
//! Changed in place, and not by `setenv`: shells bring functions of that name, which do nothing before the
//! shell has begun.

use std::ffi::{CStr, CString, c_char};

/// A list of strings as C has it: pointers, then null.
pub type Strings = *const *const c_char;

/// The empty file that becomes the recording: a number, in a folder of the launcher's. One more is for the
/// next image of the process.
pub const FILE: &str = "HEAPWISE_PRELOAD_FILE";
/// Bytes between samples on average; every allocation is 1. Without, it grows from there.
pub const INTERVAL: &str = "HEAPWISE_PRELOAD_INTERVAL";
/// The number of the process that they are for: absent where there was none yet.
pub const PROCESS: &str = "HEAPWISE_PRELOAD_PROCESS";
/// What [`LOADED`] was before.
pub const OUTER: &str = "HEAPWISE_PRELOAD_OUTER";
/// What the loader reads.
pub const LOADED: &str = "LD_PRELOAD";

unsafe extern "C" {
    static mut environ: *mut *mut c_char;
}

/// That of this process.
pub fn own() -> Strings {
    // SAFETY: a word of the C library's, which it sets before anything of ours runs.
    unsafe { environ }.cast_const().cast()
}

/// The strings of a list.
///
/// # Safety
/// It must be such a list, or null, and stay as it is while the strings are in use.
pub unsafe fn strings(list: Strings) -> impl Iterator<Item = &'static CStr> {
    let mut place = list;
    std::iter::from_fn(move || {
        if place.is_null() {
            return None;
        }
        // SAFETY: passed on to the caller: there is a pointer, the last of which is null.
        let text = unsafe { *place };
        place = place.wrapping_add(1);
        // SAFETY: as above.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
    })
}

/// The value of `name`, if `text` is `name=value`.
pub fn value<'t>(name: &str, text: &'t CStr) -> Option<&'t [u8]> {
    text.to_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

/// The value of a variable of this process.
pub fn get(name: &str) -> Option<Vec<u8>> {
    // SAFETY: the list of this process, before the program's own code can change it.
    unsafe { strings(own()) }.find_map(|text| value(name, text)).map(<[u8]>::to_vec)
}

/// Gives a variable of this process another value, or takes it out: every one of that name.
///
/// # Safety
/// Nobody else may be reading or changing the environment.
pub unsafe fn replace(name: &str, new: Option<&[u8]>) {
    let text = new.and_then(|new| CString::new([name.as_bytes(), b"=", new].concat()).ok());
    // The list keeps it for good.
    let text = text.map(CString::into_raw);
    // SAFETY: a word of the C library's.
    let list = unsafe { environ };
    let count = {
        // SAFETY: the list of this process, which nobody changes meanwhile.
        unsafe { strings(list.cast_const().cast()) }.count()
    };
    if list.is_null() {
        return;
    }
    // SAFETY: so many pointers and null are there, and nobody else uses them.
    let list = unsafe { std::slice::from_raw_parts_mut(list, count + 1) };
    let mut kept = 0;
    for index in 0..=count {
        let entry = list[index];
        // SAFETY: one of the strings.
        let is_it = index < count && value(name, unsafe { CStr::from_ptr(entry) }).is_some();
        if let Some(entry) = if is_it { text } else { Some(entry) } {
            list[kept] = entry;
            kept += 1;
        }
    }
}
