//! Reads the file that a program left behind which recorded to it: what was in use at its last
//! moment, and at its peak.
//!
//! `crates/recorder/src/linux/region/recording.rs` has the format. A process that is killed leaves an event half
//! done in some threads; what it was changing is in a journal, as it was before.

mod error;
mod file;
mod labels;

use std::collections::HashMap;

pub use error::RecordingError;
use file::{File, Part};

use crate::code::CodeFile;
use crate::recorded::{Recorded, RecordedRow};
use crate::{FixedState, Profile};

/// What every recording begins with.
const MAGIC: &[u8; 8] = b"\x89HWREC\r\n";

/// The deepest stack that is recorded.
const MOST_FRAMES: usize = 1024;
/// Frames of all samples together, of which each takes 4 bytes.
const MOST_IDS: usize = 1 << 27;
/// Binary digits after the point of an amount.
const FRACTION_BITS: u32 = 20;

/// Whether bytes are a recording, or the start of one.
pub fn is_recording(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The last state of a recording.
pub fn read(bytes: &[u8]) -> Result<Profile, RecordingError> {
    let file = File::open(bytes)?;
    let frames = frames(&file)?;
    let sums = Sums::read(&file)?;
    let mut recorded = Recorded {
        time_nanos: i64::try_from(file.u64(32)?).unwrap_or(0),
        interval: file.u64(48)?,
        drop_frames: file.text(1)?.to_vec(),
        mappings: mappings(&file)?,
        rows: sums.rows(file.u64(40)?),
        label_sets: labels::label_sets(&file)?,
        lived: Vec::new(),
        dropped: dropped(&file)?,
        errors: errors(&file, sums.epoch)?,
        without_peak: false,
        comments: vec![
            format!("heapwise: from the recording of process {}", file.u64(24)?).into_bytes(),
        ],
    };
    leave_out_later(&mut recorded, frames.len());
    check_depths(&recorded, &frames)?;
    let main = file.text(0)?;
    recorded.mappings.sort_by_key(|mapping| mapping.path != main);
    Ok(recorded.profile(|stack, to| walk(&frames, stack, to)))
}

/// A return address, and the number of the frame further out.
type Frame = (u64, u32);

/// All frames; the first stands for none. Numbers of callers are lower, so every walk ends.
fn frames(file: &File<'_>) -> Result<Vec<Frame>, RecordingError> {
    let count = file.rows(Part::Frames)?;
    let mut frames = Vec::with_capacity(count);
    frames.extend((count > 0).then_some((0, 0)));
    for number in 1..count {
        let row: [u8; 16] = file.row(Part::Frames, number)?;
        let frame = (number_at(&row, 0), number_at(&row, 8) as u32);
        if frame.1 as usize >= number {
            return Err(RecordingError::Caller { frame: number, caller: frame.1 });
        }
        frames.push(frame);
    }
    Ok(frames)
}

fn walk(frames: &[Frame], mut stack: u32, to: &mut Vec<u64>) {
    while stack != 0 && to.len() <= MOST_FRAMES {
        let Some(&(address, caller)) = frames.get(stack as usize) else { return };
        to.push(address);
        stack = caller;
    }
}

/// Leaves out rows of stacks and label sets that there were not when the beginning of the file was read, and says so:
/// the program may run meanwhile. So the last state is that of this moment, or a little after it.
fn leave_out_later(recorded: &mut Recorded, frames: usize) {
    let (before, sets) = (recorded.rows.len(), &recorded.label_sets);
    recorded.rows.retain(|row| {
        let has_labels =
            row.labels == 0 || sets.binary_search_by_key(&row.labels, |set| set.number).is_ok();
        has_labels && (row.stack == 0 || (row.stack as usize) < frames)
    });
    let later = before - recorded.rows.len();
    if later != 0 {
        let line = "heapwise: read while the program was running: new stacks left out";
        recorded.comments.push(format!("{line}: {later}").into_bytes());
    }
}

/// A file of some megabytes may claim a stack a row, all of them deep.
fn check_depths(recorded: &Recorded, frames: &[Frame]) -> Result<(), RecordingError> {
    let (mut all, mut stack) = (0, Vec::new());
    for row in &recorded.rows {
        stack.clear();
        walk(frames, row.stack, &mut stack);
        all += stack.len();
        if stack.len() > MOST_FRAMES || all > MOST_IDS {
            return Err(RecordingError::TooDeep { stack: row.stack });
        }
    }
    Ok(())
}

/// Objects and bytes, in units of 2^-20.
type Amount = [u128; 2];

/// A stack, and what tells its buckets apart: the size class in the lower 8 bits, the label set above.
type Key = (u32, u32);

/// What was allocated, is in use, and was at the peak.
struct Sums {
    by_key: HashMap<Key, [Amount; 3], FixedState>,
    epoch: u64,
}

impl Sums {
    fn read(file: &File<'_>) -> Result<Self, RecordingError> {
        let journal = journal(file)?;
        let count = file.rows(Part::Buckets)?;
        let bucket = |row: usize| match u32::try_from(row).ok().and_then(|row| journal.get(&row)) {
            Some(before) => Ok(*before),
            None => file.row(Part::Buckets, row),
        };
        // A new peak is noted in buckets and in the head, in this order or the other.
        let mut epoch = file.u64(72)?;
        for row in 0..count {
            epoch = epoch.max(number_at(&bucket(row)?, 8));
        }
        let mut sums = Self { by_key: HashMap::default(), epoch };
        for row in 0..count {
            sums.add(&bucket(row)?);
        }
        Ok(sums)
    }

    fn add(&mut self, bucket: &[u8; 112]) {
        let amount = |at| [at, at + 16].map(|at| number_of_16(bucket, at));
        let [alloc, inuse, peak] = [16, 48, 80].map(amount);
        if alloc == [0; 2] {
            return;
        }
        let peak = if number_at(bucket, 8) == self.epoch { peak } else { inuse };
        let key = (number_at(bucket, 0) as u32, (number_at(bucket, 0) >> 32) as u32);
        let sums = self.by_key.entry(key).or_default();
        for (sum, amount) in sums.iter_mut().zip([alloc, inuse, peak]) {
            *sum = [sum[0].wrapping_add(amount[0]), sum[1].wrapping_add(amount[1])];
        }
    }

    /// Rows in order of stacks, rounded as the program itself would have. An event that was cut
    /// short may have left more in use than there was at the peak: then that is the peak.
    fn rows(&self, seed: u64) -> Vec<RecordedRow> {
        let mut keys: Vec<_> = self.by_key.keys().copied().collect();
        keys.sort_unstable();
        let bytes = |of: usize| {
            self.by_key.values().fold(0u128, |sum, amounts| sum.wrapping_add(amounts[of][1]))
        };
        let is_last = bytes(1) > bytes(2);
        let row = |key: Key| {
            let [alloc, inuse, peak] = self.by_key[&key];
            let amounts = [alloc, inuse, if is_last { inuse } else { peak }];
            let dither = dither(key, seed);
            let round = |number: u128| {
                let whole = number.saturating_add(dither) >> FRACTION_BITS;
                i64::try_from(whole).unwrap_or(i64::MAX)
            };
            let mut values = [0; 6];
            let rounded = amounts.as_flattened().iter().map(|&number| round(number));
            values.iter_mut().zip(rounded).for_each(|(value, number)| *value = number);
            let doubled = alloc[1].saturating_mul(2).checked_div(alloc[0]).unwrap_or(0);
            let size = u64::try_from(doubled.div_ceil(2)).unwrap_or(u64::MAX);
            RecordedRow { stack: key.0, labels: key.1 >> 8, size, values }
        };
        keys.into_iter().map(row).collect()
    }
}

/// A part of one that is the same for a stack and kind in all profiles of a process.
fn dither((stack, kind): Key, seed: u64) -> u128 {
    let place = u64::from(kind >> 8) << 32 | u64::from(stack);
    let key = place << 7 | u64::from(kind & 0xff);
    let product = u128::from(key ^ seed) * 0x9e37_79b9_7f4a_7c15;
    let folded = (product >> 64) as u64 ^ product as u64;
    u128::from((folded >> 32) % (1 << FRACTION_BITS))
}

/// Buckets that were being changed, as they were before.
fn journal(file: &File<'_>) -> Result<HashMap<u32, [u8; 112], FixedState>, RecordingError> {
    let mut kept = HashMap::default();
    for journal in file::JOURNALS {
        let count = file.u32(journal)?;
        for place in 0..count.min(2) as usize {
            let row = file.u32(journal + 4 + 4 * place)?;
            kept.insert(row, file.bytes(journal + 80 + 112 * place)?);
        }
    }
    Ok(kept)
}

fn dropped(file: &File<'_>) -> Result<[u64; 6], RecordingError> {
    let mut dropped = [0; 6];
    for (place, at) in dropped.iter_mut().zip([80, 88, 96, 104, 112, 144]) {
        *place = file.u64(at)?;
    }
    Ok(dropped)
}

/// The standard errors of the sums.
fn errors(file: &File<'_>, epoch: u64) -> Result<[u64; 6], RecordingError> {
    let mut variances = [0.0; 6];
    for journal in file::JOURNALS {
        let is_of_peak = file.u64(journal + 64)? == epoch;
        for (column, sum) in variances.iter_mut().enumerate() {
            let from = if column >= 4 && !is_of_peak { column - 2 } else { column };
            *sum += f64::from_bits(file.u64(journal + 16 + 8 * from)?);
        }
    }
    Ok(variances.map(|variance: f64| variance.max(0.0).sqrt().round() as u64))
}

fn mappings(file: &File<'_>) -> Result<Vec<CodeFile>, RecordingError> {
    let Some(mut rest) = file.mappings()? else { return Ok(Vec::new()) };
    let mut mappings = Vec::new();
    let torn = || RecordingError::Mappings;
    while let Some((head, after)) = rest.split_first_chunk::<32>() {
        let [start, limit, offset] = [0, 8, 16].map(|at| number_at(head, at));
        let lengths = number_at(head, 24);
        let (path, id) = ((lengths & 0xffff_ffff) as usize, (lengths >> 32) as usize);
        let path_bytes = after.get(..path).ok_or_else(torn)?.to_vec();
        let id_bytes = after.get(path..path.saturating_add(id)).ok_or_else(torn)?.to_vec();
        mappings.push(CodeFile { start, limit, offset, path: path_bytes, build_id: id_bytes });
        rest = after.get((path + id).next_multiple_of(8)..).unwrap_or_default();
    }
    Ok(mappings)
}

/// The 8 bytes at `at` of a row, which has them.
fn number_at(row: &[u8], at: usize) -> u64 {
    row.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |&bytes| u64::from_le_bytes(bytes))
}

fn number_of_16(row: &[u8], at: usize) -> u128 {
    row.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |&bytes| u128::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests;
