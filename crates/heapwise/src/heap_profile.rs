//! From what was recorded to a profile.

use std::os::unix::ffi::OsStringExt;
use std::time::{SystemTime, UNIX_EPOCH};

use heapwise_profile::{CodeFile, Profile, Recorded, RecordedRow};
use heapwise_recorder::{self as recorder, Count, Dropped, Lifetimes, Row, Snapshot, StackId};

use crate::{label_sets, plumbing};

/// What a profile says of its process besides what was recorded.
pub struct Moment {
    time_nanos: i64,
    mappings: Vec<CodeFile>,
}

impl Moment {
    /// The time and the mappings of now.
    pub fn now() -> Result<Self, recorder::MappingsError> {
        let mut mappings = Vec::new();
        recorder::mappings(&mut |mapping| mappings.push(code_file(mapping)))?;
        let main = main_file();
        mappings.sort_by_key(|file| file.path != main);
        Ok(Self { time_nanos: time_nanos(), mappings })
    }
}

/// Nanoseconds since 1970.
pub fn time_nanos() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_nanos()).unwrap_or(0)
}

/// The path of the main binary, also where it was deleted meanwhile; empty if it cannot be known.
pub fn main_file() -> Vec<u8> {
    let path = std::env::current_exe().unwrap_or_default().into_os_string().into_vec();
    path.strip_suffix(b" (deleted)").map(<[u8]>::to_vec).unwrap_or(path)
}

fn code_file(mapping: &recorder::Mapping<'_>) -> CodeFile {
    CodeFile {
        start: mapping.start,
        limit: mapping.limit,
        offset: mapping.file_offset,
        path: mapping.path.to_vec(),
        build_id: mapping.build_id.to_vec(),
    }
}

/// The profile of a snapshot.
pub fn build(snapshot: &Snapshot, moment: &Moment) -> Profile {
    profile(snapshot, &recorded(snapshot, moment))
}

/// What a snapshot says, but for the stacks.
pub fn recorded(snapshot: &Snapshot, moment: &Moment) -> Recorded {
    let Dropped { stacks, outer_frames, live, samples, frees, labels } = snapshot.dropped();
    let errors = snapshot.standard_errors();
    Recorded {
        time_nanos: moment.time_nanos,
        interval: snapshot.interval(),
        drop_frames: plumbing::DROP_FRAMES.into(),
        mappings: moment.mappings.clone(),
        rows: snapshot.rows().iter().map(row).collect(),
        label_sets: label_sets::recorded(snapshot.rows().iter().map(|row| row.labels)),
        lived: snapshot.lifetimes().iter().map(lived).collect(),
        dropped: [stacks, outer_frames, live, samples, frees, labels],
        errors: numbers([errors.alloc, errors.inuse, errors.peak]),
        without_peak: false,
        comments: Vec::new(),
    }
}

/// The profile of what a snapshot said, with the snapshot's stacks.
pub fn profile(snapshot: &Snapshot, recorded: &Recorded) -> Profile {
    recorded.profile(|stack, frames| {
        let stack = snapshot.frames(StackId::from_number(stack));
        frames.extend(stack.map(|frame| frame as u64));
    })
}

fn row(row: &Row) -> RecordedRow {
    // Counts are at most `i64::MAX`.
    let values = numbers([row.alloc, row.inuse, row.peak]).map(|number| number as i64);
    let labels = row.labels.number();
    RecordedRow { stack: row.stack.number(), labels, size: row.size, values }
}

/// In the order of `LIFETIME_TYPES`.
fn lived(row: &Lifetimes) -> [i64; 12] {
    let Lifetimes { temporary, lived } = row;
    let [a, b, c, d, e, f, g, h, i, j] = *lived;
    // Counts are at most `i64::MAX`.
    [temporary.objects, temporary.bytes, a, b, c, d, e, f, g, h, i, j].map(|number| number as i64)
}

/// Objects and bytes of each in turn.
fn numbers([alloc, inuse, peak]: [Count; 3]) -> [u64; 6] {
    [alloc.objects, alloc.bytes, inuse.objects, inuse.bytes, peak.objects, peak.bytes]
}

#[cfg(test)]
mod tests;
