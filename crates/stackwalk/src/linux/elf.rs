//! The ELF file behind a mapping, as the loader mapped it: program headers and build id.
//!
//! Everything is read through [`memory::copy`], because another thread may unload the file
//! meanwhile; the numbers in it are taken for data, never trusted.

use core::ops::Range;

use super::memory;
use super::proc_maps::{Area, FileIdentity};

/// Longest build id kept, in bytes. Linkers write 8 (xxhash), 16 (md5, uuid) or 20 (sha1).
pub(crate) const BUILD_ID_LIMIT: usize = 64;

/// The name that the kernel gives to its own code in every process.
pub(crate) const VDSO: &[u8] = b"[vdso]";

const ELF64_LITTLE_ENDIAN: &[u8] = b"\x7fELF\x02\x01";
const FILE_HEADER_BYTES: usize = 64;
const PROGRAM_HEADER_BYTES: usize = 56;
/// Real files have about a dozen.
const PROGRAM_HEADER_LIMIT: u16 = 128;
const NOTE_LIMIT: usize = 64;
const NOTE_HEADER_BYTES: u64 = 12;
const NT_GNU_BUILD_ID: u32 = 3;
const PAGE_MASK: usize = 4096 - 1;

/// Finds, while areas go by in order of addresses, where the ELF header belonging to each starts.
#[derive(Default)]
pub(crate) struct ImageFinder {
    file: FileIdentity,
    start: usize,
}

impl ImageFinder {
    /// The runtime address of the start of the file that `area` is a part of, if it was mapped.
    pub(crate) fn visit(&mut self, area: &Area<'_>) -> Option<usize> {
        if area.file.inode == 0 && area.path != VDSO {
            return None;
        }
        if area.file_offset == 0 && area.readable {
            (self.file, self.start) = (area.file, area.start);
        }
        (self.file == area.file && self.start != 0).then_some(self.start)
    }
}

/// A file mapped by the loader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    /// Runtime address minus link address, modulo 2^64.
    bias: usize,
    /// Runtime address of the program headers.
    headers: usize,
    count: u16,
}

/// One program header; addresses are runtime addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProgramHeader {
    pub kind: u32,
    pub executable: bool,
    pub file_offset: u64,
    pub address: usize,
    pub file_size: usize,
    pub alignment: u64,
}

impl Image {
    /// The file whose first byte is at runtime address `start`; `None` if that is no ELF file.
    pub(crate) fn at(start: usize) -> Option<Self> {
        let header: [u8; FILE_HEADER_BYTES] = memory::bytes(start)?;
        let size = u16::from_le_bytes(field(&header, 54)?);
        if !header.starts_with(ELF64_LITTLE_ENDIAN) || usize::from(size) != PROGRAM_HEADER_BYTES {
            return None;
        }
        let headers = start.wrapping_add(u64::from_le_bytes(field(&header, 32)?) as usize);
        let count = u16::from_le_bytes(field(&header, 56)?).min(PROGRAM_HEADER_LIMIT);
        let linked = Self { bias: 0, headers, count };
        let first = linked
            .headers()
            .find(|header| header.kind == libc::PT_LOAD && header.file_offset == 0)?;
        Some(Self { bias: start.wrapping_sub(first.address & !PAGE_MASK), ..linked })
    }

    /// The program headers, up to the first unreadable one.
    pub(crate) fn headers(&self) -> impl Iterator<Item = ProgramHeader> {
        let image = *self;
        (0..usize::from(image.count)).map_while(move |index| {
            let at = image.headers.checked_add(index * PROGRAM_HEADER_BYTES)?;
            image.parse_header(&memory::bytes(at)?)
        })
    }

    fn parse_header(&self, bytes: &[u8; PROGRAM_HEADER_BYTES]) -> Option<ProgramHeader> {
        let link_address = u64::from_le_bytes(field(bytes, 16)?) as usize;
        Some(ProgramHeader {
            kind: u32::from_le_bytes(field(bytes, 0)?),
            executable: u32::from_le_bytes(field(bytes, 4)?) & libc::PF_X != 0,
            file_offset: u64::from_le_bytes(field(bytes, 8)?),
            address: self.bias.wrapping_add(link_address),
            file_size: u64::from_le_bytes(field(bytes, 32)?) as usize,
            alignment: u64::from_le_bytes(field(bytes, 48)?),
        })
    }

