//! What makes a node, and which nodes are shown.

use heapwise_graph::Granularity;

use super::Setting;
use crate::field::{Choice, Field, field};

pub static DROP_NEGATIVE: Setting = Setting {
    name: "drop_negative",
    url: Some("dropneg"),
    saved: true,
    help: "Leave out entries whose value is negative, as a difference of profiles has them",
    more: "",
    field: field!(Switch, drop_negative),
};

pub static NODE_COUNT: Setting = Setting {
    name: "nodecount",
    url: Some("n"),
    saved: true,
    help: "Show at most this many entries",
    more: "-1 leaves the choice to the command; 0 shows all.",
    field: field!(Integer, node_count),
};

pub static NODE_FRACTION: Setting = Setting {
    name: "nodefraction",
    url: Some("nf"),
    saved: true,
    help: "Hide entries below this fraction of the total",
    more: "",
    field: field!(Number, node_fraction),
};

pub static EDGE_FRACTION: Setting = Setting {
    name: "edgefraction",
    url: Some("ef"),
    saved: true,
    help: "Hide calls below this fraction of the total",
    more: "",
    field: field!(Number, edge_fraction),
};

pub static TRIM: Setting = Setting {
    name: "trim",
    url: Some("trim"),
    saved: true,
    help: "Apply nodecount, nodefraction and edgefraction",
    more: "With trim=false nothing is hidden.",
    field: field!(Switch, trim),
};

pub static NO_INLINES: Setting = Setting {
    name: "noinlines",
    url: Some("noinlines"),
    saved: true,
    help: "Attribute inlined functions to the function they were inlined into",
    more: "",
    field: field!(Switch, no_inlines),
};

pub static SHOW_COLUMNS: Setting = Setting {
    name: "showcolumns",
    url: Some("showcolumns"),
    saved: true,
    help: "Keep column numbers where lines are shown",
    more: "",
    field: field!(Switch, show_columns),
};

pub static GRANULARITY: Setting = Setting {
    name: "granularity",
    url: Some("g"),
    saved: true,
    help: "What makes two places the same entry",
    more: "",
    field: Field::Choice {
        choices: GRANULARITIES,
        get: |o| o.granularity.map_or("", granularity_name),
        set: set_granularity,
    },
};

const GRANULARITIES: &[Choice] = &[
    Choice { name: "functions", help: "The function" },
    Choice { name: "filefunctions", help: "The function and its file" },
    Choice { name: "files", help: "The file" },
    Choice { name: "lines", help: "The line of source" },
    Choice { name: "addresses", help: "The address of the instruction" },
];

fn granularity_name(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Functions => "functions",
        Granularity::FileFunctions => "filefunctions",
        Granularity::Files => "files",
        Granularity::Lines => "lines",
        Granularity::Addresses => "addresses",
    }
}

fn set_granularity(options: &mut crate::Options, name: &str) -> bool {
    let all = [
        Granularity::Functions,
        Granularity::FileFunctions,
        Granularity::Files,
        Granularity::Lines,
        Granularity::Addresses,
    ];
    let found = all.into_iter().find(|&granularity| granularity_name(granularity) == name);
    found.inspect(|&granularity| options.granularity = Some(granularity)).is_some()
}
