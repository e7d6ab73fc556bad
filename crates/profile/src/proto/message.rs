//! The small messages from the wire: texts as wire indices, ids as wire ids.

use crate::proto::field::{function, line, location, mapping, value_type};
use crate::proto::ids::LargeIds;
use crate::proto::reader::{Field, Reader};
use crate::{
    Error, FileOffset, Function, Id, Line, Location, Mapping, RuntimeAddr, Str, ValueType,
};

/// Indices into the string table on their way to rows. Where a text belongs, a message holds the
/// wire index itself until the table is known; only the largest is remembered, to check them all.
#[derive(Debug, Default)]
pub struct TextRefs {
    /// The largest index.
    pub largest: u64,
    /// Where the field with the largest index starts.
    pub at: usize,
}

impl TextRefs {
    /// What stands for the text of `field` until it is resolved.
    #[inline]
    pub fn keep(&mut self, field: &Field<'_>) -> Result<Str, Error> {
        let index = field.integer()?;
        self.see(index, field.at);
        Ok(Str::from_row(usize::try_from(index).unwrap_or(usize::MAX)))
    }

    /// The same for a repeated field.
    pub fn keep_all(&mut self, field: &Field<'_>, into: &mut Vec<Str>) -> Result<(), Error> {
        field.integers(|index| {
            self.see(index, field.at);
            into.push(Str::from_row(usize::try_from(index).unwrap_or(usize::MAX)));
        })
    }

    #[inline]
    fn see(&mut self, index: u64, at: usize) {
        if index > self.largest {
            *self = Self { largest: index, at };
        }
    }
}

/// Reads a value type.
pub fn read_value_type(mut reader: Reader<'_>, texts: &mut TextRefs) -> Result<ValueType, Error> {
    let mut read = ValueType::default();
    while let Some(field) = reader.field()? {
        match field.number {
            value_type::TYPE => read.kind = texts.keep(&field)?,
            value_type::UNIT => read.unit = texts.keep(&field)?,
            _ => {}
        }
    }
    Ok(read)
}

/// Reads a mapping.
pub fn read_mapping(mut reader: Reader<'_>, texts: &mut TextRefs) -> Result<Mapping, Error> {
    let mut read = Mapping::default();
    while let Some(field) = reader.field()? {
        match field.number {
            mapping::ID => read.id = field.integer()?,
            mapping::MEMORY_START => read.start = RuntimeAddr(field.integer()?),
            mapping::MEMORY_LIMIT => read.limit = RuntimeAddr(field.integer()?),
            mapping::FILE_OFFSET => read.offset = FileOffset(field.integer()?),
            mapping::FILENAME => read.file = texts.keep(&field)?,
            mapping::BUILD_ID => read.build_id = texts.keep(&field)?,
            mapping::HAS_FUNCTIONS => read.resolved.functions = field.flag()?,
            mapping::HAS_FILENAMES => read.resolved.filenames = field.flag()?,
            mapping::HAS_LINE_NUMBERS => read.resolved.line_numbers = field.flag()?,
            mapping::HAS_INLINE_FRAMES => read.resolved.inline_frames = field.flag()?,
            _ => {}
        }
    }
    Ok(read)
}

/// Reads a function.
pub fn read_function(mut reader: Reader<'_>, texts: &mut TextRefs) -> Result<Function, Error> {
    let mut read = Function::default();
    while let Some(field) = reader.field()? {
        match field.number {
            function::ID => read.id = field.integer()?,
            function::NAME => read.name = texts.keep(&field)?,
            function::SYSTEM_NAME => read.system_name = texts.keep(&field)?,
            function::FILENAME => read.file = texts.keep(&field)?,
            function::START_LINE => read.start_line = field.signed()?,
            _ => {}
        }
    }
    Ok(read)
}

/// The columns of the locations that were read so far.
#[derive(Debug, Default)]
pub struct LocationColumns {
    /// The locations, each without its mapping.
    pub rows: Vec<Location>,
    /// The wire id of the mapping of each location; 0 if it has none.
    pub mapping_ids: Vec<u64>,
    /// Where the lines of a location end in `lines`.
    pub line_ends: Vec<u32>,
    /// Every line of every location, with the wire ids of the functions.
    pub lines: Vec<Line>,
    /// The wire ids that `lines` cannot hold.
    pub large_ids: LargeIds,
}

impl LocationColumns {
    /// Reads one location to the end of the columns.
    pub fn read(&mut self, mut reader: Reader<'_>) -> Result<(), Error> {
        let (mut read, mut mapping_id) = (Location::default(), 0);
        while let Some(field) = reader.field()? {
            match field.number {
                location::ID => read.id = field.integer()?,
                location::MAPPING_ID => mapping_id = field.integer()?,
                location::ADDRESS => read.address = RuntimeAddr(field.integer()?),
                location::LINE => self.read_line(field.message()?)?,
                location::IS_FOLDED => read.folded = field.flag()?,
                _ => {}
            }
        }
        if read.id == 0 && self.rows.last().is_some_and(|last| last.id == 0) {
            // The one before will be refused: see `push_row` of the other tables.
            return Ok(());
        }
        self.rows.push(read);
        self.mapping_ids.push(mapping_id);
        self.line_ends.push(self.lines.len() as u32);
        Ok(())
    }

    fn read_line(&mut self, mut reader: Reader<'_>) -> Result<(), Error> {
        let mut function_id = 0;
        let mut read = Line { function: Id::ZERO, line: 0, column: 0 };
        while let Some(field) = reader.field()? {
            match field.number {
                line::FUNCTION_ID => function_id = field.integer()?,
                line::LINE => read.line = field.signed()?,
                line::COLUMN => read.column = field.signed()?,
                _ => {}
            }
        }
        read.function = self.large_ids.keep(function_id);
        self.lines.push(read);
        Ok(())
    }
}
