//! From wire ids and wire indices to rows, in place, once every table is known.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::proto::decode::Decoded;
use crate::proto::ids::IdIndex;
use crate::proto::message::LocationColumns;
use crate::proto::sample::SampleColumns;
use crate::{
    Error, Function, Header, Id, Invalid, Label, LabelValue, Locations, Mapping, Profile, Samples,
    Str, Strings, Table, TableName,
};

/// What the name of a mapping of the Linux kernel starts with; the rest of the name is the symbol
/// that the mapping is relocated against.
const KERNEL_MAPPING: &[u8] = b"[kernel.kallsyms]";

impl Decoded {
    /// The profile that was decoded. Contradictions are reported in the order of the reference:
    /// samples, mappings, functions, locations.
    pub fn resolve(mut self) -> Result<Profile, Error> {
        self.check_texts()?;
        self.resolve_texts();
        self.split_kernel_names();
        let types = self.header.sample_types.len();
        let location_ids = self.locations.rows.iter().map(|location| location.id);
        let (by_id, bad_location_id) = IdIndex::new(TableName::Locations, location_ids);
        let samples = self.samples.resolve(types, &by_id)?;
        let mapping_ids = self.mappings.iter().map(|mapping| mapping.id);
        let (mappings_by_id, bad_mapping) = IdIndex::new(TableName::Mappings, mapping_ids);
        let function_ids = self.functions.iter().map(|function| function.id);
        let (functions_by_id, bad_function) = IdIndex::new(TableName::Functions, function_ids);
        if let Some(invalid) = bad_mapping.or(bad_function) {
            return Err(invalid.into());
        }
        let bad_line = self.locations.resolve(&mappings_by_id, &functions_by_id);
        if let Some(invalid) = first_of_locations(bad_location_id, bad_line) {
            return Err(invalid.into());
        }
        Ok(Profile {
            header: self.header,
            strings: Arc::new(self.strings),
            functions: Arc::new(Table::from_iter(self.functions)),
            mappings: Arc::new(Table::from_iter(self.mappings)),
            locations: Arc::new(self.locations.into_table()),
            samples: Arc::new(samples),
        })
    }

    fn check_texts(&self) -> Result<(), Error> {
        let strings = self.string_rows.len();
        let (index, at) = (self.texts.largest, self.texts.at);
        if index >= strings as u64 {
            return Err(Error::StringOutOfRange { at, index, strings });
        }
        if self.string_rows[0] != Strings::EMPTY {
            return Err(Error::FirstStringNotEmpty);
        }
        Ok(())
    }

    /// Replaces every wire index by the row of its text. Without duplicates in the string table they
    /// are the same.
    fn resolve_texts(&mut self) {
        if self.strings.len() < self.string_rows.len() {
            let rows = &self.string_rows;
            let resolve = |text: &mut Str| *text = rows[text.row()];
            each_text_of_header(&mut self.header, resolve);
            self.functions.iter_mut().for_each(|function| each_text_of_function(function, resolve));
            self.mappings.iter_mut().for_each(|mapping| {
                resolve(&mut mapping.file);
                resolve(&mut mapping.build_id);
            });
            self.samples.labels.iter_mut().for_each(|label| each_text_of_label(label, resolve));
        }
        self.samples.sort_labels(&self.strings);
    }

    fn split_kernel_names(&mut self) {
        for mapping in &mut self.mappings {
            let file = self.strings.get(mapping.file);
            if let Some(symbol) = file.strip_prefix(KERNEL_MAPPING) {
                let symbol = symbol.to_vec();
                mapping.kernel_relocation_symbol = self.strings.intern(&symbol);
            }
        }
    }
}

fn each_text_of_header(header: &mut Header, mut each: impl FnMut(&mut Str)) {
    let types = header.sample_types.iter_mut().chain([&mut header.period_type]);
    types.for_each(|value_type| {
        each(&mut value_type.kind);
        each(&mut value_type.unit);
    });
    header.comments.iter_mut().for_each(&mut each);
    each(&mut header.drop_frames);
    each(&mut header.keep_frames);
    each(&mut header.default_sample_type);
    each(&mut header.doc_url);
}

fn each_text_of_function(function: &mut Function, mut each: impl FnMut(&mut Str)) {
    each(&mut function.name);
    each(&mut function.system_name);
    each(&mut function.file);
}

fn each_text_of_label(label: &mut Label, mut each: impl FnMut(&mut Str)) {
    each(&mut label.key);
    match &mut label.value {
        LabelValue::Text(text) => each(text),
        LabelValue::Number { unit, .. } => each(unit),
    }
}

