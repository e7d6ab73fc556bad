//! The tables of the merged profile, each row once.

use std::sync::Arc;

use crate::merge::MergeError;
use crate::merge::key_table::{KeyTable, hash_of};
use crate::merge::translate::Translation;
use crate::{
    Function, Header, Id, Label, LabelValue, Line, Location, Locations, Mapping, Profile,
    RuntimeAddr, Sample, Samples, Str, Strings, Table,
};

/// Sizes of mappings that differ by less are taken for equal.
const PAGE: u64 = 4096;

/// Merged tables, with what finds a row by its content.
#[derive(Debug)]
pub struct Union {
    strings: Strings,
    functions: Table<Function>,
    functions_by_key: KeyTable,
    mappings: Table<Mapping>,
    mappings_by_key: KeyTable,
    locations: Locations,
    locations_by_key: KeyTable,
    samples: Samples,
    samples_by_key: KeyTable,
    scratch: Scratch,
}

/// A sample in rows of the union, before it is known whether it is new.
#[derive(Debug, Default)]
struct Scratch {
    stack: Vec<Id<Location>>,
    labels: Vec<Label>,
    lines: Vec<Line>,
}

impl Union {
    /// Tables without rows, for samples of `width` values.
    pub fn new(width: usize) -> Self {
        Self {
            strings: Strings::new(),
            functions: Table::new(),
            functions_by_key: KeyTable::default(),
            mappings: Table::new(),
            mappings_by_key: KeyTable::default(),
            locations: Locations::new(),
            locations_by_key: KeyTable::default(),
            samples: Samples::new(width),
            samples_by_key: KeyTable::default(),
            scratch: Scratch::default(),
        }
    }

    /// Makes the main binary of the first profile that has one the first mapping, used or not.
    pub fn add_main_mapping(&mut self, profiles: &[&Profile]) -> Result<(), MergeError> {
        let Some(source) = profiles.iter().find(|profile| !profile.mappings.is_empty()) else {
            return Ok(());
        };
        self.mapping(source, Id::ZERO, &mut Translation::new(source)).map(|_| ())
    }

    /// Adds the samples of `source` that have a value, and what they use.
    pub fn add(&mut self, source: &Profile) -> Result<(), MergeError> {
        let mut known = Translation::new(source);
        for sample in source.samples.iter() {
            if sample.values.iter().any(|&value| value != 0) {
                self.sample(source, sample, &mut known)?;
            }
        }
        Ok(())
    }

    /// The merged texts, for what else refers to them.
    pub fn strings_mut(&mut self) -> &mut Strings {
        &mut self.strings
    }

    /// The merged profile.
    pub fn into_profile(self, header: Header) -> Profile {
        Profile {
            header,
            strings: Arc::new(self.strings),
            functions: Arc::new(self.functions),
            mappings: Arc::new(self.mappings),
            locations: Arc::new(self.locations),
            samples: Arc::new(self.samples),
        }
    }

