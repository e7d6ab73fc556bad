//! A profile made of a file.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::File;
use super::frame::{Frame, ROOT, split_address};
use crate::legacy::{LegacyError, prune_patterns};
use crate::{
    FixedState, Function, Header, Id, Label, LabelValue, Line, Location, Locations, Mapping,
    Profile, Resolved, RuntimeAddr, Sample, Samples, Str, Strings, Table, ValueType,
};

/// The profile of the file.
pub(super) fn build(file: &File) -> Result<Profile, LegacyError> {
    let mut builder = Builder::new(file);
    for row in 0..file.stacks.values.len() {
        builder.push(row)?;
    }
    Ok(builder.finish())
}

/// Names and units of the columns of a pair of values: blocks, then bytes.
type Pair = [(&'static str, &'static str); 2];

/// What the values are of in each mode.
fn pairs(mode: &[u8]) -> [Pair; 3] {
    let totals = match mode {
        b"copy" => [("copy_objects", "count"), ("copy_space", "bytes")],
        b"ad-hoc" | b"rust-ad-hoc" => [("events", "count"), ("units", "count")],
        _ => [("alloc_objects", "count"), ("alloc_space", "bytes")],
    };
    [
        totals,
        [("peak_objects", "count"), ("peak_space", "bytes")],
        [("inuse_objects", "count"), ("inuse_space", "bytes")],
    ]
}

/// The profile so far.
struct Builder<'f> {
    file: &'f File,
    header: Header,
    strings: Strings,
    functions: Table<Function>,
    by_name_and_file: HashMap<(Str, Str), Id<Function>, FixedState>,
    objects: Objects,
    locations: Locations,
    /// The address of each text of a frame, by its row.
    addresses: Vec<Option<u64>>,
    /// The location of each text that is one alone, by its row.
    by_frame: Vec<Option<Id<Location>>>,
    /// The locations of several frames, by their texts.
    by_frames: HashMap<Box<[Str]>, Id<Location>, FixedState>,
    samples: Samples,
    /// What each sample gets its block size under; nothing if values are not of bytes.
    block_size: Option<Str>,
}

impl<'f> Builder<'f> {
    fn new(file: &'f File) -> Self {
        let mut strings = Strings::new();
        let columns = pairs(&file.mode).concat();
        let header = header(file, &columns[..file.width()], &mut strings);
        let is_bytes = columns[1].1 == "bytes";
        Self {
            file,
            header,
            functions: Table::new(),
            by_name_and_file: HashMap::default(),
            objects: Objects::new(&file.command, &mut strings),
            locations: Locations::new(),
            addresses: file.texts.iter().map(|(_, text)| split_address(text).0).collect(),
            by_frame: vec![None; file.texts.len()],
            by_frames: HashMap::default(),
            samples: Samples::new(file.width()),
            block_size: is_bytes.then(|| strings.intern(b"bytes")),
            strings,
        }
    }

    /// Appends the stack in row `row`.
    fn push(&mut self, row: usize) -> Result<(), LegacyError> {
        let frames = self.texts(row)?;
        let (mut stack, mut rest) = (Vec::new(), &frames[..]);
        while !rest.is_empty() {
            let (location, callers) = rest.split_at(self.inlined_together(rest));
            stack.push(self.location(location));
            rest = callers;
        }
        let values = &self.file.stacks.values[row];
        let [blocks, bytes, ..] = *values;
        let label = self.block_size.map(|key| {
            let number = bytes.checked_div(blocks).unwrap_or(0);
            Label { key, value: LabelValue::Number { number, unit: Strings::EMPTY } }
        });
        self.samples.push(Sample { stack: &stack, values, labels: label.as_slice() });
        Ok(())
    }

    /// The texts of the frames of the stack in row `row`, without the root.
    fn texts(&self, row: usize) -> Result<Vec<Str>, LegacyError> {
        let known = &self.file.frames;
        let text = |&frame: &u32| {
            let unknown = LegacyError::UnknownFrame { stack: row, frame, frames: known.len() };
            known.get(frame as usize).copied().ok_or(unknown)
        };
        let root = self.file.texts.find(ROOT);
        let is_root = |text: &Str| Some(*text) == root;
        let texts = self.file.stacks.frames(row).iter().map(text);
        texts.filter(|text| !text.as_ref().is_ok_and(is_root)).collect()
    }

    /// How many of the first frames are one location: the calls inlined at one address, up to the
    /// function that holds it. A recursion at that address starts with the first frame anew.
    fn inlined_together(&self, frames: &[Str]) -> usize {
        let address = |text: Str| self.addresses[text.row()];
        let Some((&first, others)) = frames.split_first() else { return 0 };
        let Some(at) = address(first) else { return 1 };
        let is_inlined_into = |&&text: &&Str| text != first && address(text) == Some(at);
        1 + others.iter().take_while(is_inlined_into).count()
    }