impl SampleColumns {
    /// Puts the labels of each sample into canonical order; on the wire they usually are.
    fn sort_labels(&mut self, strings: &Strings) {
        let order = |a: &Label, b: &Label| label_order(strings, a, b);
        let mut start = 0;
        for &end in &self.label_ends {
            let labels = &mut self.labels[start..end as usize];
            if !labels.is_sorted_by(|a, b| order(a, b).is_le()) {
                labels.sort_by(order);
            }
            start = end as usize;
        }
    }

    fn resolve(mut self, types: usize, by_id: &IdIndex) -> Result<Samples, Invalid> {
        let unknown = self.resolve_stacks(by_id);
        let samples = self.stack_ends.len();
        if samples > 0 && types == 0 {
            return Err(Invalid::MissingSampleTypes { samples });
        }
        if samples > 0 && self.width != types {
            return Err(Invalid::ValueCount { sample: 0, values: self.width, types });
        }
        let unknown = unknown.map(|(position, id)| {
            (self.stack_ends.partition_point(|&end| end as usize <= position), id)
        });
        match (self.odd_width, unknown) {
            (Some((sample, values)), unknown) if unknown.is_none_or(|(row, _)| sample <= row) => {
                Err(Invalid::ValueCount { sample, values, types })
            }
            (_, Some((sample, id))) => Err(Invalid::UnknownLocation { sample, id }),
            (_, None) => Ok(Samples {
                width: types,
                values: self.values,
                stack_ends: self.stack_ends,
                stacks: self.stacks,
                label_ends: self.label_ends,
                labels: self.labels,
            }),
        }
    }

    /// The position and wire id of the first location that is not defined, if any.
    fn resolve_stacks(&mut self, by_id: &IdIndex) -> Option<(usize, u64)> {
        let mut wire_ids = self.large_ids.wire_ids();
        for (position, location) in self.stacks.iter_mut().enumerate() {
            let wire = wire_ids.of(*location);
            match by_id.row(wire) {
                Some(row) => *location = row,
                None => return Some((position, wire)),
            }
        }
        None
    }
}

/// Text labels before numeric ones, each by the bytes of the key.
fn label_order(strings: &Strings, a: &Label, b: &Label) -> Ordering {
    let is_number = |label: &Label| matches!(label.value, LabelValue::Number { .. });
    let by_key = || {
        if a.key == b.key {
            return Ordering::Equal;
        }
        strings.get(a.key).cmp(strings.get(b.key))
    };
    is_number(a).cmp(&is_number(b)).then_with(by_key)
}

impl LocationColumns {
    /// Resolves mappings, of which an unknown one is none, and functions. Returns the row of the
    /// first location with a line whose function is not defined, if any, and what to say of it.
    fn resolve(&mut self, mappings: &IdIndex, functions: &IdIndex) -> Option<(usize, Invalid)> {
        for (location, &wire) in self.rows.iter_mut().zip(&self.mapping_ids) {
            let mapping: Option<Id<Mapping>> = mappings.row(wire);
            location.mapping = mapping;
        }
        let mut wire_ids = self.large_ids.wire_ids();
        for position in 0..self.lines.len() {
            let wire = wire_ids.of(self.lines[position].function);
            match functions.row(wire) {
                Some(function) => self.lines[position].function = function,
                None => return Some(self.unknown_function(position, wire)),
            }
        }
        None
    }

    fn unknown_function(&self, position: usize, id: u64) -> (usize, Invalid) {
        let row = self.line_ends.partition_point(|&end| end as usize <= position);
        let start = row.checked_sub(1).map_or(0, |before| self.line_ends[before] as usize);
        let location = self.rows[row].id;
        (row, Invalid::UnknownFunction { location, line: position - start, id })
    }

    fn into_table(self) -> Locations {
        Locations { rows: self.rows, line_ends: self.line_ends, lines: self.lines }
    }
}

/// Of the first bad id and the first bad line of the locations the one in the earlier row; within a
/// row the id comes first.
fn first_of_locations(bad_id: Option<Invalid>, line: Option<(usize, Invalid)>) -> Option<Invalid> {
    let id_row = match bad_id {
        Some(Invalid::ReservedId { row, .. } | Invalid::DuplicateId { row, .. }) => row,
        _ => usize::MAX,
    };
    match line {
        Some((row, invalid)) if row < id_row => Some(invalid),
        _ => bad_id,
    }
}
