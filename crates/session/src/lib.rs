//! One loaded profile, typed options, and the registries of commands and of settings.
//!
//! ```text
//! words   -> flag::read -> Said -> Invocation::new -> Invocation       text to values, no I/O
//! sources -> load       -> Loaded                                      one profile, with names
//! Loaded + Report + Options -> render -> text, hints                   select, total, aggregate
//! ```
//!
//! One row of [`command::ALL`] adds a command, one row of [`setting::ALL`] an option: flags, shell,
//! help and reports follow from it. Every effect on the machine goes through [`host::Host`]. The crate
//! knows nothing of standard input and output.
#![forbid(unsafe_code)]

pub mod command;
pub mod configs;
#[cfg(test)]
mod fake_host;
mod fetch;
pub mod fetch_options;
pub mod field;
pub mod flag;
mod go_regex;
pub mod help;
pub mod host;
mod host_files;
pub mod http;
mod invocation;
pub mod literal;
mod load;
mod objdump;
mod objects;
mod options;
pub mod parameters;
mod perf;
mod picture;
mod pipeline;
mod proxy;
mod remote;
pub mod sample_index;
mod saved_copy;
mod selection;
pub mod setting;
mod source;
mod source_files;
mod tag_filter;
#[cfg(test)]
mod test_profile;
mod url;

pub use fetch::FetchError;
pub use go_regex::{ErrorKind, GoRegex, RegexError};
pub use heapwise_graph::Order;
pub use heapwise_insight::{Hint, Voice};
pub use invocation::{Invocation, InvocationError, Report};
pub use load::{Loaded, load};
pub use options::Options;
pub use picture::graph_svg;
pub use pipeline::{Prepared, ReportError, about, prepare, render, with_input};
pub use selection::{Selection, SelectionError};
pub use source_files::SourceFiles;
pub use tag_filter::{TagFilter, TagFilterError};