    fn sample(
        &mut self,
        source: &Profile,
        sample: Sample<'_>,
        known: &mut Translation,
    ) -> Result<(), MergeError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.stack.clear();
        scratch.labels.clear();
        for &location in sample.stack {
            let translated = match known.locations[location.row()] {
                Some(translated) => translated,
                None => self.location(source, location, known, &mut scratch.lines)?,
            };
            scratch.stack.push(translated);
        }
        for &label in sample.labels {
            scratch.labels.push(self.label(source, label, known)?);
        }
        let Scratch { stack, labels, .. } = &scratch;
        self.add_values(Sample { stack, labels, values: sample.values })?;
        self.scratch = scratch;
        Ok(())
    }

    fn add_values(&mut self, sample: Sample<'_>) -> Result<(), MergeError> {
        let samples = &mut self.samples;
        let hash = hash_of((sample.stack, sample.labels));
        let is_equal =
            |row| samples.stack(row) == sample.stack && samples.labels(row) == sample.labels;
        match self.samples_by_key.find_or_add(hash, is_equal, samples.len()) {
            Some(row) => {
                let sums = &mut samples.values[row * samples.width..][..samples.width];
                for (sum, &value) in sums.iter_mut().zip(sample.values) {
                    *sum = sum.wrapping_add(value);
                }
            }
            None => {
                check_room(samples.stacks.len() + sample.stack.len())?;
                check_room(samples.labels.len() + sample.labels.len())?;
                check_room(samples.len() + 1)?;
                samples.push(sample);
            }
        }
        Ok(())
    }

    fn label(
        &mut self,
        source: &Profile,
        label: Label,
        known: &mut Translation,
    ) -> Result<Label, MergeError> {
        let mut text = |text: Str| known.text(source, text, &mut self.strings);
        let key = text(label.key)?;
        let value = match label.value {
            LabelValue::Text(value) => LabelValue::Text(text(value)?),
            LabelValue::Number { number, unit } => LabelValue::Number { number, unit: text(unit)? },
        };
        Ok(Label { key, value })
    }

    /// A location moves with its mapping: what counts is its distance from the start.
    fn location(
        &mut self,
        source: &Profile,
        id: Id<Location>,
        known: &mut Translation,
        lines: &mut Vec<Line>,
    ) -> Result<Id<Location>, MergeError> {
        let location = source.locations.get(id);
        let mapping = match location.mapping {
            Some(mapping) => Some(self.mapping(source, mapping, known)?),
            None => None,
        };
        lines.clear();
        for &line in source.locations.lines(id) {
            lines.push(Line { function: self.function(source, line.function, known)?, ..line });
        }
        let start = |mapping: Option<&Mapping>| mapping.map_or(0, |mapping| mapping.start.0);
        let from = start(location.mapping.map(|mapping| &source.mappings[mapping]));
        let to = start(mapping.map(|mapping| &self.mappings[mapping]));
        let address = RuntimeAddr(location.address.0.wrapping_sub(from).wrapping_add(to));
        let moved = Location { id: 0, mapping, address, folded: location.folded };
        let translated = self.find_or_add_location(moved, lines)?;
        known.locations[id.row()] = Some(translated);
        Ok(translated)
    }

    fn find_or_add_location(
        &mut self,
        location: Location,
        lines: &[Line],
    ) -> Result<Id<Location>, MergeError> {
        let locations = &mut self.locations;
        let hash = hash_of((location.address, location.mapping, location.folded, lines));
        let is_equal = |row| {
            let id = Id::from_row(row);
            Location { id: 0, ..*locations.get(id) } == location && locations.lines(id) == lines
        };
        let row = locations.len();
        if let Some(row) = self.locations_by_key.find_or_add(hash, is_equal, row) {
            return Ok(Id::from_row(row));
        }
        check_room(row + 1)?;
        check_room(locations.lines.len() + lines.len())?;
        Ok(locations.push(Location { id: row as u64 + 1, ..location }, lines))
    }

    fn mapping(
        &mut self,
        source: &Profile,
        id: Id<Mapping>,
        known: &mut Translation,
    ) -> Result<Id<Mapping>, MergeError> {
        if let Some(translated) = known.mappings[id.row()] {
            return Ok(translated);
        }
        let mapping = source.mappings[id];
        let mut text = |text: Str| known.text(source, text, &mut self.strings);
        let moved = Mapping {
            id: self.mappings.len() as u64 + 1,
            file: text(mapping.file)?,
            build_id: text(mapping.build_id)?,
            kernel_relocation_symbol: text(mapping.kernel_relocation_symbol)?,
            ..mapping
        };
        let mappings = &self.mappings;
        let is_equal = |row| mapping_key(&mappings.rows()[row]) == mapping_key(&moved);
        let hash = hash_of(mapping_key(&moved));
        let translated = match self.mappings_by_key.find_or_add(hash, is_equal, mappings.len()) {
            Some(row) => Id::from_row(row),
            None => self.mappings.push(moved),
        };
        known.mappings[id.row()] = Some(translated);
        Ok(translated)
    }

    fn function(
        &mut self,
        source: &Profile,
        id: Id<Function>,
        known: &mut Translation,
    ) -> Result<Id<Function>, MergeError> {
        if let Some(translated) = known.functions[id.row()] {
            return Ok(translated);
        }
        let function = source.functions[id];
        let mut text = |text: Str| known.text(source, text, &mut self.strings);
        let moved = Function {
            id: self.functions.len() as u64 + 1,
            name: text(function.name)?,
            system_name: text(function.system_name)?,
            file: text(function.file)?,
            start_line: function.start_line,
        };
        let functions = &self.functions;
        let is_equal = |row| function_key(&functions.rows()[row]) == function_key(&moved);
        let hash = hash_of(function_key(&moved));
        let translated = match self.functions_by_key.find_or_add(hash, is_equal, functions.len()) {
            Some(row) => Id::from_row(row),
            None => self.functions.push(moved),
        };
        known.functions[id.row()] = Some(translated);
        Ok(translated)
    }
}

/// What makes two mappings equal. One without build id and file has only its size and offset.
fn mapping_key(mapping: &Mapping) -> (u64, u64, Str) {
    let size = mapping.limit.0.wrapping_sub(mapping.start.0).wrapping_add(PAGE - 1) & !(PAGE - 1);
    let named = mapping.build_id != Strings::EMPTY;
    (size, mapping.offset.0, if named { mapping.build_id } else { mapping.file })
}

/// What makes two functions equal.
fn function_key(function: &Function) -> (i64, Str, Str, Str) {
    (function.start_line, function.name, function.system_name, function.file)
}

/// Rows are 32 bits wide.
fn check_room(rows: usize) -> Result<(), MergeError> {
    if u32::try_from(rows).is_ok() { Ok(()) } else { Err(MergeError::TooLarge) }
}
