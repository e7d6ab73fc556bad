//! A profile of stacks that were taken in the process itself, each with what it counts for: processor
//! time, or threads.

use std::sync::Arc;

use crate::code::{self, Addresses, CodeFile};
use crate::{Header, Label, LabelValue, Locations, Profile, Sample, Samples, Strings, ValueType};

/// Name and unit of a value.
pub type NamedUnit = (&'static str, &'static str);

/// Stacks and what is said of them.
#[derive(Clone, Debug, Default)]
pub struct Stacks {
    /// Of the values, in their order.
    pub types: Vec<NamedUnit>,
    /// What the period is of.
    pub period_type: NamedUnit,
    /// The distance between samples, in its unit.
    pub period: i64,
    /// Nanoseconds since 1970.
    pub time_nanos: i64,
    /// How long it took, in nanoseconds; 0 if it was but a moment.
    pub duration_nanos: i64,
    /// The main binary's first, the rest in order of addresses.
    pub mappings: Vec<CodeFile>,
    /// One a sample of the profile.
    pub rows: Vec<StackRow>,
    /// What else there is to say.
    pub comments: Vec<Vec<u8>>,
}

/// One stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackRow {
    /// One past a byte of each instruction, innermost first, as return addresses are.
    pub frames: Vec<u64>,
    /// As many as there are types.
    pub values: Vec<i64>,
    /// Keys with their values.
    pub labels: Vec<(Vec<u8>, StackLabel)>,
}

/// The value of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StackLabel {
    /// Text.
    Text(Vec<u8>),
    /// A number without a unit.
    Number(i64),
}

impl Stacks {
    /// The profile: no functions, since nothing is resolved in the profiled process; mappings with
    /// build ids instead. The address of a location is a frame less one: within the call, or what was
    /// interrupted.
    pub fn profile(&self) -> Profile {
        let mut strings = Strings::new();
        let header = self.header(&mut strings);
        let mappings = code::mappings(&self.mappings, &mut strings);
        let mut addresses = Addresses::new();
        self.rows.iter().for_each(|row| addresses.add(&row.frames));
        let locations = addresses.locations(&mappings);
        let samples = self.samples(&locations, &mut strings);
        Profile {
            header,
            strings: Arc::new(strings),
            functions: Arc::default(),
            mappings: Arc::new(mappings),
            locations: Arc::new(locations),
            samples: Arc::new(samples),
        }
    }

    fn header(&self, strings: &mut Strings) -> Header {
        let mut value_type = |(kind, unit): NamedUnit| ValueType {
            kind: strings.intern(kind.as_bytes()),
            unit: strings.intern(unit.as_bytes()),
        };
        Header {
            sample_types: self.types.iter().copied().map(&mut value_type).collect(),
            period_type: value_type(self.period_type),
            period: self.period,
            time_nanos: self.time_nanos,
            duration_nanos: self.duration_nanos,
            comments: self.comments.iter().map(|text| strings.intern(text)).collect(),
            ..Header::default()
        }
    }

    fn samples(&self, locations: &Locations, strings: &mut Strings) -> Samples {
        let mut samples = Samples::new(self.types.len());
        for row in &self.rows {
            let mut values = row.values.clone();
            values.resize(self.types.len(), 0);
            let labels: Vec<Label> = row.labels.iter().map(|pair| label(pair, strings)).collect();
            let stack = code::ids(&row.frames, locations);
            samples.push(Sample { stack: &stack, values: &values, labels: &labels });
        }
        samples
    }
}

fn label((key, value): &(Vec<u8>, StackLabel), strings: &mut Strings) -> Label {
    let value = match value {
        StackLabel::Text(text) => LabelValue::Text(strings.intern(text)),
        StackLabel::Number(number) => LabelValue::Number { number: *number, unit: Strings::EMPTY },
    };
    Label { key: strings.intern(key), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_become_samples_with_their_labels_and_one_location_an_address() {
        let row = |frames: &[u64], labels| StackRow {
            frames: frames.to_vec(),
            values: vec![2, 20],
            labels,
        };
        let labels = vec![
            (b"thread".to_vec(), StackLabel::Text(b"main".to_vec())),
            (b"thread_id".to_vec(), StackLabel::Number(7)),
        ];
        let file = CodeFile { start: 0x100, limit: 0x200, ..CodeFile::default() };
        let stacks = Stacks {
            types: vec![("samples", "count"), ("cpu", "nanoseconds")],
            period_type: ("cpu", "nanoseconds"),
            period: 10,
            mappings: vec![file],
            rows: vec![row(&[0x101, 0x151], labels), row(&[0x151], vec![]), row(&[], vec![])],
            comments: vec![b"said".to_vec()],
            ..Stacks::default()
        };
        let profile = stacks.profile();
        profile.validate().unwrap();
        let addresses: Vec<u64> =
            profile.locations.iter().map(|(location, _)| location.address.0).collect();
        assert_eq!(addresses, [0x100, 0x150]);
        let depths: Vec<usize> = profile.samples.iter().map(|sample| sample.stack.len()).collect();
        assert_eq!(depths, [2, 1, 0]);
        let first = profile.samples.iter().next().unwrap();
        assert_eq!((first.values, first.labels.len()), (&[2, 20][..], 2));
        assert_eq!(profile.text(profile.header.period_type.kind), b"cpu");
        assert_eq!(profile.text(profile.header.comments[0]), b"said");
    }
}
