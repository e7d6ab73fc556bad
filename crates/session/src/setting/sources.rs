//! Where reports go and where source text comes from.

use super::Setting;
use crate::field::field;

pub static OUTPUT: Setting = Setting {
    name: "output",
    url: None,
    saved: false,
    help: "Write the report to this file",
    more: "The file is written whole or not at all.",
    field: field!(Text, output),
};

pub static SOURCE_PATH: Setting = Setting {
    name: "source_path",
    url: None,
    saved: false,
    help: "Directories in which to look for source files",
    more: "Separated as in PATH. Each is tried with every one of its parents; without it the current\n\
           directory is used. What is in neither is looked for where Go, Cargo and rustup keep sources.",
    field: field!(Text, source_path),
};

pub static TRIM_PATH: Setting = Setting {
    name: "trim_path",
    url: None,
    saved: false,
    help: "Prefixes to take off source file names before they are looked for",
    more: "Separated as in PATH. Use it when the program was built in another directory.",
    field: field!(Text, trim_path),
};
