//! Small profiles for tests, written and read back as text.
//!
//! A frame is `inner@file+outer@file in mapping`: inlined lines innermost first, the file and the
//! mapping if there is one; `?` stands for a location without lines. Equal frames share a location.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{
    FixedState, Function, Id, Label, LabelValue, Line, Location, Locations, Mapping, Profile,
    RuntimeAddr, Sample, Samples, Strings, Table, ValueType,
};

/// Builds a [`Profile`] sample by sample.
pub(crate) struct TestProfile {
    profile: Profile,
    strings: Strings,
    functions: Table<Function>,
    mappings: Table<Mapping>,
    locations: Locations,
    known: HashMap<String, Id<Location>, FixedState>,
    rows: Vec<Row>,
}

struct Row {
    stack: Vec<Id<Location>>,
    values: Vec<i64>,
    labels: Vec<Label>,
}

impl TestProfile {
    /// A builder of profiles with these sample types, each a kind and a unit.
    pub(crate) fn new(sample_types: &[(&str, &str)]) -> Self {
        let mut strings = Strings::new();
        let mut profile = Profile::default();
        profile.header.sample_types = (sample_types.iter())
            .map(|(kind, unit)| ValueType {
                kind: strings.intern(kind.as_bytes()),
                unit: strings.intern(unit.as_bytes()),
            })
            .collect();
        Self {
            profile,
            strings,
            functions: Table::new(),
            mappings: Table::new(),
            locations: Locations::new(),
            known: HashMap::default(),
            rows: Vec::new(),
        }
    }

    /// A builder of profiles that count samples.
    pub(crate) fn counting() -> Self {
        Self::new(&[("samples", "count")])
    }

    /// Appends a sample with this stack of frames, leaf first.
    pub(crate) fn sample(mut self, frames: &[&str], values: &[i64]) -> Self {
        let stack = frames.iter().map(|frame| self.location(frame)).collect();
        self.rows.push(Row { stack, values: values.to_vec(), labels: Vec::new() });
        self
    }

    /// Appends a location that no sample uses.
    pub(crate) fn unused(mut self, frame: &str) -> Self {
        self.location(frame);
        self
    }

    /// Adds a text label to the last sample.
    pub(crate) fn text(mut self, key: &str, text: &str) -> Self {
        let value = LabelValue::Text(self.strings.intern(text.as_bytes()));
        self.label(key, value)
    }

    /// Adds a numeric label to the last sample.
    pub(crate) fn number(mut self, key: &str, number: i64, unit: &str) -> Self {
        let value = LabelValue::Number { number, unit: self.strings.intern(unit.as_bytes()) };
        self.label(key, value)
    }

    /// The profile.
    pub(crate) fn build(self) -> Profile {
        let mut samples = Samples::new(self.profile.header.sample_types.len());
        for mut row in self.rows {
            row.labels.sort_by_key(|label| {
                (matches!(label.value, LabelValue::Number { .. }), self.strings.get(label.key))
            });
            let Row { stack, values, labels } = &row;
            samples.push(Sample { stack, values, labels });
        }
        Profile {
            strings: Arc::new(self.strings),
            functions: Arc::new(self.functions),
            mappings: Arc::new(self.mappings),
            locations: Arc::new(self.locations),
            samples: Arc::new(samples),
            ..self.profile
        }
    }

    fn label(mut self, key: &str, value: LabelValue) -> Self {
        let key = self.strings.intern(key.as_bytes());
        self.rows.last_mut().expect("a label follows its sample").labels.push(Label { key, value });
        self
    }

    fn location(&mut self, frame: &str) -> Id<Location> {
        if let Some(&id) = self.known.get(frame) {
            return id;
        }
        let (lines, mapping) = match frame.split_once(" in ") {
            Some((lines, file)) => (lines, Some(self.mapping(file))),
            None => (frame, None),
        };
        let lines: Vec<Line> = match lines {
            "?" => Vec::new(),
            lines => lines.split('+').map(|line| self.line(line)).collect(),
        };
        let id = self.locations.len() as u64 + 1;
        let address = RuntimeAddr(0x1000 + id);
        let location = Location { id, mapping, address, folded: false };
        let id = self.locations.push(location, &lines);
        self.known.insert(frame.to_owned(), id);
        id
    }

    fn mapping(&mut self, file: &str) -> Id<Mapping> {
        let file = self.strings.intern(file.as_bytes());
        if let Some(row) = self.mappings.rows().iter().position(|mapping| mapping.file == file) {
            return Id::from_row(row);
        }
        let id = self.mappings.len() as u64 + 1;
        self.mappings.push(Mapping { id, file, ..Mapping::default() })
    }

    fn line(&mut self, text: &str) -> Line {
        let (name, file) = text.split_once('@').unwrap_or((text, ""));
        let name = self.strings.intern(name.as_bytes());
        let file = self.strings.intern(file.as_bytes());
        let same = |function: &Function| function.name == name && function.file == file;
        let row = self.functions.rows().iter().position(same);
        let function = row.map(Id::from_row).unwrap_or_else(|| {
            let id = self.functions.len() as u64 + 1;
            self.functions.push(Function { id, name, system_name: name, file, start_line: 0 })
        });
        Line { function, line: 0, column: 0 }
    }
}

/// Each sample as `leaf caller root: value value`, inlined lines joined by `+`.
pub(crate) fn stacks(profile: &Profile) -> Vec<String> {
    let values = |sample: &Sample<'_>| {
        sample.values.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
    };
    let frames = |sample: &Sample<'_>| {
        sample.stack.iter().map(|&id| frame(profile, id)).collect::<Vec<_>>().join(" ")
    };
    profile.samples.iter().map(|s| format!("{}: {}", frames(&s), values(&s))).collect()
}

/// The labels of each sample as `key=text key=number unit`.
pub(crate) fn labels(profile: &Profile) -> Vec<String> {
    let text = |id| String::from_utf8_lossy(profile.text(id)).into_owned();
    let label = |label: &Label| match label.value {
        LabelValue::Text(value) => format!("{}={}", text(label.key), text(value)),
        LabelValue::Number { number, unit } => {
            format!("{}={number}{}", text(label.key), text(unit))
        }
    };
    let row = |sample: Sample<'_>| sample.labels.iter().map(label).collect::<Vec<_>>().join(" ");
    profile.samples.iter().map(row).collect()
}

fn frame(profile: &Profile, id: Id<Location>) -> String {
    let name = |line: &Line| {
        String::from_utf8_lossy(profile.text(profile.functions[line.function].name)).into_owned()
    };
    match profile.locations.lines(id) {
        [] => "?".to_owned(),
        lines => lines.iter().map(name).collect::<Vec<_>>().join("+"),
    }
}
