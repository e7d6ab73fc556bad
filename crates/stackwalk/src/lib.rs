//! This thread to return addresses; this process to mappings.

mod capture;
mod mappings;
#[cfg_attr(
    all(
        target_os = "linux",
        target_pointer_width = "64",
        target_endian = "little",
        any(target_arch = "x86_64", target_arch = "aarch64"),
    ),
    path = "linux/mod.rs"
)]
mod platform;
mod registers;

pub use capture::{Captured, End, capture, capture_above, capture_from};
pub use mappings::{Mapping, mappings};
pub use registers::Registers;

/// Why the mappings of this process are not known. The numbers are the kernel's (`errno`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// `/proc/self/maps` cannot be opened.
    OpenMaps(i32),
    /// `/proc/self/maps` cannot be read.
    ReadMaps(i32),
    /// A line of `/proc/self/maps` has another form than is documented, or is too long.
    MalformedMaps,
    /// The kernel gives no memory.
    NoMemory(i32),
    /// This platform has no `/proc/self/maps`.
    Unsupported,
}
