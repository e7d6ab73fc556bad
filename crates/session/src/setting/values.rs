//! Which value is shown, and in what unit.

use super::Setting;
use crate::field::field;

pub static RELATIVE_PERCENTAGES: Setting = Setting {
    name: "relative_percentages",
    url: Some("rel"),
    saved: true,
    help: "Take percentages of what the filters left, not of the whole profile",
    more: "",
    field: field!(Switch, relative_percentages),
};

pub static UNIT: Setting = Setting {
    name: "unit",
    url: Some("unit"),
    saved: true,
    help: "The unit in which values are written",
    more: "A unit of the profile's kind: bytes, kB, MB, GB ... for memory; ns, us, ms, s, hr for time.\n\
           minimum: one unit for the whole report, small enough for its smallest value.\n\
           auto: for each value the unit that suits it.",
    field: field!(Text, unit),
};

pub static MEAN: Setting = Setting {
    name: "mean",
    url: Some("mean"),
    saved: true,
    help: "Divide each value by the first value of the sample (a count)",
    more: "Gives bytes an allocation in a heap profile, delay a contention in a mutex profile.",
    field: field!(Switch, mean),
};

pub static SAMPLE_INDEX: Setting = Setting {
    name: "sample_index",
    url: Some("si"),
    saved: false,
    help: "Which value of the samples to show: a name, or an index from 0",
    more: "A heap profile has four; \"help sample-types\" says which one answers which question.",
    field: field!(Text, sample_index),
};

pub static DIVIDE_BY: Setting = Setting {
    name: "divide_by",
    url: None,
    saved: false,
    help: "Divide every value by this before it is written",
    more: "For instance by the number of processes or of requests that the profile covers.",
    field: field!(Number, divide_by),
};

pub static NORMALIZE: Setting = Setting {
    name: "normalize",
    url: Some("norm"),
    saved: true,
    help: "Scale the profile so that its total equals that of the base",
    more: "Read when profiles are fetched: it has no effect on a profile that is already loaded.",
    field: field!(Switch, normalize),
};