    /// The runtime addresses of the GNU build id; `None` if the file has none, or one that is
    /// longer than [`BUILD_ID_LIMIT`].
    pub(crate) fn build_id_place(&self) -> Option<Range<usize>> {
        let mut notes = self.headers().filter(|header| header.kind == libc::PT_NOTE);
        let place = notes.find_map(|header| find_build_id(&header))?;
        (1..=BUILD_ID_LIMIT).contains(&place.len()).then_some(place)
    }

    /// The GNU build id, copied to `to`; empty if the file has none.
    pub(crate) fn build_id<'a>(&self, to: &'a mut [u8; BUILD_ID_LIMIT]) -> &'a [u8] {
        let place = self.build_id_place().unwrap_or(0..0);
        let to = to.get_mut(..place.len()).unwrap_or_default();
        if memory::copy(place.start, to) { to } else { &[] }
    }
}

/// Where the description of the build-id note lies in the notes of `segment`.
///
/// A note is three words (name size, description size, kind), the name and the description, each
/// padded to the segment's alignment: 4, or 8 where the linker says so.
fn find_build_id(segment: &ProgramHeader) -> Option<Range<usize>> {
    let padding = if segment.alignment == 8 { 8 } else { 4 };
    let mut at = 0u64;
    for _ in 0..NOTE_LIMIT {
        let description = at.checked_add(NOTE_HEADER_BYTES)?;
        if description > segment.file_size as u64 {
            return None;
        }
        let note = segment.address.checked_add(at as usize)?;
        let header: [u8; 16] = memory::bytes(note)?;
        let name_size = u32::from_le_bytes(field(&header, 0)?);
        let size = u32::from_le_bytes(field(&header, 4)?);
        let kind = u32::from_le_bytes(field(&header, 8)?);
        let description = description.checked_add(name_size.into())?.next_multiple_of(padding);
        if kind == NT_GNU_BUILD_ID && name_size == 4 && header.ends_with(b"GNU\0") {
            let start = segment.address.checked_add(description as usize)?;
            return Some(start..start.checked_add(size as usize)?);
        }
        at = description.checked_add(size.into())?.next_multiple_of(padding);
    }
    None
}

/// `N` bytes at `at`.
fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A note as in a file: sizes, kind, name and description, padded to four bytes.
    fn note(name: &[u8], kind: u32, description: &[u8]) -> Vec<u8> {
        let sizes = [name.len() as u32, description.len() as u32, kind];
        let mut bytes: Vec<u8> = sizes.iter().flat_map(|word| word.to_le_bytes()).collect();
        for part in [name, description] {
            bytes.extend_from_slice(part);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    fn find(notes: &[u8]) -> Option<Range<usize>> {
        let header = ProgramHeader {
            kind: libc::PT_NOTE,
            executable: false,
            file_offset: 0,
            address: notes.as_ptr() as usize,
            file_size: notes.len(),
            alignment: 4,
        };
        find_build_id(&header).map(|place| place.start - header.address..place.end - header.address)
    }

    #[test]
    fn a_build_id_behind_another_note() {
        let notes = [note(b"stapsdt\0", 3, &[0; 5]), note(b"GNU\0", 3, &[7; 20])].concat();
        assert_eq!(find(&notes), Some(44..64));
        assert_eq!(notes[44..64], [7; 20]);
    }

    #[test]
    fn notes_of_another_kind_or_name_or_size_are_none() {
        assert_eq!(find(&note(b"GNU\0", 1, &[7; 16])), None);
        assert_eq!(find(&note(b"LNX\0", 3, &[7; 16])), None);
        assert_eq!(find(&note(b"GNU\0", u32::MAX, &[])), None);
        let endless = [[0xff; 12], [0; 12]].concat();
        assert_eq!(find(&endless), None);
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn what_is_no_elf_file_is_no_image() {
        let page = [0u8; 4096];
        assert!(Image::at(page.as_ptr() as usize).is_none());
        assert!(Image::at(8).is_none());
        assert!(Image::at(usize::MAX - 4).is_none());
    }
}
