//! The bytes that a file puts at its addresses.

use object::{Object, ObjectSegment};

use super::Bytes;

/// Pieces of the file with the addresses they are loaded at.
pub(super) struct Memory<'a> {
    pieces: Vec<(u64, &'a [u8])>,
    little: bool,
}

impl<'a> Memory<'a> {
    pub(super) fn of(file: &object::File<'a>) -> Self {
        let piece =
            |segment: object::Segment<'a, '_>| Some((segment.address(), segment.data().ok()?));
        let pieces = file.segments().filter_map(piece).filter(|(_, data)| !data.is_empty());
        Self { pieces: pieces.collect(), little: file.is_little_endian() }
    }

    /// What lies from `address` to the end of its piece.
    pub(super) fn from(&self, address: u64) -> Option<Bytes<'a>> {
        let rest = |&(start, data): &(u64, &'a [u8])| {
            let at = usize::try_from(address.checked_sub(start)?).ok()?;
            data.get(at..).filter(|rest| !rest.is_empty())
        };
        let data = self.pieces.iter().find_map(rest)?;
        Some(Bytes { data, little: self.little })
    }
}
