//! Why there is no report.

use std::fmt;

use crate::Pattern;

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Nothing in the profile matches the parameter of the command.
    NoMatch {
        /// The text of the parameter.
        pattern: String,
    },
    /// No function with machine code and samples matches the parameter of the command.
    NoCode {
        /// The text of the parameter.
        pattern: String,
    },
    /// No function holds an address.
    NoCodeAt {
        /// The runtime address.
        address: u64,
    },
    /// The function that holds an address has no samples.
    NoSamplesAt {
        /// The runtime address.
        address: u64,
    },
    /// Machine code cannot be read.
    Code(String),
}

impl Error {
    pub(crate) fn no_match(pattern: &Pattern<'_>) -> Self {
        Self::NoMatch { pattern: pattern.text.to_owned() }
    }

    pub(crate) fn no_code(pattern: &Pattern<'_>) -> Self {
        Self::NoCode { pattern: pattern.text.to_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch { pattern } => write!(f, "no matches found for regexp: {pattern}"),
            Self::NoCode { pattern } => write!(f, "no matches found for regexp {pattern}"),
            Self::NoCodeAt { address } => write!(f, "no matches found for address {address:#x}"),
            Self::NoSamplesAt { address } => write!(
                f,
                "address {address:#x} found in binary, but the corresponding symbols do not have \
                 samples in the profile"
            ),
            Self::Code(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
