//! A profile of what the runtime library recorded: taken in the program, or out of the file that it
//! left behind.

use std::io::Write as _;
use std::sync::Arc;

use crate::code::{self, Addresses, CodeFile};
use crate::{
    Header, Label, LabelValue, Locations, Mapping, Profile, Sample, Samples, Str, Strings, Table,
    ValueType,
};

/// Names and units of the values, in the order of [`RecordedRow::values`]: Go's four, and the peak.
pub const RECORDED_TYPES: [(&str, &str); 6] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
    ("peak_objects", "count"),
    ("peak_space", "bytes"),
];

/// Names and units of what says how long freed objects lived, in the order of [`Recorded::lived`]:
/// those that lived less than a millisecond; and all, by the power of ten that they lived less than,
/// and not less than the one before.
pub const LIFETIME_TYPES: [(&str, &str); 12] = [
    ("temporary_objects", "count"),
    ("temporary_space", "bytes"),
    ("lived_1us", "count"),
    ("lived_10us", "count"),
    ("lived_100us", "count"),
    ("lived_1ms", "count"),
    ("lived_10ms", "count"),
    ("lived_100ms", "count"),
    ("lived_1s", "count"),
    ("lived_10s", "count"),
    ("lived_100s", "count"),
    ("lived_longer", "count"),
];

/// What was recorded, but for the stacks.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Nanoseconds since 1970.
    pub time_nanos: i64,
    /// The sampling interval in force, in bytes.
    pub interval: u64,
    /// A regular expression over names of functions that reports leave out.
    pub drop_frames: Vec<u8>,
    /// The main binary's first, the rest in order of addresses.
    pub mappings: Vec<CodeFile>,
    /// Rows of one stack next to one another.
    pub rows: Vec<RecordedRow>,
    /// The label sets of the rows, in order of their numbers; the empty one, 0, need not be there.
    pub label_sets: Vec<RecordedLabels>,
    /// How long the freed objects of each row lived: [`LIFETIME_TYPES`], which the profile has only
    /// if there is one a row.
    pub lived: Vec<[i64; 12]>,
    /// What limits left out: in recorded allocations, recorded without their stack, with a part of
    /// it, as allocated only, not at all, recorded blocks whose free went unnoticed, and recorded with
    /// fewer labels than were asked for.
    pub dropped: [u64; 6],
    /// The standard errors of the sums over all rows; zero where they are exact.
    pub errors: [u64; 6],
    /// Whether the values of the peak are left out: what comes before them is exactly Go's.
    pub without_peak: bool,
    /// What else there is to say.
    pub comments: Vec<Vec<u8>>,
}

/// Labels that samples carry together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedLabels {
    /// The number by which rows know it.
    pub number: u32,
    /// Keys and values, each key once.
    pub labels: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The objects of one stack and one label set, and of about one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedRow {
    /// The number of the stack.
    pub stack: u32,
    /// The number of the label set; 0 for none.
    pub labels: u32,
    /// Mean bytes an object.
    pub size: u64,
    /// Objects and bytes allocated, in use, and in use at the peak.
    pub values: [i64; 6],
}

impl Recorded {
    /// The profile: no functions, since nothing is resolved in the profiled process; mappings with
    /// build ids instead, from which any pprof tool can.
    ///
    /// `frames` appends the return addresses of a stack, innermost first. The address of a location
    /// is a return address less one, so that it lies within the call, for every frame: the leaf of a
    /// stack is a call of the allocator too.
    ///
    /// The label `bytes` of a sample is the mean size of its objects, as in Go's profiles. Whoever
    /// knows it and the period can tell how many allocations were recorded for an estimate, and so
    /// how far it may be off. Those of its label set come behind, as texts.
    pub fn profile(&self, frames: impl Fn(u32, &mut Vec<u64>)) -> Profile {
        let mut strings = Strings::new();
        let header = self.header(&mut strings);
        let mappings = code::mappings(&self.mappings, &mut strings);
        let locations = self.locations(&frames, &mappings);
        let labels = self.labels(&mut strings);
        let samples = self.samples(&frames, &locations, &labels, strings.intern(b"bytes"));
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
        let value_type = |strings: &mut Strings, kind: &str, unit: &str| ValueType {
            kind: strings.intern(kind.as_bytes()),
            unit: strings.intern(unit.as_bytes()),
        };
        let comments = [self.losses(), self.errors().into_iter().collect(), self.comments.clone()];
        Header {
            sample_types: (self.types())
                .map(|(kind, unit)| value_type(strings, kind, unit))
                .collect(),
            default_sample_type: strings.intern(b"inuse_space"),
            drop_frames: strings.intern(&self.drop_frames),
            time_nanos: self.time_nanos,
            period_type: value_type(strings, "space", "bytes"),
            period: i64::try_from(self.interval).unwrap_or(i64::MAX),
            comments: comments.concat().iter().map(|text| strings.intern(text)).collect(),
            ..Header::default()
        }
    }

