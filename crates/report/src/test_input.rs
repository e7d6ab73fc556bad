//! Inputs for tests, from text.

use std::sync::Arc;

use heapwise_graph::{Aggregation, Order, Trim, Value, aggregate, total};
use heapwise_profile::{
    Function, Header, Id, Label, LabelUnits, LabelValue, Line, Location, Locations, Mapping,
    Profile, Resolved, RuntimeAddr, Sample, Samples, Strings, Table, ValueType, label_units,
};
use jiff::tz::TimeZone;

use crate::{CodeFrame, Input, Instruction, MappedFile, Object, Objects, Sources, Style, Symbol};

/// A profile and how to show it, to change before it is used.
pub(crate) struct Fixture {
    pub profile: Profile,
    pub style: Style,
    pub value: Value,
    pub aggregation: Aggregation,
}

/// A label of a sample under construction.
pub(crate) enum Tag {
    Text(&'static str, &'static str),
    Number(&'static str, i64, &'static str),
}

impl Fixture {
    /// A heap profile of `/bin/server`: sample types `objects/count` and `space/bytes`, four stacks,
    /// one frame inlined, one location without lines.
    pub fn heap() -> Self {
        let mut build = Builder::default();
        let server = build.mapping(1, 0x40_0000, "/bin/server", "abc123");
        let libc = build.mapping(2, 0x7f00_0000, "/lib/libc.so.6", "");
        let main = build.location(0x40_1000, server, &[("main", "main.rs", 10, 5)]);
        let work = build.location(
            0x40_2000,
            server,
            &[("grow", "grow.rs", 80, 70), ("work", "work.rs", 20, 15)],
        );
        let alloc = build.location(0x40_3000, server, &[("alloc", "missing.rs", 30, 28)]);
        let bare = build.location(0x7f00_1234, libc, &[]);
        build.sample(
            &[alloc, work, main],
            &[5, 5 << 20],
            &[Tag::Text("user", "alice"), Tag::Number("bytes", 1 << 20, "")],
        );
        build.sample(&[bare, main], &[1, 1 << 20], &[Tag::Number("lat", 1500, "microseconds")]);
        build.sample(&[work, main], &[1, 16], &[]);
        build.sample(&[], &[1, 64], &[]);
        build.finish()
    }

    /// Calls `show` with the input, and returns what it wrote.
    pub fn show(&self, show: impl FnOnce(&Input<'_>, &mut Vec<u8>)) -> String {
        let units: LabelUnits = label_units(&self.profile);
        let profile = aggregate(&self.profile, self.aggregation);
        let input = Input {
            profile: &profile,
            value: self.value,
            total: total(&self.profile, self.value),
            label_units: &units,
            style: &self.style,
            sources: &Numbered,
            objects: &Assembled,
        };
        let mut out = Vec::new();
        show(&input, &mut out);
        String::from_utf8(out).unwrap()
    }
}

/// Sources in which every `.rs` file but `missing.rs` has 100 lines that say their number.
struct Numbered;

impl Sources for Numbered {
    fn shown_name(&self, file: &[u8]) -> Vec<u8> {
        file.to_vec()
    }

    fn lines(&self, shown: &[u8]) -> Result<Vec<Vec<u8>>, Vec<u8>> {
        match shown {
            b"missing.rs" => Err(b"open missing.rs: no such file or directory".to_vec()),
            _ => Ok((1..=100).map(|number| format!("line {number}").into_bytes()).collect()),
        }
    }
}

/// A binary at the addresses of its process, with one function of 16 instructions for each of the
/// locations of [`Fixture::heap`]; the library cannot be opened.
struct Assembled;

impl Objects for Assembled {
    fn open(
        &self,
        mapping: &MappedFile<'_>,
        work: &mut dyn FnMut(&dyn Object),
    ) -> Result<(), String> {
        if mapping.file != b"/bin/server" {
            return Err("open /lib/libc.so.6: no such file or directory".to_owned());
        }
        work(self);
        Ok(())
    }
}

impl Object for Assembled {
    fn address(&self, runtime: u64) -> Option<u64> {
        Some(runtime)
    }

    fn symbols(
        &self,
        matches: &dyn Fn(&[u8]) -> bool,
        address: Option<u64>,
        wanted: &dyn Fn(&Symbol) -> bool,
    ) -> Vec<Symbol> {
        let symbol = |(name, start): (&str, u64)| Symbol {
            names: vec![name.into(), [name, "_alias"].concat().into()],
            start,
            last: start + 0x3f,
        };
        let all =
            [("main", 0x40_1000), ("work", 0x40_2000), ("alloc", 0x40_3000), ("idle", 0x40_4000)];
        let fits = |symbol: &Symbol| {
            let holds = |at| symbol.start <= at && at <= symbol.last;
            matches(&symbol.names[0]) || address.is_some_and(holds)
        };
        all.map(symbol).into_iter().filter(|symbol| fits(symbol) && wanted(symbol)).collect()
    }

