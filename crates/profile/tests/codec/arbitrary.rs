//! Small profiles of every shape.

use std::sync::Arc;

use heapwise_profile::{
    FileOffset, Function, Id, Label, LabelValue, Line, Location, Locations, Mapping, Profile,
    Resolved, RuntimeAddr, Sample, Samples, Str, Strings, Table, ValueType,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Rows of each kind; an [`Index`] stands for a row of a table that is not made yet.
type Texts = Vec<Vec<u8>>;
type MappingRow = (u64, u64, u64, Index, Index, [bool; 4]);
type LocationRow = (Option<Index>, u64, bool, Vec<(Index, i64, i64)>);
type SampleRow = (Vec<Index>, Vec<i64>, Vec<(Index, Option<i64>, Index)>);

/// Texts that mean something to somebody.
const WORDS: &[&str] = &["bytes", "tenant", "__name__", "main", "alloc::raw_vec::finish_grow"];

/// Profiles with the sample types `a` and `b` and valid references of every kind.
pub fn profile() -> impl Strategy<Value = Profile> {
    let word = select(WORDS).prop_map(|word| word.as_bytes().to_vec());
    let texts = vec(prop_oneof![2 => vec(any::<u8>(), 1..4), 1 => word], 1..8);
    let functions = vec((any::<[Index; 3]>(), any::<i64>()), 0..5);
    let range = (any::<u64>(), 0..0x10_0000u64, 0..3u64);
    let mappings = vec(
        (range, any::<[Index; 2]>(), any::<[bool; 4]>()).prop_map(
            |((start, size, offset), [file, id], has)| (start, size, offset, file, id, has),
        ),
        0..4,
    );
    let lines = vec((any::<Index>(), 0..4i64, any::<i64>()), 0..3);
    let locations =
        vec((proptest::option::of(any::<Index>()), any::<u64>(), any::<bool>(), lines), 0..8);
    let labels = vec((any::<Index>(), proptest::option::of(any::<i64>()), any::<Index>()), 0..4);
    let values = vec(prop_oneof![Just(0), -9..9i64, -(1i64 << 53)..1 << 53], 2);
    let samples = vec((vec(any::<Index>(), 0..9), values, labels), 0..12);
    let header = (any::<[i64; 3]>(), vec(any::<Index>(), 0..4), any::<[Index; 4]>());
    let stride = prop_oneof![Just(1), Just(3), Just(1 << 31), Just(1 << 40)];
    (texts, functions, mappings, locations, samples, header, stride).prop_map(
        |(texts, functions, mappings, locations, samples, header, stride)| {
            Plan { texts, functions, mappings, locations, samples, stride }.build(header)
        },
    )
}

struct Plan {
    texts: Texts,
    functions: Vec<([Index; 3], i64)>,
    mappings: Vec<MappingRow>,
    locations: Vec<LocationRow>,
    samples: Vec<SampleRow>,
    /// The distance between ids; 1 makes them dense.
    stride: u64,
}

impl Plan {
    fn build(&self, header: ([i64; 3], Vec<Index>, [Index; 4])) -> Profile {
        let mut strings = Strings::new();
        let texts: Vec<Str> = self.texts.iter().map(|text| strings.intern(text)).collect();
        let text = |index: &Index| *index.get(&texts);
        let mut profile = Profile::default();
        let unit = strings.intern(b"count");
        profile.header.sample_types =
            [b"a", b"b"].map(|kind| ValueType { kind: strings.intern(kind), unit }).to_vec();
        let ([time, duration, period], comments, names) = header;
        profile.header.time_nanos = time;
        profile.header.duration_nanos = duration;
        profile.header.period = period;
        profile.header.comments = comments.iter().map(text).collect();
        let [drop, keep, default, url] = names;
        profile.header.drop_frames = text(&drop);
        profile.header.keep_frames = text(&keep);
        profile.header.default_sample_type = text(&default);
        profile.header.doc_url = text(&url);
        profile.functions = Arc::new(self.functions(text));
        profile.mappings = Arc::new(self.mappings(text));
        profile.locations = Arc::new(self.locations());
        profile.samples = Arc::new(self.samples(text, &strings));
        profile.strings = Arc::new(strings);
        profile
    }

    fn id(&self, row: usize) -> u64 {
        1 + row as u64 * self.stride
    }

    fn functions(&self, text: impl Fn(&Index) -> Str) -> Table<Function> {
        let row = |(row, ([name, system_name, file], start_line)): (usize, &([Index; 3], i64))| {
            let (name, system_name, file) = (text(name), text(system_name), text(file));
            Function { id: self.id(row), name, system_name, file, start_line: *start_line }
        };
        self.functions.iter().enumerate().map(row).collect()
    }

    fn mappings(&self, text: impl Fn(&Index) -> Str) -> Table<Mapping> {
        let row =
            |(row, (start, size, offset, file, build_id, has)): (usize, &MappingRow)| Mapping {
                id: self.id(row),
                start: RuntimeAddr(*start),
                limit: RuntimeAddr(start.wrapping_add(*size)),
                offset: FileOffset(*offset),
                file: text(file),
                build_id: if has[0] { text(build_id) } else { Strings::EMPTY },
                kernel_relocation_symbol: Strings::EMPTY,
                resolved: Resolved {
                    functions: has[0],
                    filenames: has[1],
                    line_numbers: has[2],
                    inline_frames: has[3],
                },
            };
        self.mappings.iter().enumerate().map(row).collect()
    }

    fn locations(&self) -> Locations {
        let mut table = Locations::new();
        for (row, (mapping, address, folded, lines)) in self.locations.iter().enumerate() {
            let mapping = mapping.and_then(|index| pick(&index, self.mappings.len()));
            let line = |(function, line, column): &(Index, i64, i64)| {
                let function = pick(function, self.functions.len())?;
                Some(Line { function, line: *line, column: *column })
            };
            let lines: Vec<Line> = lines.iter().filter_map(line).collect();
            let (id, address) = (self.id(row), RuntimeAddr(*address));
            table.push(Location { id, mapping, address, folded: *folded }, &lines);
        }
        table
    }

    fn samples(&self, text: impl Fn(&Index) -> Str, strings: &Strings) -> Samples {
        let mut table = Samples::new(2);
        for (stack, values, labels) in &self.samples {
            let stack: Vec<Id<Location>> =
                stack.iter().filter_map(|index| pick(index, self.locations.len())).collect();
            let mut labels: Vec<Label> = labels
                .iter()
                .map(|(key, number, value)| Label {
                    key: text(key),
                    value: match *number {
                        Some(number) => LabelValue::Number { number, unit: text(value) },
                        None => LabelValue::Text(text(value)),
                    },
                })
                .collect();
            labels.sort_by_key(|label| {
                (matches!(label.value, LabelValue::Number { .. }), strings.get(label.key))
            });
            table.push(Sample { stack: &stack, values, labels: &labels });
        }
        table
    }
}

fn pick<T>(index: &Index, rows: usize) -> Option<Id<T>> {
    (rows > 0).then(|| Id::from_row(index.index(rows)))
}
