//! Report values and their text: one output format a file.
//!
//! Each format takes the same [`Input`] and returns a value; a value writes itself as text. Formats
//! know nothing of files, terminals or HTTP: sources come through [`Sources`], text goes to a writer.
#![forbid(unsafe_code)]

mod input;

pub use input::{Input, Sources, Style};
