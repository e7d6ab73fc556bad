//! The bytes of an executable file.

use std::cell::OnceCell;
use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use gimli::{EndianSlice, RunTimeEndian, SectionId};
use memmap2::Mmap;
use object::{Object, ObjectSection};

use crate::Error;
use crate::map_file::map_file;

/// Most bytes that one compressed section may unfold to: more than the debug information of any
/// program known, less than memory.
const LARGEST_SECTION: u64 = 4 << 30;

/// How the content of a debug section is read.
pub(crate) type Reader<'a> = EndianSlice<'a, RunTimeEndian>;

/// The bytes of a file, mapped into memory, with room for the sections that had to be unpacked.
///
/// A [`Binary`](crate::Binary) borrows it.
#[derive(Debug)]
pub struct Image {
    path: PathBuf,
    bytes: Bytes,
    unpacked: [OnceCell<Vec<u8>>; SECTIONS.len()],
}

/// The sections that debug information is read from, in the order of `Image::unpacked`.
const SECTIONS: [SectionId; 10] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugAranges,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLineStr,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
    SectionId::DebugStr,
    SectionId::DebugStrOffsets,
];

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
        Self { path: path.to_owned(), bytes, unpacked: Default::default() }
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
    pub(crate) fn section<'a>(&'a self, file: &object::File<'a>, id: SectionId) -> &'a [u8] {
        let found = file.section_by_name(id.name());
        let Some(data) = found.and_then(|section| section.compressed_data().ok()) else {
            return &[];
        };
        if data.format == object::CompressionFormat::None {
            return data.data;
        }
        let Some(slot) = SECTIONS.iter().position(|&known| known == id) else { return &[] };
        self.unpacked[slot].get_or_init(|| {
            let sized = data.uncompressed_size <= LARGEST_SECTION;
            sized.then(|| data.decompress().ok()).flatten().unwrap_or_default().into_owned()
        })
    }
}
