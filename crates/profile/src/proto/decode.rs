//! The pass over the buffer.

use crate::proto::field::profile;
use crate::proto::message::{
    LocationColumns, TextRefs, read_function, read_mapping, read_value_type,
};
use crate::proto::reader::{Field, Reader};
use crate::proto::sample::SampleColumns;
use crate::{Error, Function, Header, Mapping, Profile, Str, Strings};

/// Everything that the buffer said, before ids and indices become rows.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What is not a table, its texts as wire indices.
    pub header: Header,
    /// The distinct texts.
    pub strings: Strings,
    /// From the index of a text on the wire to its row.
    pub string_rows: Vec<Str>,
    /// The largest wire index of a text.
    pub texts: TextRefs,
    /// The functions, their texts as wire indices.
    pub functions: Vec<Function>,
    /// The mappings, their texts as wire indices.
    pub mappings: Vec<Mapping>,
    /// The locations.
    pub locations: LocationColumns,
    /// The samples.
    pub samples: SampleColumns,
}

/// Decodes uncompressed profile.proto bytes, in one pass, into a profile that is valid.
///
/// Memory grows with what the bytes hold, not with the counts and lengths that they announce. Labels
/// come out in the order that [`Sample::labels`](crate::Sample::labels) documents, equal strings as
/// one row.
///
/// # Errors
///
/// [`Error::Invalid`] if the bytes are the right messages but contradict themselves; anything else
/// says that they are not a profile of this format.
pub fn decode(bytes: &[u8]) -> Result<Profile, Error> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(Error::TooLarge { bytes: bytes.len() });
    }
    let mut decoded = Decoded::default();
    let mut reader = Reader::new(bytes);
    while let Some(field) = reader.field()? {
        decoded.read(&field)?;
    }
    decoded.resolve()
}

/// Appends a row, unless it and the one before have the reserved id 0: the first of them will be
/// refused, and a message of two bytes must not cost a row each time.
#[inline]
fn push_row<T>(rows: &mut Vec<T>, row: T, id: impl Fn(&T) -> u64) {
    if id(&row) != 0 || rows.last().is_none_or(|last| id(last) != 0) {
        rows.push(row);
    }
}

/// Decodes a profile whose bytes come piece by piece, like [`decode`].
///
/// Only what a message lacks to its end is kept until the next piece. The places that errors name
/// count from the start of what was kept: to name them right takes all the bytes at once.
#[derive(Debug, Default)]
pub struct PieceDecoder {
    decoded: Decoded,
    /// The bytes that are not decoded yet.
    pending: Vec<u8>,
    /// How many bytes there were so far.
    total: usize,
}

impl PieceDecoder {
    /// Decodes the messages that `piece` ends.
    ///
    /// # Errors
    ///
    /// Those of [`decode`] but for what only the end can tell.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.total = self.total.saturating_add(piece.len());
        if u32::try_from(self.total).is_err() {
            return Err(Error::TooLarge { bytes: self.total });
        }
        self.pending.extend_from_slice(piece);
        let mut reader = Reader::new(&self.pending);
        let mut done = 0;
        loop {
            match reader.field() {
                Ok(Some(field)) => self.decoded.read(&field)?,
                Ok(None) | Err(Error::Truncated { .. }) => break,
                Err(error) => return Err(error),
            }
            done = reader.position();
        }
        self.pending.drain(..done);
        Ok(())
    }

    /// The profile, after the last piece.
    ///
    /// # Errors
    ///
    /// Those of [`decode`].
    pub fn finish(self) -> Result<Profile, Error> {
        if !self.pending.is_empty() {
            return Err(Error::Truncated { at: 0, wanted: self.pending.len() as u64 + 1 });
        }
        self.decoded.resolve()
    }
}

impl Decoded {
    #[inline]
    fn read(&mut self, field: &Field<'_>) -> Result<(), Error> {
        let texts = &mut self.texts;
        match field.number {
            profile::SAMPLE => self.samples.read(field.message()?, texts)?,
            profile::MAPPING => {
                let read = read_mapping(field.message()?, texts)?;
                push_row(&mut self.mappings, read, |row| row.id);
            }
            profile::LOCATION => self.locations.read(field.message()?)?,
            profile::FUNCTION => {
                let read = read_function(field.message()?, texts)?;
                push_row(&mut self.functions, read, |row| row.id);
            }
            profile::STRING_TABLE => {
                let row = self.strings.intern(field.message()?.rest());
                self.string_rows.push(row);
            }
            _ => self.read_header(field)?,
        }
        Ok(())
    }

    fn read_header(&mut self, field: &Field<'_>) -> Result<(), Error> {
        let (header, texts) = (&mut self.header, &mut self.texts);
        match field.number {
            profile::SAMPLE_TYPE => {
                header.sample_types.push(read_value_type(field.message()?, texts)?);
            }
            profile::DROP_FRAMES => header.drop_frames = texts.keep(field)?,
            profile::KEEP_FRAMES => header.keep_frames = texts.keep(field)?,
            profile::TIME_NANOS if header.time_nanos != 0 => {
                return Err(Error::Concatenated { at: field.at });
            }
            profile::TIME_NANOS => header.time_nanos = field.signed()?,
            profile::DURATION_NANOS => header.duration_nanos = field.signed()?,
            profile::PERIOD_TYPE => {
                header.period_type = read_value_type(field.message()?, texts)?;
            }
            profile::PERIOD => header.period = field.signed()?,
            profile::COMMENT => texts.keep_all(field, &mut header.comments)?,
            profile::DEFAULT_SAMPLE_TYPE => header.default_sample_type = texts.keep(field)?,
            profile::DOC_URL => header.doc_url = texts.keep(field)?,
            _ => {}
        }
        Ok(())
    }
}
