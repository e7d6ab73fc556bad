//! Which column of the samples a report shows.

use heapwise_profile::Profile;

use crate::literal::{NumberError, decimal};

/// Why there is no such column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleIndexError {
    /// The profile has no sample types.
    #[error("profile has no samples")]
    NoTypes,
    /// An index past the last column.
    #[error("sample_index {given} is outside the range [0..{last}]")]
    OutOfRange {
        /// What was given.
        given: String,
        /// The last index.
        last: usize,
    },
    /// A name that no column has.
    #[error("sample_index {given:?} must be one of: [{}]", .names.join(" "))]
    Unknown {
        /// What was given.
        given: String,
        /// The names there are.
        names: Vec<String>,
    },
}

/// The column that `given` means: an index from 0, a name, a name behind `inuse_`, or the default of
/// the profile if it is empty.
///
/// # Errors
/// When the profile has no such column.
pub fn resolve(profile: &Profile, given: &str) -> Result<usize, SampleIndexError> {
    let default = profile.default_sample_index().ok_or(SampleIndexError::NoTypes)?;
    if given.is_empty() {
        return Ok(default);
    }
    let last = profile.header.sample_types.len() - 1;
    let out_of_range = || SampleIndexError::OutOfRange { given: given.to_owned(), last };
    match decimal(given) {
        Ok(index) => {
            let index = usize::try_from(index).map_err(|_| out_of_range())?;
            if index > last { Err(out_of_range()) } else { Ok(index) }
        }
        Err(NumberError::Syntax | NumberError::Range) => named(profile, given),
    }
}

fn named(profile: &Profile, given: &str) -> Result<usize, SampleIndexError> {
    let short = given.strip_prefix("inuse_").unwrap_or(given);
    let kinds = || profile.header.sample_types.iter().map(|row| profile.text(row.kind));
    let found = kinds().position(|kind| kind == given.as_bytes() || kind == short.as_bytes());
    found
        .ok_or_else(|| SampleIndexError::Unknown { given: given.to_owned(), names: names(profile) })
}

/// The names of the columns, in order.
pub fn names(profile: &Profile) -> Vec<String> {
    let types = profile.header.sample_types.iter();
    types.map(|row| String::from_utf8_lossy(profile.text(row.kind)).into_owned()).collect()
}
