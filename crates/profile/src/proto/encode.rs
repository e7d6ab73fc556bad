//! From a profile to bytes.

use std::io;

use crate::proto::field::{function, label, line, location, mapping, profile, sample, value_type};
use crate::proto::writer::Writer;
use crate::{
    Function, Header, Label, LabelValue, Line, Location, Mapping, Profile, Sample, Str, Strings,
    ValueType,
};

/// Encodes a profile as profile.proto, uncompressed.
///
/// The bytes are those of the reference: fields in the order of their numbers; texts in the order
/// of their first use, the unused ones left out; numbers that are 0 left out, but for the default
/// sample type. Encoding what was decoded from such bytes gives the same bytes.
pub fn encode(profile: &Profile) -> Vec<u8> {
    let mut bytes = Vec::new();
    let taken = encode_pieces(profile, usize::MAX, |piece| {
        bytes = piece;
        Ok(())
    });
    debug_assert!(taken.is_ok(), "a vector takes all bytes");
    bytes
}

/// Encodes a profile like [`encode`], and gives the bytes to `take` in pieces of at least `least` bytes
/// each but for the last one, so that they need not all be in memory. A piece ends where a message
/// of the profile does.
///
/// # Errors
///
/// What `take` returns.
pub fn encode_pieces(
    profile: &Profile,
    least: usize,
    take: impl FnMut(Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    let texts = TextIndex::new(&profile.strings);
    let mut encoder = Encoder { out: Writer::default(), texts, least, take };
    encoder.tables(profile)?;
    encoder.header(&profile.header)?;
    (encoder.take)(encoder.out.into_bytes())
}

/// The string table of the wire: the texts that were used so far, in that order.
struct TextIndex<'a> {
    strings: &'a Strings,
    /// The wire index of a row; 0 while it has none. Row 0 has index 0 from the start.
    by_row: Vec<u32>,
    used: Vec<Str>,
}

impl<'a> TextIndex<'a> {
    fn new(strings: &'a Strings) -> Self {
        Self { strings, by_row: vec![0; strings.len()], used: vec![Strings::EMPTY] }
    }

    fn of(&mut self, text: Str) -> u64 {
        let index = &mut self.by_row[text.row()];
        if *index == 0 && text != Strings::EMPTY {
            *index = self.used.len() as u32;
            self.used.push(text);
        }
        u64::from(*index)
    }
}

struct Encoder<'a, F> {
    out: Writer,
    texts: TextIndex<'a>,
    least: usize,
    take: F,
}

