//! Everything of the profile but its stacks.

use std::sync::Arc;

use heapwise_profile::{
    FileOffset, Function, Header, Id, Label, LabelValue, Line, Location, Locations, Mapping,
    Profile, Resolved, RuntimeAddr, Sample, Samples, Strings, Table, ValueType,
};

use crate::Shape;
use crate::random::Random;
use crate::stacks::Stacks;

/// The profile of that shape.
pub fn generate(shape: Shape) -> Profile {
    let mut random = Random(1);
    let mut strings = Strings::new();
    let functions = functions(shape, &mut strings);
    let mappings = mappings(&mut strings);
    let locations = locations(shape, &mut random);
    let samples = samples(shape, &mut random, &mut strings);
    let header = header(&mut strings);
    Profile {
        header,
        strings: Arc::new(strings),
        functions: Arc::new(functions),
        mappings: Arc::new(mappings),
        locations: Arc::new(locations),
        samples: Arc::new(samples),
    }
}

fn header(strings: &mut Strings) -> Header {
    let mut kind = |kind: &str, unit: &str| ValueType {
        kind: strings.intern(kind.as_bytes()),
        unit: strings.intern(unit.as_bytes()),
    };
    Header {
        sample_types: vec![
            kind("alloc_objects", "count"),
            kind("alloc_space", "bytes"),
            kind("inuse_objects", "count"),
            kind("inuse_space", "bytes"),
        ],
        period_type: kind("space", "bytes"),
        period: 524_288,
        time_nanos: 1_700_000_000_000_000_000,
        ..Header::default()
    }
}

fn functions(shape: Shape, strings: &mut Strings) -> Table<Function> {
    let function = |row: usize| {
        let name =
            format!("example.com/service/package{}.(*Type{}).Method{row}", row % 211, row % 37);
        let file = format!("/src/service/package{}/file{}.go", row % 211, row % 7);
        let name = strings.intern(name.as_bytes());
        let file = strings.intern(file.as_bytes());
        let start_line = (row % 900 + 1) as i64;
        Function { id: row as u64 + 1, name, system_name: name, file, start_line }
    };
    (0..shape.functions).map(function).collect()
}

fn mappings(strings: &mut Strings) -> Table<Mapping> {
    let all =
        Resolved { functions: true, filenames: true, line_numbers: true, inline_frames: true };
    std::iter::once(Mapping {
        id: 1,
        start: RuntimeAddr(0x40_0000),
        limit: RuntimeAddr(0x4000_0000),
        offset: FileOffset(0),
        file: strings.intern(b"/srv/service"),
        build_id: strings.intern(b"0123456789abcdef"),
        resolved: all,
        ..Mapping::default()
    })
    .collect()
}

fn locations(shape: Shape, random: &mut Random) -> Locations {
    let mut table = Locations::new();
    for row in 0..shape.locations {
        let inlined = if row % 5 == 0 { 2 + random.below(3) } else { 1 };
        let lines: Vec<Line> = (0..inlined).map(|_| line(shape, random)).collect();
        let address = RuntimeAddr(0x40_0000 + row as u64 * 37);
        let mapping = Some(Id::from_row(0));
        table.push(Location { id: row as u64 + 1, mapping, address, folded: false }, &lines);
    }
    table
}

fn line(shape: Shape, random: &mut Random) -> Line {
    let function = Id::from_row(random.below(shape.functions));
    Line { function, line: random.below(1_000) as i64 + 1, column: 0 }
}

fn samples(shape: Shape, random: &mut Random, strings: &mut Strings) -> Samples {
    let bytes = strings.intern(b"bytes");
    let mut table = Samples::new(4);
    let (mut stacks, mut stack) = (Stacks::new(shape), Vec::new());
    for _ in 0..shape.samples {
        stacks.next(random, &mut stack);
        let size = 16 << random.below(12);
        let objects = random.below(1_000) as i64 + 1;
        let live = random.below(objects as usize + 1) as i64;
        table.push(Sample {
            stack: &stack,
            values: &[objects, objects * size, live, live * size],
            labels: &[Label {
                key: bytes,
                value: LabelValue::Number { number: size, unit: Strings::EMPTY },
            }],
        });
    }
    table
}