    /// Names and units of the values that the profile has.
    fn types(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let lifetimes = if self.lived.is_empty() { &[][..] } else { &LIFETIME_TYPES };
        RECORDED_TYPES[..self.width()].iter().chain(lifetimes).copied()
    }

    /// How many of a row's values the profile has.
    fn width(&self) -> usize {
        if self.without_peak { 4 } else { 6 }
    }

    /// The totals and their standard errors, in the order of the sample types; nothing if all are exact.
    ///
    /// The totals are said too because comments outlive their profile: whoever merges two, or subtracts
    /// one from another, has the comments of both, and only so a line says what it is about.
    fn errors(&self) -> Option<Vec<u8>> {
        let mut line = b"heapwise: totals and their standard errors:".to_vec();
        let errors = &self.errors[..self.width()];
        for (column, ((name, _), error)) in RECORDED_TYPES.iter().zip(errors).enumerate() {
            let values = self.rows.iter().map(|row| i128::from(row.values[column]));
            let total: i128 = values.sum();
            // Writing to memory does not fail.
            let _ = write!(line, " {name} {total} +- {error}");
        }
        errors.iter().any(|&error| error != 0).then_some(line)
    }

    /// A line for every limit that was reached.
    fn losses(&self) -> Vec<Vec<u8>> {
        let causes = [
            "recorded without a stack: the stack table was full or stacks cannot be walked",
            "recorded with the innermost frames of their stacks only",
            "recorded as allocated but not as in use: the live table was full",
            "not recorded: no memory for the recorder",
            "freed in a signal handler, which went unnoticed",
            "recorded without a label: it was too long, or there were too many",
        ];
        let reached = self.dropped.into_iter().zip(causes).filter(|(count, _)| *count != 0);
        let line =
            |(count, what)| format!("heapwise: sampled allocations {what}: {count}").into_bytes();
        reached.map(line).collect()
    }

    /// One location an address.
    fn locations(
        &self,
        frames: &impl Fn(u32, &mut Vec<u64>),
        mappings: &Table<Mapping>,
    ) -> Locations {
        let mut addresses = Addresses::new();
        let mut stack = Vec::new();
        for rows in self.rows.chunk_by(|a, b| a.stack == b.stack) {
            stack.clear();
            frames(rows[0].stack, &mut stack);
            addresses.add(&stack);
        }
        addresses.locations(mappings)
    }

    /// The labels of each of [`label_sets`](Self::label_sets).
    fn labels(&self, strings: &mut Strings) -> Vec<Vec<Label>> {
        let mut label = |(key, value): &(Vec<u8>, Vec<u8>)| Label {
            key: strings.intern(key),
            value: LabelValue::Text(strings.intern(value)),
        };
        self.label_sets.iter().map(|set| set.labels.iter().map(&mut label).collect()).collect()
    }