    fn location(&mut self, frames: &[Str]) -> Id<Location> {
        let known = match *frames {
            [alone] => self.by_frame[alone.row()],
            _ => self.by_frames.get(frames).copied(),
        };
        known.unwrap_or_else(|| self.new_location(frames))
    }

    fn new_location(&mut self, frames: &[Str]) -> Id<Location> {
        let texts = &self.file.texts;
        let parsed: Vec<_> = frames.iter().map(|&text| Frame::parse(texts.get(text))).collect();
        let lines: Vec<_> = parsed.iter().filter_map(|frame| self.line(frame)).collect();
        let address = RuntimeAddr(parsed.first().and_then(|frame| frame.address).unwrap_or(0));
        let object = parsed.iter().map(|frame| frame.object).find(|object| !object.is_empty());
        let mapping = object.map(|object| self.objects.mapping(object, &mut self.strings));
        let id = self.locations.len() as u64 + 1;
        let id = self.locations.push(Location { id, mapping, address, folded: false }, &lines);
        match *frames {
            [alone] => self.by_frame[alone.row()] = Some(id),
            _ => drop(self.by_frames.insert(frames.into(), id)),
        }
        id
    }

    /// The function of a frame and the place in it, if it has a name.
    fn line(&mut self, frame: &Frame<'_>) -> Option<Line> {
        if frame.name.is_empty() {
            return None;
        }
        let (name, file) = (self.strings.intern(frame.name), self.strings.intern(frame.file));
        let functions = &mut self.functions;
        let function = *self.by_name_and_file.entry((name, file)).or_insert_with(|| {
            let id = functions.len() as u64 + 1;
            functions.push(Function { id, name, system_name: name, file, start_line: 0 })
        });
        Some(Line { function, line: frame.line, column: frame.column })
    }

    fn finish(self) -> Profile {
        Profile {
            header: self.header,
            strings: Arc::new(self.strings),
            functions: Arc::new(self.functions),
            mappings: Arc::new(self.objects.mappings),
            locations: Arc::new(self.locations),
            samples: Arc::new(self.samples),
        }
    }
}

/// The header: all that was allocated is shown first, since at the end of a run little is in use.
fn header(file: &File, columns: &[(&str, &str)], strings: &mut Strings) -> Header {
    let kinds: Vec<&[u8]> = columns.iter().map(|(kind, _)| kind.as_bytes()).collect();
    let patterns = prune_patterns::for_types(&kinds);
    let mut value_type = |&(kind, unit): &(&str, &str)| ValueType {
        kind: strings.intern(kind.as_bytes()),
        unit: strings.intern(unit.as_bytes()),
    };
    let sample_types: Vec<_> = columns.iter().map(&mut value_type).collect();
    let is_wall_clock = file.time_unit == "µs".as_bytes();
    Header {
        default_sample_type: sample_types.get(1).map_or(Strings::EMPTY, |bytes| bytes.kind),
        sample_types,
        drop_frames: strings.intern(patterns.drop.as_bytes()),
        keep_frames: strings.intern(patterns.keep.as_bytes()),
        duration_nanos: if is_wall_clock { file.elapsed.saturating_mul(1000) } else { 0 },
        ..Header::default()
    }
}

/// The mappings: the program, which the command line names, and the objects that frames name.
/// DHAT does not say which addresses they had, so they are ranges of nothing.
struct Objects {
    mappings: Table<Mapping>,
    by_file: HashMap<Str, Id<Mapping>, FixedState>,
}

impl Objects {
    fn new(command: &[u8], strings: &mut Strings) -> Self {
        let mut objects = Self { mappings: Table::new(), by_file: HashMap::default() };
        let program = command.split(|&byte| byte == b' ').next().unwrap_or_default();
        if !program.is_empty() {
            objects.mapping(program, strings);
        }
        objects
    }

    fn mapping(&mut self, file: &[u8], strings: &mut Strings) -> Id<Mapping> {
        let file = strings.intern(file);
        let mappings = &mut self.mappings;
        *self.by_file.entry(file).or_insert_with(|| {
            // Without ranges there is nothing to look up.
            let resolved = Resolved {
                functions: true,
                filenames: true,
                line_numbers: true,
                inline_frames: true,
            };
            let id = mappings.len() as u64 + 1;
            mappings.push(Mapping { id, file, resolved, ..Mapping::default() })
        })
    }
}
