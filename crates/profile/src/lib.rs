//! The pprof model: what a profile is, and every operation that needs nothing but the profile.
//!
//! ```text
//! bytes -> decode -> Profile -> merge | scale | filter | prune | tag -> Profile -> encode -> bytes
//! ```
//!
//! A [`Profile`] is a set of tables that refer to one another by row ([`Id`]). Tables sit behind
//! `Arc`: an operation borrows a profile and returns a new one that shares what it did not change.
//!
//! The crate knows nothing of files, terminals, HTTP, symbols or the text of regular expressions:
//! filters take predicates over bytes.
#![forbid(unsafe_code)]

mod address;
mod fixed_hash;
mod function;
mod id;
mod location;
mod mapping;
mod model;
mod sample;
mod strings;
mod table;

pub use address::{FileOffset, RuntimeAddr};
pub use fixed_hash::{FixedHasher, FixedState};
pub use function::Function;
pub use id::Id;
pub use location::{Line, Location, Locations};
pub use mapping::{Mapping, Resolved};
pub use model::{Header, Profile, ValueType};
pub use sample::{Label, LabelValue, Sample, Samples};
pub use strings::{Str, Strings, Text};
pub use table::Table;
