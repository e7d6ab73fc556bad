//! Writes a large synthetic heap profile, the same bytes for the same numbers.
//!
//! The shape is that of a big service: many functions, a fifth of the locations inlined, random
//! walks through a call graph in which each location calls a few others, and the four sample types
//! of a heap profile with the label `bytes`. Stacks hardly compress, as in real profiles of that size.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use heapwise_profile::{
    FileOffset, Function, Header, Id, Label, LabelValue, Line, Location, Locations, Mapping,
    Profile, Resolved, RuntimeAddr, Sample, Samples, Strings, Table, ValueType,
};

/// How much of everything, in rows.
#[derive(Clone, Copy, Debug)]
struct Shape {
    samples: usize,
    locations: usize,
    functions: usize,
    /// The mean depth of a stack in locations; depths are uniform from half of it to one and a half.
    depth: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self { samples: 200_000, locations: 60_000, functions: 20_000, depth: 40 }
    }
}

/// A 64-bit linear congruential generator: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok((shape, path)) => match write(shape, &path) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{path}: {error}")),
        },
        Err(message) => fail(&message),
    }
}

#[expect(clippy::print_stderr, reason = "the error line of a command-line program")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    eprintln!(
        "usage: large-profile [--samples N] [--locations N] [--functions N] [--depth N] FILE"
    );
    ExitCode::from(2)
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<(Shape, String), String> {
    let mut shape = Shape::default();
    while let Some(word) = words.next() {
        let field = match word.as_str() {
            "--samples" => &mut shape.samples,
            "--locations" => &mut shape.locations,
            "--functions" => &mut shape.functions,
            "--depth" => &mut shape.depth,
            _ if word.starts_with('-') => return Err(format!("unknown option {word}")),
            _ => return Ok((shape, word)),
        };
        let number = words.next().ok_or_else(|| format!("{word} needs a number"))?;
        *field = number.parse().map_err(|_| format!("{word} {number}: not a number"))?;
    }
    Err("no file named".to_owned())
}

fn write(shape: Shape, path: &str) -> std::io::Result<()> {
    generate(shape).write_to(std::fs::File::create(path)?)
}

fn generate(shape: Shape) -> Profile {
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
    let mut stack = Vec::new();
    for _ in 0..shape.samples {
        walk(shape, random, &mut stack);
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

/// A random walk from the root: each location calls one of 16 others, fixed by its row.
fn walk(shape: Shape, random: &mut Random, stack: &mut Vec<Id<Location>>) {
    let depth = shape.depth / 2 + random.below(shape.depth + 1);
    stack.clear();
    let mut row = random.below(8);
    for _ in 0..depth.max(1) {
        stack.push(Id::from_row(row));
        let call = row.wrapping_mul(16).wrapping_add(random.below(16));
        row = (call.wrapping_mul(2_654_435_761) >> 7) % shape.locations.max(1);
    }
    stack.reverse();
}
