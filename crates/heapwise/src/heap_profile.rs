//! From what was recorded to a profile.

use std::io::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use heapwise_profile::{
    FileOffset, Header, Id, Label, LabelValue, Location, Locations, Mapping, Profile, RuntimeAddr,
    Sample, Samples, Str, Strings, Table, ValueType,
};
use heapwise_recorder::{self as recorder, Count, Dropped, Row, Snapshot, Totals};

use crate::plumbing;

/// What a profile says of its process besides what was recorded.
pub struct Moment {
    time_nanos: i64,
    /// The main binary's first, the rest in order of addresses.
    mappings: Vec<CodeFile>,
}

/// A mapping that holds code.
struct CodeFile {
    start: u64,
    limit: u64,
    offset: u64,
    path: Vec<u8>,
    build_id: Vec<u8>,
}

impl Moment {
    /// The time and the mappings of now.
    pub fn now() -> Result<Self, recorder::MappingsError> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut mappings = Vec::new();
        recorder::mappings(&mut |mapping| mappings.push(CodeFile::of(mapping)))?;
        let main = main_file();
        mappings.sort_by_key(|file| file.path != main);
        Ok(Self { time_nanos: i64::try_from(since_1970.as_nanos()).unwrap_or(0), mappings })
    }
}

/// The path of the main binary, also where it was deleted meanwhile; empty if it cannot be known.
fn main_file() -> Vec<u8> {
    let path = std::env::current_exe().unwrap_or_default().into_os_string().into_vec();
    path.strip_suffix(b" (deleted)").map(<[u8]>::to_vec).unwrap_or(path)
}

impl CodeFile {
    fn of(mapping: &recorder::Mapping<'_>) -> Self {
        Self {
            start: mapping.start,
            limit: mapping.limit,
            offset: mapping.file_offset,
            path: mapping.path.to_vec(),
            build_id: mapping.build_id.to_vec(),
        }
    }
}

/// The profile of a snapshot: no functions, since nothing is resolved in the profiled process;
/// mappings with build ids instead, from which any pprof tool can.
///
/// The address of a location is the return address of a call less one, so that it lies within the
/// call, for every frame: the leaf of a stack is a call of the allocator too.
///
/// A sample is one stack and one size class (see [`Row`]), and its label `bytes` the mean size of
/// its objects, as in Go's profiles. Whoever knows it and the period can tell how many allocations
/// were recorded for an estimate, and so how far it may be off.
pub fn build(snapshot: &Snapshot, moment: &Moment) -> Profile {
    let mut strings = Strings::new();
    let header = header(&mut strings, snapshot, moment.time_nanos);
    let mappings = mappings(&mut strings, &moment.mappings);
    let locations = locations(snapshot, &mappings);
    let samples = samples(snapshot, &locations, strings.intern(b"bytes"));
    Profile {
        header,
        strings: Arc::new(strings),
        functions: Arc::default(),
        mappings: Arc::new(mappings),
        locations: Arc::new(locations),
        samples: Arc::new(samples),
    }
}

/// Names and units of the values, in the order of [`values`]: Go's four, and the peak.
const SAMPLE_TYPES: [(&str, &str); 6] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
    ("peak_objects", "count"),
    ("peak_space", "bytes"),
];

fn values(row: &Row) -> [i64; 6] {
    numbers([row.alloc, row.inuse, row.peak]).map(|number| number as i64)
}

/// Objects and bytes of each in turn. Counts are at most `i64::MAX`.
fn numbers([alloc, inuse, peak]: [Count; 3]) -> [u64; 6] {
    [alloc.objects, alloc.bytes, inuse.objects, inuse.bytes, peak.objects, peak.bytes]
}

fn header(strings: &mut Strings, snapshot: &Snapshot, time_nanos: i64) -> Header {
    let value_type = |strings: &mut Strings, kind: &str, unit: &str| ValueType {
        kind: strings.intern(kind.as_bytes()),
        unit: strings.intern(unit.as_bytes()),
    };
    Header {
        sample_types: SAMPLE_TYPES.map(|(kind, unit)| value_type(strings, kind, unit)).to_vec(),
        default_sample_type: strings.intern(b"inuse_space"),
        drop_frames: strings.intern(plumbing::DROP_FRAMES.as_bytes()),
        time_nanos,
        period_type: value_type(strings, "space", "bytes"),
        period: i64::try_from(snapshot.interval()).unwrap_or(i64::MAX),
        comments: comments(snapshot).iter().map(|text| strings.intern(text)).collect(),
        ..Header::default()
    }
}

