//! Which labels matter.

use super::Setting;
use crate::field::field;

/// How a tag filter is written.
const GRAMMAR: &str = "Write key=value to look at one key only. A value is a range of numbers (1kb, 1kb:10kb, 32mb:, :5ms)\n\
    or regexps separated by commas.";

pub static TAG_ROOT: Setting = Setting {
    name: "tagroot",
    url: None,
    saved: true,
    help: "Add a frame at the root of each stack for the value of these tags",
    more: "Keys separated by commas; the first becomes the outermost frame.",
    field: field!(Text, tag_root),
};

pub static TAG_LEAF: Setting = Setting {
    name: "tagleaf",
    url: None,
    saved: true,
    help: "Add a frame at the leaf of each stack for the value of these tags",
    more: "Keys separated by commas; the last becomes the innermost frame.",
    field: field!(Text, tag_leaf),
};

pub static TAG_FOCUS: Setting = Setting {
    name: "tagfocus",
    url: Some("tf"),
    saved: true,
    help: "Keep only samples with a tag in this range, or that matches this regexp",
    more: GRAMMAR,
    field: field!(Text, tag_focus),
};

pub static TAG_IGNORE: Setting = Setting {
    name: "tagignore",
    url: Some("ti"),
    saved: true,
    help: "Drop samples with a tag in this range, or that matches this regexp",
    more: GRAMMAR,
    field: field!(Text, tag_ignore),
};

pub static TAG_SHOW: Setting = Setting {
    name: "tagshow",
    url: Some("ts"),
    saved: true,
    help: "Keep only tags whose key matches this regexp",
    more: "",
    field: field!(Text, tag_show),
};

pub static TAG_HIDE: Setting = Setting {
    name: "taghide",
    url: Some("th"),
    saved: true,
    help: "Remove tags whose key matches this regexp",
    more: "",
    field: field!(Text, tag_hide),
};
