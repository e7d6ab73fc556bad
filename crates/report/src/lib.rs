//! Report values and their text: one output format a file.
//!
//! Each format takes the same [`Input`] and returns a value; a value writes itself as text. Formats
//! know nothing of files, terminals or HTTP: sources come through [`Sources`], text goes to a writer.
#![forbid(unsafe_code)]

mod buffer;
mod callgrind;
mod color;
mod comments;
mod disasm;
mod dot;
mod drawing;
mod error;
mod firefox;
mod flame;
mod folded;
mod header;
mod input;
mod json;
mod label_groups;
mod list;
mod nodelets;
mod objects;
mod pattern;
mod raw;
mod short_name;
mod speedscope;
mod tab_table;
mod tags;
#[cfg(test)]
mod test_input;
mod text;
mod top;
mod top_profile;
mod traces;
mod tree;
mod values;
mod weblist;

pub use callgrind::Callgrind;
pub use color::Color;
pub use comments::Comments;
pub use disasm::{Code, Disasm, Valued};
pub use dot::Legend;
pub use drawing::{Arrow, Drawing, NodeBox, TagBox};
pub use error::Error;
pub use firefox::Firefox;
pub use flame::{
    Flame, FlameCut, FlameFrame, FlameOrder, FlameStack, FlameSums, FlameTree, FlameView, Shape,
};
pub use folded::Folded;
pub use header::{About, Accounting, Duration, Header};
pub use input::{Input, Sources, Style};
pub use list::{LineSums, List, ListedLine, Listing, Routine};
pub use objects::{CodeFrame, Instruction, MappedFile, Object, Objects, Symbol};
pub use pattern::Pattern;
pub use raw::Raw;
pub use speedscope::Speedscope;
pub use tags::{TagKey, TagValue, Tags};
pub use top::{Inlined, Top, TopRow};
pub use top_profile::top_profile;
pub use traces::Traces;
pub use tree::Tree;
pub use values::Values;
pub use weblist::{InlinedCall, Pair, WebFunction, WebInstruction, WebLine, WebList};
