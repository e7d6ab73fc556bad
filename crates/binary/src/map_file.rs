//! The one place that maps a file into memory.

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// The bytes of `file`, mapped read-only and private.
#[expect(unsafe_code, reason = "mapping a file is a promise about other programs")]
pub(crate) fn map_file(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only, so nothing here writes to it. That no other
    // program truncates the file meanwhile is promised by nobody; it would end this process by
    // SIGBUS, as it ends any tool that maps executables. Compilers, package managers and `install`
    // replace executables by renaming, which leaves the mapped file whole.
    unsafe { Mmap::map(file) }
}
