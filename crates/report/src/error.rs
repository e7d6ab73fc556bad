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
}

impl Error {
    pub(crate) fn no_match(pattern: &Pattern<'_>) -> Self {
        Self::NoMatch { pattern: pattern.text.to_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch { pattern } => write!(f, "no matches found for regexp: {pattern}"),
        }
    }
}

impl std::error::Error for Error {}