    fn instructions(&self, start: u64, end: u64) -> Result<Vec<Instruction>, String> {
        let instruction = |address: u64| Instruction {
            address,
            text: match address % 16 {
                0 => "NOPL".to_owned(),
                _ => format!("MOVQ ${:#x}, a_name_that_fills_the_column(SB)", address % 16),
            },
            function: Vec::new(),
            file: b"/src/work.rs".to_vec(),
            line: i64::try_from((address - start) / 8).unwrap_or(0) + 1,
        };
        Ok((start..end).step_by(4).map(instruction).collect())
    }

    fn frames(&self, address: u64) -> Vec<CodeFrame> {
        let line = i64::try_from(address % 0x1000 / 8).unwrap_or(0) + 1;
        let (function, file) = (b"work".to_vec(), b"/src/work.rs".to_vec());
        vec![CodeFrame { function, symbol: b"_ZN4work".to_vec(), file, line }]
    }
}

#[derive(Default)]
struct Builder {
    strings: Strings,
    functions: Table<Function>,
    mappings: Table<Mapping>,
    locations: Locations,
    samples: Option<Samples>,
}

impl Builder {
    fn mapping(&mut self, id: u64, start: u64, file: &str, build_id: &str) -> Id<Mapping> {
        let (file, build_id) =
            (self.strings.intern(file.as_bytes()), self.strings.intern(build_id.as_bytes()));
        let (start, limit) = (RuntimeAddr(start), RuntimeAddr(start + 0x1_0000));
        let resolved = Resolved { functions: id == 1, ..Resolved::default() };
        self.mappings.push(Mapping {
            id,
            start,
            limit,
            file,
            build_id,
            resolved,
            ..Mapping::default()
        })
    }

    fn location(
        &mut self,
        address: u64,
        mapping: Id<Mapping>,
        lines: &[(&str, &str, i64, i64)],
    ) -> Id<Location> {
        let lines = lines.iter().map(|&(name, file, line, start_line)| {
            let (name, file) =
                (self.strings.intern(name.as_bytes()), self.strings.intern(file.as_bytes()));
            let id = self.functions.len() as u64 + 1;
            let function = Function { id, name, system_name: name, file, start_line };
            Line { function: self.functions.push(function), line, column: 0 }
        });
        let lines: Vec<Line> = lines.collect();
        let id = self.locations.len() as u64 + 1;
        let location =
            Location { id, mapping: Some(mapping), address: RuntimeAddr(address), folded: false };
        self.locations.push(location, &lines)
    }

    fn sample(&mut self, stack: &[Id<Location>], values: &[i64], tags: &[Tag]) {
        let strings = &mut self.strings;
        let labels = tags.iter().map(|tag| match *tag {
            Tag::Text(key, text) => Label {
                key: strings.intern(key.as_bytes()),
                value: LabelValue::Text(strings.intern(text.as_bytes())),
            },
            Tag::Number(key, number, unit) => Label {
                key: strings.intern(key.as_bytes()),
                value: LabelValue::Number { number, unit: strings.intern(unit.as_bytes()) },
            },
        });
        let labels: Vec<Label> = labels.collect();
        let samples = self.samples.get_or_insert_with(|| Samples::new(values.len()));
        samples.push(Sample { stack, values, labels: &labels });
    }

    fn finish(mut self) -> Fixture {
        let mut value_type = |kind: &str, unit: &str| ValueType {
            kind: self.strings.intern(kind.as_bytes()),
            unit: self.strings.intern(unit.as_bytes()),
        };
        let sample_types = vec![value_type("objects", "count"), value_type("space", "bytes")];
        let period_type = value_type("space", "bytes");
        let comments = vec![self.strings.intern(b"a comment"), self.strings.intern(b"#hidden")];
        let header = Header {
            default_sample_type: sample_types[1].kind,
            sample_types,
            period_type,
            period: 524_288,
            comments,
            time_nanos: 1_700_000_000_500_000_000,
            duration_nanos: 100_000_000_000,
            ..Header::default()
        };
        Fixture {
            profile: Profile {
                header,
                strings: Arc::new(self.strings),
                functions: Arc::new(self.functions),
                mappings: Arc::new(self.mappings),
                locations: Arc::new(self.locations),
                samples: Arc::new(self.samples.unwrap_or_default()),
            },
            style: style(),
            value: Value { index: 1, mean: false },
            aggregation: Aggregation::default(),
        }
    }
}

fn style() -> Style {
    Style {
        unit: "minimum".to_owned(),
        ratio: 1.0,
        compact_labels: false,
        active_filters: Vec::new(),
        order: Order::Flat,
        trim: Trim::default(),
        drop_negative: false,
        call_tree: false,
        time_zone: TimeZone::UTC,
    }
}
