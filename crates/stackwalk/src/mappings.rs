//! The executable mappings of this process, for the profile that the return addresses go into.

use crate::{Error, platform};

/// A range of runtime addresses that holds code of a file:
/// `runtime address - start + file_offset = file offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// First runtime address.
    pub start: u64,
    /// One past the last runtime address.
    pub limit: u64,
    /// File offset of `start`, in bytes.
    pub file_offset: u64,
    /// Absolute path of the file, or `[vdso]`. Any bytes, as the kernel has them, but for two
    /// things: newlines are escaped as `\012`, and the kernel's suffix for a file that was
    /// deleted meanwhile is cut off.
    pub path: &'a [u8],
    /// GNU build id of the file, at most 64 raw bytes; empty if it has none.
    pub build_id: &'a [u8],
}

/// How often walks, or [`mappings`], have read the mappings of this process anew. If it is what it was, no
/// walk has met code that was not mapped then. Always 0 where walks need no mappings: on aarch64.
#[inline]
#[must_use]
pub fn mappings_read() -> usize {
    platform::mappings_read()
}

/// Calls `each` for every executable mapping that is backed by a file, and for the kernel's own
/// code `[vdso]`, as they are now and in order of addresses.
///
/// Also brings up to date what walks know of the mappings: see the crate's limits on code that is
/// unloaded.
///
/// `each` runs with a file descriptor and 32 KiB of mapped memory held, and no lock.
///
/// # Errors
/// If `/proc/self/maps` cannot be read; `each` may have been called by then.
pub fn mappings(each: &mut dyn FnMut(&Mapping<'_>)) -> Result<(), Error> {
    platform::each_mapping(each)
}
