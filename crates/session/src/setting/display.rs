//! How a report is laid out.

use heapwise_graph::Order;

use super::Setting;
use crate::field::{Choice, Field, field};

pub static CALL_TREE: Setting = Setting {
    name: "call_tree",
    url: Some("calltree"),
    saved: true,
    help: "Show a function once for each path that leads to it",
    more: "Applies to formats that draw a graph, and to callgrind.",
    field: field!(Switch, call_tree),
};

pub static COMPACT_LABELS: Setting = Setting {
    name: "compact_labels",
    url: Some("compact"),
    saved: true,
    help: "Leave the lines about the profile (file, type, time) out of text reports",
    more: "",
    field: field!(Switch, compact_labels),
};

pub static INTEL_SYNTAX: Setting = Setting {
    name: "intel_syntax",
    url: Some("intel"),
    saved: true,
    help: "Write instructions in Intel syntax",
    more: "",
    field: field!(Switch, intel_syntax),
};

pub static SORT: Setting = Setting {
    name: "sort",
    url: Some("sort"),
    saved: true,
    help: "The order of entries in text reports",
    more: "",
    field: Field::Choice { choices: ORDERS, get: |o| order_name(o.sort), set: set_order },
};

const ORDERS: &[Choice] = &[
    Choice { name: "cum", help: "Largest value first, callees included" },
    Choice { name: "flat", help: "Largest value of the entry itself first" },
];

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Cum => "cum",
        Order::Flat => "flat",
    }
}

fn set_order(options: &mut crate::Options, name: &str) -> bool {
    let found = [Order::Cum, Order::Flat].into_iter().find(|&order| order_name(order) == name);
    found.inspect(|&order| options.sort = order).is_some()
}
