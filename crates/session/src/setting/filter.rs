//! Which stacks and which frames are shown. Every value is a regular expression that may match
//! anywhere in the name of a function, of a source file or of a mapping's file.

use super::Setting;
use crate::field::field;

pub static FOCUS: Setting = Setting {
    name: "focus",
    url: Some("f"),
    saved: true,
    help: "Keep only stacks with a frame that matches this regexp",
    more: "It is compared with the function, the source file and the file of the mapping.",
    field: field!(Text, focus),
};

pub static IGNORE: Setting = Setting {
    name: "ignore",
    url: Some("i"),
    saved: true,
    help: "Drop stacks with a frame that matches this regexp",
    more: "It wins over focus. It is compared with the function, the source file and the file of the\n\
           mapping.",
    field: field!(Text, ignore),
};

pub static PRUNE_FROM: Setting = Setting {
    name: "prune_from",
    url: Some("prunefrom"),
    saved: true,
    help: "Drop what the function that matches this regexp calls; keep the function",
    more: "It is compared with the name of the function only.",
    field: field!(Text, prune_from),
};

pub static HIDE: Setting = Setting {
    name: "hide",
    url: Some("h"),
    saved: true,
    help: "Take frames that match this regexp out of the stacks",
    more: "Their values go to their callers.",
    field: field!(Text, hide),
};

pub static SHOW: Setting = Setting {
    name: "show",
    url: Some("s"),
    saved: true,
    help: "Keep only frames that match this regexp",
    more: "The values of the others go to their callers.",
    field: field!(Text, show),
};

pub static SHOW_FROM: Setting = Setting {
    name: "show_from",
    url: Some("sf"),
    saved: true,
    help: "Drop the callers of the outermost frame that matches this regexp",
    more: "Stacks without such a frame are dropped.",
    field: field!(Text, show_from),
};
