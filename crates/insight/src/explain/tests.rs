use std::sync::Arc;

use heapwise_profile::{
    Function, Line, Location, Locations, Mapping, Sample, Samples, Strings, Table, ValueType,
};

use super::*;
use crate::{UnnamedFile, Voice};

/// A heap profile with the four sample types, sampled every 512 KiB, with one location.
struct Heap {
    profile: Profile,
}

impl Heap {
    fn new(file: &str) -> Self {
        let mut strings = Strings::new();
        let bytes = strings.intern(b"bytes");
        let mut kind =
            |name: &str| ValueType { kind: strings.intern(name.as_bytes()), unit: bytes };
        let sample_types = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]
            .map(&mut kind)
            .to_vec();
        let period_type = kind("space");
        let mut profile = Profile::default();
        profile.header.sample_types = sample_types;
        profile.header.period_type = period_type;
        profile.header.period = 512 << 10;
        let mut functions = Table::new();
        let (name, file) = (strings.intern(b"main"), strings.intern(file.as_bytes()));
        let function = functions.push(Function { id: 1, name, file, ..Function::default() });
        let mut mappings = Table::new();
        let (path, build_id) = (strings.intern(b"/lib/libc.so.6"), strings.intern(b"abc"));
        let mapping = mappings.push(Mapping { id: 1, file: path, build_id, ..Mapping::default() });
        let mut locations = Locations::new();
        let named = Location { id: 1, mapping: Some(mapping), ..Location::default() };
        locations.push(named, &[Line { function, line: 1, column: 0 }]);
        locations.push(Location { id: 2, ..named }, &[]);
        profile.strings = Arc::new(strings);
        profile.functions = Arc::new(functions);
        profile.mappings = Arc::new(mappings);
        profile.locations = Arc::new(locations);
        profile.samples = Arc::new(Samples::new(4));
        Self { profile }
    }

    /// Adds a sample whose leaf is location `leaf`, from 0.
    fn sample(mut self, leaf: usize, values: [i64; 4]) -> Self {
        let stack = [heapwise_profile::Id::from_row(leaf)];
        Arc::make_mut(&mut self.profile.samples).push(Sample {
            stack: &stack,
            values: &values,
            labels: &[],
        });
        self
    }

    fn subject(&self, index: usize) -> Subject<'_> {
        Subject {
            profile: &self.profile,
            index,
            is_difference: false,
            symbols_wanted: true,
            without_symbols: &[],
        }
    }

    fn hints(&self, index: usize) -> Vec<Hint> {
        explain(self.subject(index))
    }
}

