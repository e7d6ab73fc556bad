//! The table of nodes.

use askama::Template;
use heapwise_report::{Inlined, Top, TopRow};
use heapwise_session::command::{AS_GIVEN, Needs};
use heapwise_session::host::Host;
use heapwise_session::{Options, with_input};
use heapwise_units::percentage;

use super::{Body, Failure, View, shown};
use crate::site::Site;

pub(crate) static VIEW: View =
    View { name: "top", title: "Top", about: "A table of functions, largest first", make };

/// How many rows there are at most, whatever the options say.
const ROWS: i64 = 500;

const NEEDS: Needs = Needs { node_count: ROWS, ..AS_GIVEN };

#[derive(Template)]
#[template(path = "top.html")]
struct Page {
    rows: Vec<Row>,
    total: i64,
}

struct Row {
    name: String,
    inlined: &'static str,
    flat: i64,
    cum: i64,
    flat_text: String,
    flat_share: String,
    sum_share: String,
    cum_text: String,
    cum_share: String,
    /// The share of cum in the total, in whole percents, for the bar.
    bar: u8,
}

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let options = Options { node_count: ROWS, ..options.clone() };
    let (top, hints) =
        with_input(&site.loaded, &NEEDS, None, &options, host, |input, _| Top::new(input))?;
    let total = top.header.accounting.total;
    let mut sum = 0_i64;
    let row = |row: &TopRow| {
        sum = sum.wrapping_add(row.flat);
        row_of(row, sum, &top)
    };
    let page = Page { rows: top.rows.iter().map(row).collect(), total };
    Ok(Body { html: page.render()?, details: top.header.lines(&top.values), hints })
}

fn row_of(row: &TopRow, sum: i64, top: &Top) -> Row {
    let total = top.header.accounting.total;
    let share = |value| percentage(value, total).trim().to_owned();
    let part = row.cum as f64 / total as f64 * 100.0;
    Row {
        name: shown(&row.name),
        inlined: match row.inlined {
            Inlined::No => "",
            Inlined::Partly => "(partial-inline)",
            Inlined::Wholly => "(inline)",
        },
        flat: row.flat,
        cum: row.cum,
        flat_text: shown(&top.values.text(row.flat)),
        flat_share: share(row.flat),
        sum_share: share(sum),
        cum_text: shown(&top.values.text(row.cum)),
        cum_share: share(row.cum),
        bar: part.abs().clamp(0.0, 100.0) as u8,
    }
}