impl<F: FnMut(Vec<u8>) -> io::Result<()>> Encoder<'_, F> {
    /// Gives away what there is, if it is enough for a piece.
    #[inline]
    fn end_message(&mut self) -> io::Result<()> {
        if self.out.len() < self.least {
            return Ok(());
        }
        (self.take)(std::mem::take(&mut self.out).into_bytes())
    }

    /// Fields 1 to 5, which decide the order of the string table.
    fn tables(&mut self, profile: &Profile) -> io::Result<()> {
        for &sample_type in &profile.header.sample_types {
            self.value_type(profile::SAMPLE_TYPE, sample_type);
        }
        let location_ids: Vec<u64> = profile.locations.iter().map(|(row, _)| row.id).collect();
        for sample in profile.samples.iter() {
            self.sample(sample, &location_ids);
            self.end_message()?;
        }
        for mapping in profile.mappings.rows() {
            self.mapping(mapping);
            self.end_message()?;
        }
        for (location, lines) in profile.locations.iter() {
            self.location(location, lines, profile);
            self.end_message()?;
        }
        for function in profile.functions.rows() {
            self.function(function);
            self.end_message()?;
        }
        Ok(())
    }

    /// The string table and the fields after it, whose texts come last in it.
    fn header(&mut self, header: &Header) -> io::Result<()> {
        let texts = &mut self.texts;
        let drop_frames = texts.of(header.drop_frames);
        let keep_frames = texts.of(header.keep_frames);
        let period_type = (texts.of(header.period_type.kind), texts.of(header.period_type.unit));
        let comments: Vec<u64> = header.comments.iter().map(|&text| texts.of(text)).collect();
        let default_sample_type = texts.of(header.default_sample_type);
        let doc_url = texts.of(header.doc_url);
        for text in std::mem::take(&mut texts.used) {
            self.out.text(profile::STRING_TABLE, self.texts.strings.get(text));
            self.end_message()?;
        }
        let out = &mut self.out;
        out.integer(profile::DROP_FRAMES, drop_frames);
        out.integer(profile::KEEP_FRAMES, keep_frames);
        out.signed(profile::TIME_NANOS, header.time_nanos);
        out.signed(profile::DURATION_NANOS, header.duration_nanos);
        if period_type != (0, 0) {
            self.value_type(profile::PERIOD_TYPE, header.period_type);
        }
        let out = &mut self.out;
        out.signed(profile::PERIOD, header.period);
        out.integers(profile::COMMENT, comments.into_iter());
        out.integer_even_zero(profile::DEFAULT_SAMPLE_TYPE, default_sample_type);
        out.integer(profile::DOC_URL, doc_url);
        Ok(())
    }

    fn value_type(&mut self, field: u64, value: ValueType) {
        let Self { out, texts, .. } = self;
        out.message(field, |out| {
            out.integer(value_type::TYPE, texts.of(value.kind));
            out.integer(value_type::UNIT, texts.of(value.unit));
        });
    }

    fn sample(&mut self, row: Sample<'_>, location_ids: &[u64]) {
        let Self { out, texts, .. } = self;
        out.message(profile::SAMPLE, |out| {
            out.integers(sample::LOCATION_ID, row.stack.iter().map(|id| location_ids[id.row()]));
            out.integers(sample::VALUE, row.values.iter().map(|value| value.cast_unsigned()));
            for &label in row.labels {
                write_label(out, texts, label);
            }
        });
    }

    fn mapping(&mut self, row: &Mapping) {
        let Self { out, texts, .. } = self;
        out.message(profile::MAPPING, |out| {
            out.integer(mapping::ID, row.id);
            out.integer(mapping::MEMORY_START, row.start.0);
            out.integer(mapping::MEMORY_LIMIT, row.limit.0);
            out.integer(mapping::FILE_OFFSET, row.offset.0);
            out.integer(mapping::FILENAME, texts.of(row.file));
            out.integer(mapping::BUILD_ID, texts.of(row.build_id));
            out.flag(mapping::HAS_FUNCTIONS, row.resolved.functions);
            out.flag(mapping::HAS_FILENAMES, row.resolved.filenames);
            out.flag(mapping::HAS_LINE_NUMBERS, row.resolved.line_numbers);
            out.flag(mapping::HAS_INLINE_FRAMES, row.resolved.inline_frames);
        });
    }

    fn location(&mut self, row: &Location, lines: &[Line], profile: &Profile) {
        self.out.message(profile::LOCATION, |out| {
            out.integer(location::ID, row.id);
            out.integer(location::MAPPING_ID, row.mapping.map_or(0, |id| profile.mappings[id].id));
            out.integer(location::ADDRESS, row.address.0);
            for frame in lines {
                out.message(location::LINE, |out| {
                    out.integer(line::FUNCTION_ID, profile.functions[frame.function].id);
                    out.signed(line::LINE, frame.line);
                    out.signed(line::COLUMN, frame.column);
                });
            }
            out.flag(location::IS_FOLDED, row.folded);
        });
    }

    fn function(&mut self, row: &Function) {
        let Self { out, texts, .. } = self;
        out.message(profile::FUNCTION, |out| {
            out.integer(function::ID, row.id);
            out.integer(function::NAME, texts.of(row.name));
            out.integer(function::SYSTEM_NAME, texts.of(row.system_name));
            out.integer(function::FILENAME, texts.of(row.file));
            out.signed(function::START_LINE, row.start_line);
        });
    }
}

fn write_label(out: &mut Writer, texts: &mut TextIndex<'_>, row: Label) {
    out.message(sample::LABEL, |out| {
        out.integer(label::KEY, texts.of(row.key));
        match row.value {
            LabelValue::Text(text) => out.integer(label::STR, texts.of(text)),
            LabelValue::Number { number, unit } => {
                out.signed(label::NUM, number);
                out.integer(label::NUM_UNIT, texts.of(unit));
            }
        }
    });
}
