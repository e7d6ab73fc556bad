//! The label sets of a recording.

use super::RecordingError;
use super::file::{File, Part};
use crate::RecordedLabels;

/// The most labels of a set, and bytes of a key and of a value.
const MOST: [usize; 3] = [8, 64, 256];
/// The number of a set is where it is, in units of so many bytes.
const UNIT: usize = 8;

/// All sets, in order of their numbers. Each begins where the one before it ends, so that together they
/// are no larger than the table.
pub fn label_sets(file: &File<'_>) -> Result<Vec<RecordedLabels>, RecordingError> {
    let table = file.table(Part::Labels)?;
    let mut sets = Vec::new();
    let mut at = UNIT;
    while at < table.len() {
        let number = (at / UNIT) as u32;
        let mut rest = &table[at..];
        let labels = labels(&mut rest).ok_or(RecordingError::Labels { set: number })?;
        sets.push(RecordedLabels { number, labels });
        at = (table.len() - rest.len()).next_multiple_of(UNIT);
    }
    Ok(sets)
}

/// The labels of the set that `rest` begins with, which is what comes after it then.
fn labels(rest: &mut &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let count = u32::from_le_bytes(take(rest, 4)?.try_into().ok()?) as usize;
    let label = |_| {
        let [key, value] = [length(rest)?, length(rest)?];
        let is_one = key <= MOST[1] && value <= MOST[2];
        is_one.then_some(())?;
        Some((take(rest, key)?.to_vec(), take(rest, value)?.to_vec()))
    };
    (count <= MOST[0]).then_some(())?;
    (0..count).map(label).collect()
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(take(rest, 2)?.try_into().ok()?)))
}

fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    rest.split_off(..bytes)
}