/// What a reader should know of the numbers.
fn comments(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let mut comments = losses(snapshot.dropped());
    comments.extend(errors(&snapshot.standard_errors()));
    comments
}

/// The standard errors of the totals, in the order of the sample types; nothing if all are exact.
fn errors(errors: &Totals) -> Option<Vec<u8>> {
    let numbers = numbers([errors.alloc, errors.inuse, errors.peak]);
    let mut line = b"heapwise: standard errors of the totals:".to_vec();
    for ((name, _), number) in SAMPLE_TYPES.iter().zip(numbers) {
        // Writing to memory does not fail.
        let _ = write!(line, " {name} {number}");
    }
    (*errors != Totals::default()).then_some(line)
}

/// A line for every limit that was reached.
fn losses(dropped: Dropped) -> Vec<Vec<u8>> {
    let lines = [
        (
            dropped.stacks,
            "recorded without a stack: the stack table was full or stacks cannot be walked",
        ),
        (dropped.outer_frames, "recorded with the innermost frames of their stacks only"),
        (dropped.live, "recorded as allocated but not as in use: the live table was full"),
        (dropped.samples, "not recorded: no memory for the recorder"),
        (dropped.frees, "freed in a signal handler, which went unnoticed"),
    ];
    let mut comments = Vec::new();
    for (count, what) in lines.into_iter().filter(|(count, _)| *count != 0) {
        let mut line = Vec::new();
        // Writing to memory does not fail.
        let _ = write!(line, "heapwise: sampled allocations {what}: {count}");
        comments.push(line);
    }
    comments
}

fn mappings(strings: &mut Strings, files: &[CodeFile]) -> Table<Mapping> {
    let mut table = Table::new();
    for (id, file) in (1..).zip(files) {
        table.push(Mapping {
            id,
            start: RuntimeAddr(file.start),
            limit: RuntimeAddr(file.limit),
            offset: FileOffset(file.offset),
            file: strings.intern(&file.path),
            build_id: strings.intern(hex(&file.build_id).as_bytes()),
            ..Mapping::default()
        });
    }
    table
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

/// One location an address, in order of addresses, so that they can be looked up without a table.
fn locations(snapshot: &Snapshot, mappings: &Table<Mapping>) -> Locations {
    let stacks = snapshot.rows().chunk_by(|a, b| a.stack == b.stack).map(|rows| rows[0].stack);
    let mut addresses: Vec<u64> =
        stacks.flat_map(|stack| snapshot.frames(stack)).map(address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let mut locations = Locations::new();
    for (id, address) in (1..).zip(addresses.into_iter().map(RuntimeAddr)) {
        let mapping = mappings.ids().find(|&mapping| mappings[mapping].contains(address));
        locations.push(Location { id, mapping, address, folded: false }, &[]);
    }
    locations
}

/// An address within the call that returns to `frame`.
fn address(frame: usize) -> u64 {
    (frame as u64).saturating_sub(1)
}

fn samples(snapshot: &Snapshot, locations: &Locations, bytes: Str) -> Samples {
    let addresses: Vec<u64> = locations.iter().map(|(location, _)| location.address.0).collect();
    let mut samples = Samples::new(SAMPLE_TYPES.len());
    let mut stack: Vec<Id<Location>> = Vec::new();
    for row in snapshot.rows() {
        stack.clear();
        stack.extend(snapshot.frames(row.stack).map(|frame| {
            Id::from_row(addresses.partition_point(|&before| before < address(frame)))
        }));
        let number = i64::try_from(row.size).unwrap_or(i64::MAX);
        let label = Label { key: bytes, value: LabelValue::Number { number, unit: bytes } };
        samples.push(Sample { stack: &stack, values: &values(row), labels: &[label] });
    }
    samples
}

#[cfg(test)]
mod tests;
