//! The parts of a recording, found in its bytes.

use super::{MAGIC, RecordingError};

/// The first, which had no labels, differs in nothing else.
const VERSIONS: [u32; 2] = [1, 2];
const HEAD_BYTES: usize = 256 << 10;
const EXTENT: usize = 64 << 10;
/// Bytes of an extent, of a frame and of a bucket, as the file says them.
const SIZES: [u32; 3] = [EXTENT as u32, 16, 112];
const DIRECTORY: usize = 10_432;
const MOST_EXTENTS: usize = 2880;
const TEXTS: usize = 22_528;
const MOST_TEXT: usize = 8 << 10;
const MAPPINGS: [usize; 2] = [65_536, 163_840];
const MAPPING_BYTES: usize = 96 << 10;
const BUCKETS_BIT: u32 = 1 << 31;
const LABELS_BIT: u32 = 1 << 30;

/// Where the journals are.
pub const JOURNALS: JournalPlaces = JournalPlaces { next: 0 };

/// The places of the journals, in order.
#[derive(Clone, Copy, Debug)]
pub struct JournalPlaces {
    next: usize,
}

impl Iterator for JournalPlaces {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = 192 + 320 * self.next;
        self.next += 1;
        (self.next <= 32).then_some(place)
    }
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Frames,
    Buckets,
    Labels,
}

impl Part {
    /// Where the number of its rows stands, and how many bytes each has.
    fn rows(self) -> (usize, usize) {
        match self {
            Self::Frames => (56, 16),
            Self::Buckets => (64, 112),
            Self::Labels => (136, 1),
        }
    }
}

/// The bytes of a recording, and where its tables are.
#[derive(Debug)]
pub struct File<'a> {
    bytes: &'a [u8],
    /// Where each piece of [`EXTENT`] bytes of each table is.
    pieces: [Vec<Option<usize>>; 3],
}

impl<'a> File<'a> {
    /// Finds the tables.
    pub fn open(bytes: &'a [u8]) -> Result<Self, RecordingError> {
        let mut file = Self { bytes, pieces: [const { Vec::new() }; 3] };
        if !bytes.starts_with(MAGIC) || bytes.len() < HEAD_BYTES {
            return Err(RecordingError::Truncated { at: bytes.len(), wanted: HEAD_BYTES });
        }
        let version = file.u32(8)?;
        if !VERSIONS.contains(&version) {
            return Err(RecordingError::Version { version });
        }
        for (size, at) in SIZES.into_iter().zip([12, 16, 20]) {
            if file.u32(at)? != size {
                return Err(RecordingError::Sizes { at });
            }
        }
        let count = file.u32(120)? as usize;
        if count > MOST_EXTENTS {
            return Err(RecordingError::Extent { extent: count });
        }
        for extent in 0..count {
            file.place(extent)?;
        }
        Ok(file)
    }

    /// Enters an extent where its table has it.
    fn place(&mut self, extent: usize) -> Result<(), RecordingError> {
        let word = self.u32(DIRECTORY + 4 * extent)?;
        let part = match word & (BUCKETS_BIT | LABELS_BIT) {
            0 => Part::Frames,
            BUCKETS_BIT => Part::Buckets,
            _ => Part::Labels,
        };
        let piece = (word & !(BUCKETS_BIT | LABELS_BIT)) as usize;
        if piece >= MOST_EXTENTS {
            return Err(RecordingError::Extent { extent });
        }
        let pieces = &mut self.pieces[part as usize];
        pieces.resize(pieces.len().max(piece + 1), None);
        pieces[piece] = Some(HEAD_BYTES + extent * EXTENT);
        Ok(())
    }

    /// How many rows a table has; its pieces hold as many.
    pub fn rows(&self, part: Part) -> Result<usize, RecordingError> {
        let (at, bytes) = part.rows();
        let rows = self.u64(at)?;
        let room = self.pieces[part as usize].len() * EXTENT / bytes;
        match usize::try_from(rows) {
            // The frame that stands for none needs no place.
            Ok(rows) if rows <= room.max(usize::from(part == Part::Frames)) => Ok(rows),
            _ => Err(RecordingError::Rows { at, rows, room }),
        }
    }

    /// A row of a table, of `N` bytes; it may lie in two pieces.
    pub fn row<const N: usize>(&self, part: Part, row: usize) -> Result<[u8; N], RecordingError> {
        let mut found = [0; N];
        let (mut at, mut done) = (row.saturating_mul(N), 0);
        while done < N {
            let missing = RecordingError::Missing { piece: at / EXTENT };
            let piece = self.pieces[part as usize].get(at / EXTENT).copied().flatten();
            let start = piece.ok_or(missing)? + at % EXTENT;
            let some = (EXTENT - at % EXTENT).min(N - done);
            found[done..done + some].copy_from_slice(self.slice(start, some)?);
            (at, done) = (at + some, done + some);
        }
        Ok(found)
    }

    /// The bytes of a table that has no rows of one size.
    pub fn table(&self, part: Part) -> Result<Vec<u8>, RecordingError> {
        let bytes = self.rows(part)?;
        let mut table = Vec::with_capacity(bytes.min(self.bytes.len()));
        for (piece, start) in self.pieces[part as usize].iter().enumerate() {
            let some = EXTENT.min(bytes - table.len());
            let start = start.ok_or(RecordingError::Missing { piece });
            if some > 0 {
                table.extend(self.slice(start?, some)?);
            }
        }
        Ok(table)
    }

    /// The path of the main binary (0), or the frames that reports leave out (1).
    pub fn text(&self, number: usize) -> Result<&'a [u8], RecordingError> {
        let lengths = [self.u32(128)? as usize, self.u32(132)? as usize];
        if lengths.iter().any(|&length| length > MOST_TEXT) {
            return Err(RecordingError::Sizes { at: 128 });
        }
        let start = if number == 0 { TEXTS } else { TEXTS + lengths[0] };
        self.slice(start, lengths[usize::from(number != 0)])
    }

    /// The list of mappings, if one was written.
    pub fn mappings(&self) -> Result<Option<&'a [u8]>, RecordingError> {
        let which = self.u32(124)? as usize;
        let Some(&start) = which.checked_sub(1).and_then(|which| MAPPINGS.get(which)) else {
            return Ok(None);
        };
        let bytes = self.u32(start + 4)? as usize;
        if !(8..=MAPPING_BYTES).contains(&bytes) {
            return Err(RecordingError::Mappings);
        }
        self.slice(start + 8, bytes - 8).map(Some)
    }

    /// The number at a place.
    pub fn u32(&self, at: usize) -> Result<u32, RecordingError> {
        self.bytes(at).map(u32::from_le_bytes)
    }

    /// The number at a place.
    pub fn u64(&self, at: usize) -> Result<u64, RecordingError> {
        self.bytes(at).map(u64::from_le_bytes)
    }

    /// The bytes at a place.
    pub fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], RecordingError> {
        let mut found = [0; N];
        found.copy_from_slice(self.slice(at, N)?);
        Ok(found)
    }

    fn slice(&self, at: usize, wanted: usize) -> Result<&'a [u8], RecordingError> {
        let end = at.saturating_add(wanted);
        self.bytes
            .get(at..end)
            .ok_or(RecordingError::Truncated { at: self.bytes.len(), wanted: end })
    }
}
