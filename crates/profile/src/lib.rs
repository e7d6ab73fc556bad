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
mod code;
mod error;
mod fake_mapping;
mod filter;
mod fixed_hash;
mod fold;
mod function;
mod gzip;
mod gzip_pieces;
mod id;
mod label_units;
mod legacy;
mod location;
mod mapping;
mod merge;
mod model;
mod proto;
mod prune;
mod read;
mod recorded;
mod recording;
mod sample;
mod scale;
mod stacks;
mod stream;
mod strings;
mod table;
mod tag_frames;
#[cfg(test)]
mod test_profile;
mod validate;

pub use address::{FileOffset, RuntimeAddr};
pub use code::CodeFile;
pub use error::{Error, Invalid, TableName};
pub use fake_mapping::with_fake_mapping;
pub use filter::{
    NameFilters, NameMatches, Predicate, filter_label_keys, filter_labels, filter_names,
    filter_samples, prune_from, remove_label, set_text_label, show_from, without_lost_labels,
};
pub use fixed_hash::{FixedHasher, FixedState};
pub use fold::{FOLDED, FoldLimits, fold};
pub use function::Function;
pub use gzip::{GunzipError, GunzipLimit, gunzip, gzip, is_gzip};
pub use id::Id;
pub use label_units::{LabelUnit, LabelUnits, label_units};
pub use legacy::LegacyError;
pub use location::{Line, Location, Locations};
pub use mapping::{Mapping, Resolved};
pub use merge::{MergeError, TypeName, TypeRole, UnitRatio, combine, harmonize, merge};
pub use model::{Header, Profile, ValueType};
pub use proto::{ProtoWriter, decode, encode};
pub use prune::prune;
pub use read::ReadError;
pub use recorded::{LIFETIME_TYPES, RECORDED_TYPES, Recorded, RecordedLabels, RecordedRow};
pub use recording::{RecordingError, is_recording};
pub use sample::{Label, LabelValue, Sample, Samples};
pub use scale::{negate, normalize, scale};
pub use stacks::{NamedUnit, StackLabel, StackRow, Stacks};
pub use strings::{Str, Strings, Text};
pub use table::Table;
pub use tag_frames::{FormatNumber, TagMatches, tag_frames};
