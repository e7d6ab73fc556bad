//! Why there is no such profile.

use std::fmt;

/// Why a profile of the program's own was not made.
///
/// ```
/// use heapwise::custom::{Error, Profile};
///
/// let sockets = || match Profile::new("sockets", "count", "Open sockets.") {
///     Err(Error::Taken(name)) => Profile::lookup(&name).ok_or(Error::Taken(name)),
///     made => made,
/// };
/// sockets()?;
/// assert_eq!(sockets()?.name(), "sockets");
/// assert_eq!(Profile::new("heap", "bytes", "").unwrap_err(), Error::Taken("heap".to_owned()));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A name or a unit that is not a word: a letter, then up to 63 letters, digits, `_`, `-` or `.`, all
    /// of ASCII.
    NoWord(String),
    /// There is a profile of that name, or something else is served under it.
    Taken(String),
    /// There are as many profiles as there can be: 64.
    TooMany,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWord(text) => write!(
                f,
                "{text:?} is no name of a profile or a unit: a letter, then up to 63 letters, digits, \
                 '_', '-' or '.'"
            ),
            Self::Taken(name) => write!(f, "there is something named {name:?} already"),
            Self::TooMany => f.write_str("there are 64 profiles already"),
        }
    }
}

impl std::error::Error for Error {}