    fn samples(
        &self,
        frames: &impl Fn(u32, &mut Vec<u64>),
        locations: &Locations,
        labels: &[Vec<Label>],
        bytes: Str,
    ) -> Samples {
        let columns = self.types().count();
        let mut samples = Samples::new(columns);
        let (mut stack, mut values, mut all_labels) = (Vec::new(), Vec::new(), Vec::new());
        for (index, row) in self.rows.iter().enumerate() {
            values.clear();
            values.extend(&row.values[..self.width()]);
            values.extend(self.lived.get(index).into_iter().flatten());
            values.resize(columns, 0);
            stack.clear();
            frames(row.stack, &mut stack);
            let ids = code::ids(&stack, locations);
            let number = i64::try_from(row.size).unwrap_or(i64::MAX);
            all_labels.clear();
            all_labels
                .push(Label { key: bytes, value: LabelValue::Number { number, unit: bytes } });
            let set = self.label_sets.binary_search_by_key(&row.labels, |set| set.number);
            all_labels.extend(set.ok().and_then(|set| labels.get(set)).into_iter().flatten());
            samples.push(Sample { stack: &ids, values: &values, labels: &all_labels });
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_is_said() {
        assert!(Recorded::default().losses().is_empty());
        let recorded = Recorded { dropped: [3, 0, 1, 0, 0, 0], ..Recorded::default() };
        let lines = recorded.losses();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with(b"stacks cannot be walked: 3"), "{lines:?}");
    }

    #[test]
    fn lifetimes_are_there_if_they_were_kept() {
        let row = RecordedRow { stack: 0, labels: 0, size: 8, values: [1, 2, 3, 4, 5, 6] };
        let rows = vec![row; 2];
        let bare = Recorded { rows: rows.clone(), ..Recorded::default() };
        let lived: Vec<[i64; 12]> = vec![std::array::from_fn(|i| 10 + i as i64); 2];
        let full = Recorded { rows, lived, ..Recorded::default() };
        let values = |recorded: &Recorded| {
            let profile = recorded.profile(|_, _| ());
            let sample = profile.samples.iter().last().unwrap();
            assert_eq!(profile.header.sample_types.len(), sample.values.len());
            sample.values.to_vec()
        };
        assert_eq!(values(&bare), [1, 2, 3, 4, 5, 6]);
        assert_eq!(values(&full)[..8], [1, 2, 3, 4, 5, 6, 10, 11]);
        assert_eq!(values(&full).len(), 18);
    }

    #[test]
    fn labels_are_texts_behind_the_size() {
        let row = |labels| RecordedRow { stack: 1, labels, size: 8, values: [1; 6] };
        let pair = |key: &str, value: &str| (key.into(), value.into());
        let set = |number, labels| RecordedLabels { number, labels };
        let label_sets = vec![
            set(3, vec![pair("route", "/"), pair("tenant", "a")]),
            set(9, vec![pair("bytes", "many")]),
        ];
        let rows = vec![row(0), row(9), row(3), row(4)];
        let recorded = Recorded { rows, label_sets, ..Recorded::default() };
        let profile = recorded.profile(|stack, frames| frames.push(u64::from(stack)));
        profile.validate().unwrap();
        let labels = |row: usize| -> Vec<String> {
            let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
            let shown = |label: &Label| match label.value {
                LabelValue::Text(value) => format!("{}={}", text(label.key), text(value)),
                LabelValue::Number { number, .. } => format!("{}={number}", text(label.key)),
            };
            profile.samples.labels(row).iter().map(shown).collect()
        };
        assert_eq!(labels(0), ["bytes=8"]);
        assert_eq!(labels(1), ["bytes=8", "bytes=many"]);
        assert_eq!(labels(2), ["bytes=8", "route=/", "tenant=a"]);
        assert_eq!(labels(3), ["bytes=8"], "a set that is not there");
    }

    #[test]
    fn estimates_say_how_far_they_may_be_off() {
        assert_eq!(Recorded::default().errors(), None);
        let values = [30, 240, 7, 56, 9, 72];
        let row = RecordedRow { stack: 1, labels: 0, size: 8, values };
        let errors = [1, 20, 3, 40, 5, 6];
        let recorded = Recorded { rows: vec![row, row], errors, ..Recorded::default() };
        let expected = "heapwise: totals and their standard errors: alloc_objects 60 +- 1 \
                        alloc_space 480 +- 20 inuse_objects 14 +- 3 inuse_space 112 +- 40 \
                        peak_objects 18 +- 5 peak_space 144 +- 6";
        assert_eq!(recorded.errors().unwrap(), expected.as_bytes());
    }

    #[test]
    fn without_the_peak_nothing_speaks_of_it() {
        let row = RecordedRow { stack: 1, labels: 0, size: 8, values: [3, 24, 2, 16, 1, 8] };
        let errors = [1, 20, 300, 4000, 5, 6];
        let recorded =
            Recorded { rows: vec![row], errors, without_peak: true, ..Recorded::default() };
        let profile = recorded.profile(|stack, frames| frames.push(u64::from(stack)));
        assert_eq!(profile.samples.values(0), [3, 24, 2, 16]);
        let mut texts = profile.strings.iter().map(|(_, text)| String::from_utf8_lossy(text));
        assert!(!texts.any(|text| text.contains("peak")));
        assert_eq!(profile.header.sample_types.len(), 4);
    }
}
