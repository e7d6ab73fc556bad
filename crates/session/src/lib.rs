//! One loaded profile, typed options, and the registries of commands and of settings.
#![forbid(unsafe_code)]

pub mod field;
mod go_regex;
pub mod literal;
mod options;
pub mod setting;

pub use go_regex::{ErrorKind, GoRegex, RegexError};
pub use options::Options;
