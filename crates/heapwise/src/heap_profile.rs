//! From what was recorded to a profile.

use heapwise_profile::{Profile, Recorded, RecordedRow};
use heapwise_recorder::{Count, Dropped, Lifetimes, Row, Snapshot, StackId};

use crate::moment::Moment;
use crate::{label_sets, plumbing};

/// A number of what was dropped that is not named below would be missing in profiles.
const _: () = assert!(size_of::<Dropped>() == size_of::<[u64; 6]>());

/// The profile of a snapshot.
pub fn build(snapshot: &Snapshot, moment: &Moment) -> Profile {
    profile(snapshot, &recorded(snapshot, moment))
}

/// What a snapshot says, but for the stacks.
pub fn recorded(snapshot: &Snapshot, moment: &Moment) -> Recorded {
    let Dropped { stacks, outer_frames, live, samples, frees, labels, .. } = snapshot.dropped();
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
