//! A profile under construction.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::wire::Message;

/// Tables of profile.proto, filled in any order. References are ids, as on the wire: from 1.
#[derive(Debug, Default)]
pub struct Builder {
    strings: BTreeMap<Vec<u8>, u64>,
    table: Vec<Vec<u8>>,
    types: Message,
    samples: Message,
    mappings: Message,
    locations: Message,
    functions: Message,
    header: Message,
    rows: [u64; 3],
    by_name: BTreeMap<Vec<u8>, u64>,
}

/// A label of a sample.
#[derive(Debug, Clone, Copy)]
pub enum Label<'a> {
    /// Key and text.
    Text(&'a str, &'a str),
    /// Key, number and unit.
    Number(&'a str, i64, &'a str),
}

/// A line of a location.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Id of a function.
    pub function: u64,
    /// Line number.
    pub line: i64,
    /// Column number.
    pub column: i64,
}

/// What a mapping says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mapping<'a> {
    /// First address, first address behind it, offset in the file.
    pub range: [u64; 3],
    /// Path of the file.
    pub file: &'a str,
    /// Identity of the file.
    pub build_id: &'a str,
    /// Whether functions, file names, line numbers and inlined frames are known already.
    pub symbolized: bool,
}

/// What a function says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Function<'a> {
    /// The readable name, possibly not UTF-8.
    pub name: &'a [u8],
    /// The mangled name.
    pub system_name: &'a str,
    /// Path of the source.
    pub file: &'a str,
    /// Line at which it starts.
    pub start_line: i64,
}

impl Builder {
    /// A profile with these columns: type and unit each.
    pub fn new(types: &[(&str, &str)]) -> Self {
        let mut builder = Self::default();
        builder.string(b"");
        for (name, unit) in types {
            let (name, unit) = (builder.text(name), builder.text(unit));
            let value = Message::default().number(1, name).number(2, unit);
            builder.types = std::mem::take(&mut builder.types).bytes(1, &value.0);
        }
        builder
    }

    /// The index of a string.
    pub fn string(&mut self, bytes: &[u8]) -> u64 {
        if let Some(index) = self.strings.get(bytes) {
            return *index;
        }
        let index = self.table.len() as u64;
        self.strings.insert(bytes.to_vec(), index);
        self.table.push(bytes.to_vec());
        index
    }

    /// The index of a string that is text.
    pub fn text(&mut self, text: &str) -> u64 {
        self.string(text.as_bytes())
    }

    /// Adds a mapping and returns its id.
    pub fn mapping(&mut self, mapping: Mapping<'_>) -> u64 {
        let (file, build_id) = (self.text(mapping.file), self.text(mapping.build_id));
        let [start, limit, offset] = mapping.range;
        let id = self.next(0);
        let row = Message::default().number(1, id).number(2, start).number(3, limit);
        let row = row.number(4, offset).number(5, file).number(6, build_id);
        let known = u64::from(mapping.symbolized);
        let row = (7..=10).fold(row, |row, field| row.number(field, known));
        self.mappings = std::mem::take(&mut self.mappings).bytes(3, &row.0);
        id
    }

    /// Adds a function and returns its id.
    pub fn function(&mut self, function: Function<'_>) -> u64 {
        let name = self.string(function.name);
        let (system, file) = (self.text(function.system_name), self.text(function.file));
        let id = self.next(1);
        let row = Message::default().number(1, id).number(2, name).number(3, system);
        let row = row.number(4, file).number(5, function.start_line as u64);
        self.functions = std::mem::take(&mut self.functions).bytes(5, &row.0);
        id
    }

    /// Adds a location, innermost line first, and returns its id.
    pub fn location(&mut self, mapping: u64, address: u64, lines: &[Line]) -> u64 {
        let id = self.next(2);
        let row = Message::default().number(1, id).number(2, mapping).number(3, address);
        let row = lines.iter().fold(row, |row, line| {
            let message = Message::default().number(1, line.function).number(2, line.line as u64);
            row.bytes(4, &message.number(3, line.column as u64).0)
        });
        self.locations = std::mem::take(&mut self.locations).bytes(4, &row.0);
        id
    }

