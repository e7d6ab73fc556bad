//! From what is held to a profile.

#[cfg(feature = "push")]
use std::time::Instant;

use heapwise_profile::{StackRow, Stacks};
use heapwise_recorder as recorder;

#[cfg(feature = "push")]
use super::Amount;
use super::table::{Dropped, MOST_KEYS, MOST_PLACES, Row, Totals};
use super::{Profile, Types};
use crate::mapped::map_all;
use crate::moment::Moment;
use crate::{Error, label_sets};

/// What a table holds at a moment.
struct Copied {
    rows: Vec<Row>,
    dropped: Dropped,
}

/// What was added by some earlier moment, by place.
#[cfg(feature = "push")]
#[derive(Debug)]
pub struct Baseline {
    added: Vec<Amount>,
    taken: Instant,
}

/// The profile of now.
pub fn build(profile: Profile) -> Result<heapwise_profile::Profile, Error> {
    let copied = Copied::of(profile);
    let values = copied.rows.iter().map(values).collect();
    copied.profile(profile.0.types, values, 0)
}

/// The profile of now, of what is held and what was added since `baseline`; and what was added by now.
#[cfg(feature = "push")]
pub fn since(
    profile: Profile,
    baseline: Option<&Baseline>,
) -> Result<(heapwise_profile::Profile, Baseline), Error> {
    let copied = Copied::of(profile);
    let added = copied.rows.iter().map(|row| row.totals().added).collect();
    let next = Baseline { added, taken: Instant::now() };
    let mut values: Vec<_> = copied.rows.iter().map(values).collect();
    let duration = baseline.map_or(0, |baseline| baseline.subtract_from(&mut values));
    Ok((copied.profile(profile.0.pushed_types, values, duration)?, next))
}

#[cfg(feature = "push")]
impl Baseline {
    /// Leaves what was added since. Returns the nanoseconds between the two moments.
    fn subtract_from(&self, values: &mut [[u64; 4]]) -> i64 {
        // Places stay where they are; those that came since are behind.
        for ([count, weight, ..], before) in values.iter_mut().zip(&self.added) {
            *count = count.saturating_sub(before.count);
            *weight = weight.saturating_sub(before.weight);
        }
        i64::try_from(self.taken.elapsed().as_nanos()).unwrap_or(i64::MAX)
    }
}

impl Copied {
    /// Copied, so that nobody waits while it is written.
    fn of(profile: Profile) -> Self {
        let table = profile.table();
        Self { rows: table.rows().to_vec(), dropped: table.dropped }
    }

    /// With these values of the rows; `duration` is in nanoseconds.
    fn profile(
        &self,
        types: Types,
        values: Vec<[u64; 4]>,
        duration: i64,
    ) -> Result<heapwise_profile::Profile, Error> {
        let moment = Moment::now()?;
        let rows = self.rows.iter().zip(values).filter(|(_, values)| *values != [0; 4]);
        let stacks = Stacks {
            types: types.to_vec(),
            period_type: types[2],
            period: 1,
            time_nanos: moment.time_nanos,
            duration_nanos: duration,
            mappings: moment.mappings,
            rows: rows.map(|(row, values)| stack_row(row, values)).collect(),
            comments: losses(self.dropped),
        };
        let mut built = stacks.profile();
        built.header.default_sample_type = built.header.period_type.kind;
        map_all(&mut built);
        Ok(built)
    }
}

/// In the order of the types.
fn values(row: &Row) -> [u64; 4] {
    let Totals { held, added } = row.totals();
    [added.count, added.weight, held.count, held.weight]
}

fn stack_row(row: &Row, values: [u64; 4]) -> StackRow {
    StackRow {
        frames: recorder::frames(row.stack).map(|frame| frame as u64).collect(),
        values: values.map(|value| i64::try_from(value).unwrap_or(i64::MAX)).to_vec(),
        labels: label_sets::of_row(row.labels),
    }
}

/// A line for every limit that was reached.
fn losses(Dropped { places, keys }: Dropped) -> Vec<Vec<u8>> {
    let causes = [
        (places, format!("at no place: there are more than {MOST_PLACES}, or no stack")),
        (keys, format!("but not held: there were {MOST_KEYS} keys already")),
    ];
    let reached = causes.into_iter().filter(|(count, _)| *count != 0);
    reached.map(|(count, what)| format!("heapwise: objects added {what}: {count}").into()).collect()
}
