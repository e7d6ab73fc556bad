//! From what is held to a profile.

use heapwise_profile::{StackRow, Stacks};
use heapwise_recorder as recorder;

use super::Profile;
use super::table::{Dropped, MOST_KEYS, MOST_PLACES, Row, Totals};
use crate::mapped::map_all;
use crate::moment::Moment;
use crate::{Error, label_sets};

/// The profile of now.
pub fn build(profile: Profile) -> Result<heapwise_profile::Profile, Error> {
    // Copied, so that nobody waits while it is written.
    let (rows, dropped) = {
        let table = profile.table();
        (table.rows().copied().collect::<Vec<Row>>(), table.dropped)
    };
    let moment = Moment::now().map_err(Error::Mappings)?;
    let stacks = Stacks {
        types: profile.0.types.to_vec(),
        period_type: profile.0.types[2],
        period: 1,
        time_nanos: moment.time_nanos,
        mappings: moment.mappings,
        rows: rows.iter().map(stack_row).collect(),
        comments: losses(dropped),
        ..Stacks::default()
    };
    let mut built = stacks.profile();
    built.header.default_sample_type = built.header.period_type.kind;
    map_all(&mut built);
    Ok(built)
}

fn stack_row(row: &Row) -> StackRow {
    let Totals { held, added } = row.totals();
    let values = [added.count, added.weight, held.count, held.weight];
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