#[test]
fn all_freed_points_at_what_was_allocated() {
    let heap = Heap::new("main.rs").sample(0, [10, 87 << 20, 0, 0]);
    let little = |index| match &heap.hints(index)[..] {
        [Hint::LittleInUse { instead, in_use: 0, .. }] => instead.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(little(3), "alloc_space");
    assert_eq!(little(2), "alloc_objects");
    assert_eq!(heap.hints(1), []);
}

#[test]
fn next_to_nothing_in_use_is_less_than_three_samples_of_it() {
    let in_use = |bytes| Heap::new("main.rs").sample(0, [10, 87 << 20, 1, bytes]).hints(3);
    assert!(matches!(in_use(1 << 20)[..], [Hint::LittleInUse { .. }]));
    assert_eq!(in_use(2 << 20), []);
    assert_eq!(Heap::new("main.rs").sample(0, [2, 3 << 20, 1, 1 << 20]).hints(3), []);
}

#[test]
fn no_sample_at_all_tells_of_the_interval() {
    assert_eq!(Heap::new("main.rs").hints(3), [Hint::NothingSampled { interval: 512 << 10 }]);
    let mut heap = Heap::new("main.rs");
    heap.profile.header.period = 0;
    assert_eq!(heap.hints(3), [Hint::Empty]);
}

#[test]
fn a_go_profile_is_as_of_its_last_collection_only_for_what_is_in_use() {
    let heap = Heap::new("/usr/go/main.go").sample(0, [10, 87 << 20, 5, 40 << 20]);
    assert_eq!(heap.hints(3), [Hint::AsOfLastCollection]);
    assert_eq!(heap.hints(2), [Hint::AsOfLastCollection]);
    assert_eq!(heap.hints(1), []);
    let freed = Heap::new("/usr/go/main.go").sample(0, [10, 87 << 20, 1, 1 << 20]);
    assert!(matches!(freed.hints(3)[..], [Hint::LittleInUse { .. }]));
    let rust = Heap::new("main.rs").sample(0, [10, 87 << 20, 5, 40 << 20]);
    assert_eq!(rust.hints(3), []);
}

#[test]
fn locations_without_names_name_their_file_and_build() {
    let heap = Heap::new("main.rs").sample(0, [1, 1, 1, 40 << 20]).sample(1, [1, 1, 1, 8]);
    let hints = heap.hints(3);
    let file = UnnamedFile {
        file: "/lib/libc.so.6".to_owned(),
        build_id: "abc".to_owned(),
        without_symbols: false,
    };
    assert_eq!(hints, [Hint::Unnamed { locations: 1, of: 2, files: vec![file] }]);
    assert_eq!(
        hints[0].lines(Voice::CommandLine),
        ["1 of 2 locations have no names: libc.so.6 (build id abc)."]
    );
    let here = [b"/lib/libc.so.6".to_vec()];
    let stripped = Subject { without_symbols: &here, ..heap.subject(3) };
    let lines = explain(stripped)[0].lines(Voice::CommandLine);
    assert_eq!(lines[0], hints[0].lines(Voice::CommandLine)[0]);
    assert!(lines[1].starts_with("libc.so.6 is here, but stripped: "), "{}", lines[1]);
    let unwanted = Subject { symbols_wanted: false, ..heap.subject(3) };
    assert_eq!(explain(unwanted), []);
}

#[test]
fn an_empty_column_beside_a_full_one_is_named() {
    let heap = Heap::new("main.rs").sample(0, [0, 0, 0, 40 << 20]);
    let other =
        Hint::OtherColumn { shown: "alloc_space".to_owned(), instead: "inuse_space".to_owned() };
    assert_eq!(heap.hints(1), [other]);
}

#[test]
fn a_profile_of_waits_without_samples_tells_how_go_records_them() {
    let mut strings = Strings::new();
    let mut kind = |name: &[u8]| ValueType { kind: strings.intern(name), ..ValueType::default() };
    let sample_types = [kind(b"contentions"), kind(b"delay")].to_vec();
    let mut profile = Heap::new("main.go").profile;
    profile.header.period_type = kind(b"contentions");
    profile.header.sample_types = sample_types;
    profile.strings = Arc::new(strings);
    let heap = Heap { profile };
    assert_eq!(heap.hints(1), [Hint::NoWaits]);
    let lines = Hint::NoWaits.lines(Voice::CommandLine);
    assert!(
        lines[1].contains("SetMutexProfileFraction") && lines[1].contains("SetBlockProfileRate")
    );
}

#[test]
fn samples_that_are_all_zero_are_not_said_to_be_missing() {
    let heap = Heap::new("main.rs").sample(0, [0; 4]);
    assert_eq!(heap.hints(3), [Hint::OnlyZeros]);
    assert!(!heap.hints(3)[0].lines(Voice::Shell)[0].contains("no samples"));
}

#[test]
fn a_comparison_is_not_said_to_be_empty_or_freed() {
    let compared =
        |heap: &Heap, index| explain(Subject { is_difference: true, ..heap.subject(index) });
    assert_eq!(compared(&Heap::new("main.rs"), 3), [Hint::NoDifference]);
    let grew = Heap::new("main.rs").sample(0, [10, 87 << 20, 0, 0]);
    let other =
        Hint::OtherColumn { shown: "inuse_space".to_owned(), instead: "alloc_space".to_owned() };
    assert_eq!(compared(&grew, 3), [other]);
    let little = Heap::new("main.rs").sample(0, [10, 87 << 20, 1, 1 << 20]);
    assert_eq!(compared(&little, 3), []);
}
