//! The bytes of an executable file.

use std::fmt;
use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use gimli::{EndianSlice, RunTimeEndian, SectionId};
use memmap2::Mmap;
use object::read::macho::FatArch;
use object::{Architecture, FileKind, Object, ObjectSection};
use typed_arena::Arena;

use crate::Error;
use crate::map_file::map_file;

/// How many times its size a compressed section may unfold to, how much in any case, and the most.
/// Debug information shrinks to a third, its most regular sections to a thirtieth.
const LARGEST_RATIO: u64 = 256;
const ALWAYS_ALLOWED: u64 = 16 << 20;
const LARGEST_SECTION: u64 = 4 << 30;

/// How the content of a debug section is read.
pub(crate) type Reader<'a> = EndianSlice<'a, RunTimeEndian>;

/// The bytes of a file, mapped into memory, with room for the sections that had to be unpacked.
///
/// A [`Binary`](crate::Binary) borrows it.
pub struct Image {
    path: PathBuf,
    bytes: Bytes,
    unpacked: Arena<Vec<u8>>,
}

/// A section of debug information, by where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Of a program.
    Whole(SectionId),
    /// Of a file with split units.
    Split(SectionId),
    /// Not wanted.
    None,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Image {
    /// Maps the file at `path`. Its bytes are looked at by [`Binary::parse`](crate::Binary::parse).
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or mapped; when it is a directory, a device or empty.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let at = |error| Error::open(path, error);
        // Asked before opening: opening a named pipe would wait for its writer.
        let metadata = std::fs::metadata(path).map_err(at)?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(Error::unrecognized(path));
        }
        let map = File::open(path).and_then(|file| map_file(&file)).map_err(at)?;
        Ok(Self::new(path, Bytes::Mapped(map)))
    }

    /// An image of bytes at hand; `path` is for messages only.
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Self {
        Self::new(path, Bytes::Owned(bytes))
    }

    fn new(path: &Path, bytes: Bytes) -> Self {
        Self { path: path.to_owned(), bytes, unpacked: Arena::new() }
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content of a debug section of `file`, which was parsed from this image. A section that
    /// is absent, damaged or of unreasonable size is empty.
    pub(crate) fn section<'a>(&'a self, file: &object::File<'a>, section: Section) -> Reader<'a> {
        let name = match section {
            Section::Whole(id) => Some(id.name()),
            Section::Split(id) => id.dwo_name(),
            Section::None => None,
        };
        let content = name.and_then(|name| self.content(file, name)).unwrap_or_default();
        Reader::new(content, endian(file))
    }

    fn content<'a>(&'a self, file: &object::File<'a>, name: &str) -> Option<&'a [u8]> {
        let data = file.section_by_name(name)?.compressed_data().ok()?;
        if data.format == object::CompressionFormat::None {
            return Some(data.data);
        }
        let allowed = (data.data.len() as u64).saturating_mul(LARGEST_RATIO).max(ALWAYS_ALLOWED);
        if data.uncompressed_size > allowed.min(LARGEST_SECTION) {
            return None;
        }
        Some(self.unpacked.alloc(data.decompress().ok()?.into_owned()))
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The headers of an object file; of one for several processors, those for this one, else the first.
pub(crate) fn parse_object(image: &Image) -> Result<object::File<'_>, Error> {
    let parsed = match FileKind::parse(image.bytes()) {
        Ok(FileKind::MachOFat32) => object::read::macho::MachOFatFile32::parse(image.bytes())
            .and_then(|fat| object::File::parse(slice(fat.arches(), image.bytes())?)),
        Ok(FileKind::MachOFat64) => object::read::macho::MachOFatFile64::parse(image.bytes())
            .and_then(|fat| object::File::parse(slice(fat.arches(), image.bytes())?)),
        _ => object::File::parse(image.bytes()),
    };
    parsed.map_err(|_| Error::unrecognized(image.path()))
}

fn slice<'a, A: FatArch>(parts: &[A], bytes: &'a [u8]) -> object::Result<&'a [u8]> {
    let here = match std::env::consts::ARCH {
        "aarch64" => Architecture::Aarch64,
        _ => Architecture::X86_64,
    };
    let part = parts.iter().find(|part| part.architecture() == here).or(parts.first());
    part.map_or(Ok(&[]), |part| part.data(bytes))
}

pub(crate) fn endian(file: &object::File<'_>) -> RunTimeEndian {
    if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big }
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
