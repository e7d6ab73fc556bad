//! What had been allocated by some earlier moment, to be subtracted later.

use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

use heapwise_profile::{Recorded, RecordedRow};

/// Objects and bytes allocated from the start of the program to a moment, by stack, labels and size
/// class.
pub struct Baseline {
    allocated: HashMap<Key, [i64; 2]>,
    /// The standard errors of the sums over them.
    errors: [u64; 2],
    taken: Instant,
}

impl Baseline {
    /// Of what is recorded now.
    pub fn of(recorded: &Recorded) -> Self {
        let entry = |row: &RecordedRow| (key(row), [row.values[0], row.values[1]]);
        let allocated = recorded.rows.iter().map(entry).collect();
        let errors = [recorded.errors[0], recorded.errors[1]];
        Self { allocated, errors, taken: Instant::now() }
    }

    /// Leaves in `recorded`, of a later moment, what was allocated since this one, and what is in use
    /// as it is. Rows of which nothing is left go. Returns the nanoseconds between the two moments.
    pub fn subtract_from(&self, recorded: &mut Recorded) -> i64 {
        for row in &mut recorded.rows {
            let [objects, bytes] = self.allocated.get(&key(row)).copied().unwrap_or_default();
            row.values[0] = row.values[0].saturating_sub(objects);
            row.values[1] = row.values[1].saturating_sub(bytes);
        }
        recorded.rows.retain(|row| row.values != [0; 6]);
        // What is recorded later has nothing to do with what was before: variances add up.
        for (error, before) in recorded.errors.iter_mut().zip(self.errors) {
            *error = without(*error, before);
        }
        i64::try_from(self.taken.elapsed().as_nanos()).unwrap_or(i64::MAX)
    }
}

impl fmt::Debug for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Baseline").field("rows", &self.allocated.len()).finish_non_exhaustive()
    }
}

/// What a row keeps for life: its stack and labels, and the class that its mean size stays within.
type Key = (u32, u32, u64);

fn key(row: &RecordedRow) -> Key {
    (row.stack, row.labels, size_class(row.size))
}

/// The largest power of two that is not above `size`; 0 for 0. All objects of a row have the same.
pub fn size_class(size: u64) -> u64 {
    size.checked_ilog2().map_or(0, |power| 1 << power)
}

/// The standard error of a sum, without that of a part of it.
fn without(error: u64, part: u64) -> u64 {
    let square = |error: u64| u128::from(error).pow(2);
    let rest = square(error).saturating_sub(square(part)).isqrt();
    u64::try_from(rest).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(stack: u32, size: u64, values: [i64; 6]) -> RecordedRow {
        RecordedRow { stack, labels: 0, size, values }
    }

    fn recorded(rows: Vec<RecordedRow>, error: u64) -> Recorded {
        Recorded { rows, errors: [error; 6], ..Recorded::default() }
    }

    #[test]
    fn only_what_was_allocated_is_subtracted() {
        let before =
            recorded(vec![row(1, 8, [5, 40, 2, 16, 2, 16]), row(2, 8, [1, 8, 0, 0, 0, 0])], 3);
        let baseline = Baseline::of(&before);
        let mut after = recorded(
            vec![
                // The mean has changed within the class.
                row(1, 11, [9, 99, 3, 33, 3, 33]),
                // The same stack with another class, and with labels, and a stack that is new.
                row(1, 16, [1, 16, 1, 16, 0, 0]),
                RecordedRow { labels: 5, ..row(1, 8, [7, 56, 0, 0, 0, 0]) },
                row(2, 8, [1, 8, 0, 0, 0, 0]),
                row(3, 8, [1, 8, 0, 0, 0, 0]),
            ],
            5,
        );
        assert!(baseline.subtract_from(&mut after) >= 0);
        let values: Vec<_> = after.rows.iter().map(|row| (row.stack, row.values)).collect();
        let expected = [
            (1, [4, 59, 3, 33, 3, 33]),
            (1, [1, 16, 1, 16, 0, 0]),
            (1, [7, 56, 0, 0, 0, 0]),
            (3, [1, 8, 0, 0, 0, 0]),
        ];
        assert_eq!(values, expected);
        assert_eq!(after.errors, [4, 4, 5, 5, 5, 5]);
    }

    #[test]
    fn classes_are_powers_of_two() {
        let sizes = [0, 1, 2, 3, 1023, 1024, u64::MAX];
        assert_eq!(sizes.map(size_class), [0, 1, 2, 2, 512, 1024, 1 << 63]);
    }
}