    /// Adds a sample, leaf first.
    pub fn sample(&mut self, stack: &[u64], values: &[i64], labels: &[Label<'_>]) {
        let row = Message::default().packed(1, stack.iter().copied());
        let row = row.packed(2, values.iter().map(|value| *value as u64));
        let row = labels.iter().fold(row, |row, label| {
            let message = self.label(label);
            row.bytes(3, &message.0)
        });
        self.samples = std::mem::take(&mut self.samples).bytes(2, &row.0);
    }

    fn label(&mut self, label: &Label<'_>) -> Message {
        match *label {
            Label::Text(key, text) => {
                let (key, text) = (self.text(key), self.text(text));
                Message::default().number(1, key).number(2, text)
            }
            Label::Number(key, number, unit) => {
                let (key, unit) = (self.text(key), self.text(unit));
                Message::default().number(1, key).number(3, number as u64).number(4, unit)
            }
        }
    }

    /// Adds a sample by names, root first: `main;work+inner` has `inner` inlined into `work`. A name
    /// stands for one function of `/nowhere/app/NAME.go` and one location of the first mapping.
    pub fn stack(&mut self, names: &str, values: &[i64], labels: &[Label<'_>]) {
        let frames = names.split(';').filter(|frame| !frame.is_empty());
        let mut stack: Vec<u64> = frames.map(|frame| self.named(frame)).collect();
        stack.reverse();
        self.sample(&stack, values, labels);
    }

    /// The location of one frame of [`Builder::stack`].
    fn named(&mut self, frame: &str) -> u64 {
        if let Some(id) = self.by_name.get(frame.as_bytes()) {
            return *id;
        }
        let inlined: Vec<u64> = frame.split('+').rev().map(|name| self.plain(name)).collect();
        let line = |(depth, &function): (usize, &u64)| Line {
            function,
            line: 10 * function as i64 + depth as i64,
            column: 3,
        };
        let lines: Vec<Line> = inlined.iter().enumerate().map(line).collect();
        let id = self.location(1, 0x40_1000 + 0x40 * (self.rows[2] + 1), &lines);
        self.by_name.insert(frame.as_bytes().to_vec(), id);
        id
    }

    /// The function that has just a name.
    fn plain(&mut self, name: &str) -> u64 {
        let key = format!("function {name}").into_bytes();
        if let Some(id) = self.by_name.get(&key) {
            return *id;
        }
        let file = format!("/nowhere/app/{}.go", name.split('.').next().unwrap_or(name));
        let name = name.as_bytes();
        // One start line for all: the reference does not determine the order of rows that differ in
        // their start line alone, which no report prints.
        let id = self.function(Function { name, system_name: "", file: &file, start_line: 6 });
        self.by_name.insert(key, id);
        id
    }

    /// The mapping that [`Builder::stack`] puts its locations into.
    pub fn main_mapping(&mut self) {
        let range = [0x40_0000, 0x80_0000, 0];
        self.mapping(Mapping { range, file: "/nowhere/bin/app", build_id: "", symbolized: true });
    }

    /// A scalar field of the profile itself.
    pub fn header_number(&mut self, field: u32, value: i64) {
        self.header = std::mem::take(&mut self.header).number(field, value as u64);
    }

    /// A field of the profile itself that refers to a text.
    pub fn header_text(&mut self, field: u32, text: &str) {
        let index = self.text(text);
        self.header = std::mem::take(&mut self.header).element(field, index);
    }

    /// The period, with its type and unit.
    pub fn period(&mut self, name: &str, unit: &str, period: i64) {
        let (name, unit) = (self.text(name), self.text(unit));
        let value = Message::default().number(1, name).number(2, unit);
        self.header = std::mem::take(&mut self.header).bytes(11, &value.0);
        self.header_number(12, period);
    }

    /// The whole profile, not compressed.
    pub fn bytes(&self) -> Vec<u8> {
        let tables = [&self.types, &self.samples, &self.mappings, &self.locations, &self.functions];
        let mut all = Message(tables.iter().flat_map(|table| table.0.iter().copied()).collect());
        for string in &self.table {
            all = all.bytes(6, string);
        }
        all.0.extend_from_slice(&self.header.0);
        all.0
    }

    /// The whole profile, as a program would write it.
    pub fn compressed(&self) -> Vec<u8> {
        gzip(&self.bytes())
    }

    fn next(&mut self, table: usize) -> u64 {
        self.rows[table] += 1;
        self.rows[table]
    }
}

/// `bytes` as one member of a gzip file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}
