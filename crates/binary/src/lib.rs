//! Executable files on this machine: what the addresses in them mean.
//!
//! ```text
//! path -> Image -> Binary -> link address -> frames: function, source file, line
//! ```
//!
//! * [`Image`] maps the bytes of a file; [`Binary`] is their parsed form, which borrows them.
//! * [`DebugFiles`] finds what was moved out of it.
//! * [`Binary::link_address`] leads from an address of a process into the file
//!   (see `address.rs` for the kinds of address and the one way between them).
//! * [`Binary::frames`] names the functions at an address, inlined calls included, from the tables of
//!   the Go runtime, else from debug information, else from the symbol table.
//! * [`Loading`] is what the system looks at to start it.
//! * [`demangle`](demangle::demangle) turns linker symbols into names to read.
//!
//! The files may be hostile: a damaged one gives an error or knows less, never a panic. The crate
//! knows nothing of profiles, and reads no environment: directories to search are arguments.
#![deny(unsafe_code)]

mod address;
mod binary;
mod debug_file;
mod debug_files;
pub mod demangle;
#[cfg(feature = "disasm")]
mod disasm;
mod dwarf;
mod error;
mod go;
mod image;
mod kernel;
mod loading;
mod map_file;
mod path;
mod split_units;
mod start_line;
mod symbols;

pub use address::{FileOffset, LinkAddr, MappedRange};
pub use binary::{Binary, Frame};
pub use debug_files::DebugFiles;
#[cfg(feature = "disasm")]
pub use disasm::{Instruction, Syntax};
pub use error::Error;
pub use image::Image;
pub use loading::Loading;
pub use symbols::Symbol;
