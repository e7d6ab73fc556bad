//! How the system makes a process of an executable file.

use std::ffi::CStr;

use object::elf::{FileHeader32, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Architecture, Endianness, FileKind, Object, ObjectSection, ObjectSymbol};

use crate::Image;

/// What the kernel looks at before it starts an ELF file.
///
/// ```
/// use heapwise_binary::{Image, Loading};
///
/// # #[cfg(target_os = "linux")] {
/// let image = Image::open(&std::env::current_exe()?)?;
/// assert!(Loading::of(&image).is_some_and(|loading| loading.native));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loading {
    /// Whether it is for the processor of the program that asks, with addresses as wide.
    pub native: bool,
    /// How wide its addresses are, in bits: 32 or 64.
    pub bits: u8,
    /// The path of the dynamic loader, which maps the libraries that it is linked to and those that it
    /// is told to. None if it is linked statically.
    pub loader: Option<Vec<u8>>,
    /// Whether Go's linker made it.
    pub go: bool,
    /// Whether it brings a `malloc`, which then is that of its libraries too.
    pub has_malloc: bool,
    /// Whether it has a sanitizer in it or asks for one that stands in for the allocator.
    pub is_sanitized: bool,
}

/// What code calls that was compiled for a sanitizer with an allocator of its own.
const SANITIZERS: [&[u8]; 4] = [b"__asan_init", b"__hwasan_init", b"__msan_init", b"__tsan_init"];

impl Loading {
    /// What `image` says; nothing if it is no ELF file.
    pub fn of(image: &Image) -> Option<Self> {
        let bytes = image.bytes();
        let (bits, loader) = match FileKind::parse(bytes) {
            Ok(FileKind::Elf32) => (32, loader::<FileHeader32<Endianness>>(bytes)),
            Ok(FileKind::Elf64) => (64, loader::<FileHeader64<Endianness>>(bytes)),
            _ => return None,
        };
        let file = object::File::parse(bytes).ok()?;
        let native = bits == usize::BITS as u8 && Some(file.architecture()) == architecture();
        let (mut has_malloc, mut is_sanitized) = (false, false);
        for symbol in file.dynamic_symbols() {
            let name = symbol.name_bytes().unwrap_or_default();
            has_malloc |= name == b"malloc" && symbol.is_definition();
            is_sanitized |= SANITIZERS.contains(&name);
        }
        Some(Self { native, bits, loader, go: is_go(&file), has_malloc, is_sanitized })
    }
}

fn loader<H: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Option<Vec<u8>> {
    let header = H::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, bytes).ok()?;
    let mut loaders =
        segments.iter().filter_map(|segment| segment.interpreter(endian, bytes).ok()?);
    let path = loaders.next()?;
    // With the zero that ends it, or without.
    Some(CStr::from_bytes_until_nul(path).map_or(path, CStr::to_bytes).to_vec())
}

/// The processor that this code is compiled for, where programs can be told apart by it.
fn architecture() -> Option<Architecture> {
    match std::env::consts::ARCH {
        "x86_64" => Some(Architecture::X86_64),
        "aarch64" => Some(Architecture::Aarch64),
        _ => None,
    }
}

/// Where Go's linker leaves what `go version` prints, also in stripped files.
fn is_go(file: &object::File<'_>) -> bool {
    file.section_by_name(".go.buildinfo").is_some_and(|section| section.size() > 0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn of(bytes: Vec<u8>) -> Option<Loading> {
        Loading::of(&Image::from_bytes(Path::new("program"), bytes))
    }

    #[test]
    fn what_is_no_elf_file_is_nothing() {
        assert_eq!(of(b"#!/bin/sh\n".to_vec()), None);
        assert_eq!(of(b"\x7fELF".to_vec()), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_program_is_of_this_machine_and_another_one_is_not() {
        let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let own = of(bytes.clone()).unwrap();
        assert_eq!((own.native, own.bits, own.go), (true, 64, false));
        assert_eq!((own.has_malloc, own.is_sanitized), (false, false));
        assert!(own.loader.unwrap().starts_with(b"/"));
        bytes[18] ^= 1; // the processor
        assert!(!of(bytes.clone()).unwrap().native);
        for cut in (0..4096).step_by(64) {
            of(bytes[..cut].to_vec());
        }
    }
}
