//! Large profiles that are the same on every run and machine.

use std::sync::Arc;

use heapwise_profile::{
    FileOffset, Function, Id, Label, LabelValue, Line, Location, Locations, Mapping, Profile,
    RuntimeAddr, Sample, Samples, Strings, Table, ValueType,
};

/// How large a profile to make.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many samples.
    pub samples: usize,
    /// How many locations, a third as many functions.
    pub locations: usize,
    /// How many locations a stack has.
    pub depth: usize,
}

/// Steps of a linear congruential generator: the constants are Knuth's for MMIX.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

/// A heap profile of four sample types whose stacks use all locations alike; every eighth sample has
/// a label. `seed` decides which stacks: two seeds share locations but few stacks.
pub fn heap_profile(shape: Shape, seed: u64) -> Profile {
    let mut strings = Strings::new();
    let mut profile = Profile::default();
    for (kind, unit) in [
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ] {
        let [kind, unit] = [kind, unit].map(|text| strings.intern(text.as_bytes()));
        profile.header.sample_types.push(ValueType { kind, unit });
    }
    profile.functions = Arc::new(functions(shape.locations.div_ceil(3), &mut strings));
    profile.mappings = Arc::new(Table::from_iter([Mapping {
        id: 1,
        start: RuntimeAddr(0x40_0000),
        limit: RuntimeAddr(0x4000_0000),
        offset: FileOffset(0),
        file: strings.intern(b"/usr/bin/server"),
        ..Mapping::default()
    }]));
    profile.locations = Arc::new(locations(shape.locations, profile.functions.len()));
    profile.samples = Arc::new(samples(shape, seed, &mut strings));
    profile.strings = Arc::new(strings);
    profile
}

fn functions(count: usize, strings: &mut Strings) -> Table<Function> {
    let row = |row: usize| {
        let name = format!("server::module_{}::function_{row}", row / 20);
        let file = format!("/home/build/server/src/module_{}.rs", row / 20);
        let [name, file] = [name, file].map(|text| strings.intern(text.as_bytes()));
        Function { id: row as u64 + 1, name, system_name: name, file, start_line: 10 }
    };
    (0..count).map(row).collect()
}

fn locations(count: usize, functions: usize) -> Locations {
    let mut table = Locations::new();
    for row in 0..count {
        let line = |row: usize| Line {
            function: Id::from_row(row % functions),
            line: 10 + (row % 300) as i64,
            column: 0,
        };
        let location = Location {
            id: row as u64 + 1,
            mapping: Some(Id::from_row(0)),
            address: RuntimeAddr(0x40_1000 + 16 * row as u64),
            folded: false,
        };
        // Every fourth location has an inlined call.
        let inlined = usize::from(row % 4 == 0);
        table.push(location, &[line(row + 7), line(row)][1 - inlined..]);
    }
    table
}

fn samples(shape: Shape, seed: u64, strings: &mut Strings) -> Samples {
    let mut numbers = Numbers(seed);
    let key = strings.intern(b"bytes");
    let mut table = Samples::new(4);
    for row in 0..shape.samples {
        let stack: Vec<Id<Location>> =
            (0..shape.depth).map(|_| Id::from_row(numbers.below(shape.locations))).collect();
        let (objects, size) = (1 + numbers.below(100) as i64, 16 << numbers.below(12));
        let label = Label { key, value: LabelValue::Number { number: size, unit: key } };
        let labels = &[label][..usize::from(row % 8 == 0)];
        table.push(Sample { stack: &stack, values: &[objects, objects * size, 0, 0], labels });
    }
    table
}
