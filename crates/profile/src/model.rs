//! The profile as a whole.

use std::sync::Arc;

use crate::{Function, Locations, Mapping, Samples, Str, Strings, Table};

/// What a column of values counts, and in which unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValueType {
    /// What is counted, such as `inuse_space`.
    pub kind: Str,
    /// The unit, such as `bytes`.
    pub unit: Str,
}

/// Everything of a profile that is not a table.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// One for each value of a sample.
    pub sample_types: Vec<ValueType>,
    /// The sample type to show first, by name; empty if the profile names none.
    pub default_sample_type: Str,
    /// A regular expression over function names: frames that match are dropped, with all they call.
    pub drop_frames: Str,
    /// A regular expression over function names: frames that match are kept though they match
    /// `drop_frames`.
    pub keep_frames: Str,
    /// When the profile was taken, in nanoseconds since 1970 UTC; 0 when unknown.
    pub time_nanos: i64,
    /// How long the collection took, in nanoseconds; 0 when unknown or meaningless.
    pub duration_nanos: i64,
    /// What `period` counts.
    pub period_type: ValueType,
    /// The distance between samples, in the unit of `period_type`.
    pub period: i64,
    /// Free text, in order.
    pub comments: Vec<Str>,
    /// Where the meaning of the profile is documented.
    pub doc_url: Str,
}

/// Samples plus the tables they refer to, of one collection.
///
/// Invariants, which validation checks on what comes from outside: every id refers to a
/// row of its table; `samples.width()` is the number of sample types; wire ids are unique and not 0.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// What is not a table.
    pub header: Header,
    /// Every text.
    pub strings: Arc<Strings>,
    /// The functions.
    pub functions: Arc<Table<Function>>,
    /// The mappings, main binary first.
    pub mappings: Arc<Table<Mapping>>,
    /// The locations with their lines.
    pub locations: Arc<Locations>,
    /// The samples.
    pub samples: Arc<Samples>,
}

impl Profile {
    /// The bytes of a text of this profile.
    #[inline]
    pub fn text(&self, text: Str) -> &[u8] {
        self.strings.get(text)
    }

    /// The column that is shown when none is asked for: the one that `default_sample_type` names,
    /// else the last; nothing if there is no sample type.
    pub fn default_sample_index(&self) -> Option<usize> {
        let types = &self.header.sample_types;
        let named = types.iter().position(|t| {
            self.header.default_sample_type != Strings::EMPTY
                && t.kind == self.header.default_sample_type
        });
        named.or(types.len().checked_sub(1))
    }
}
