//! Why nothing is pushed from the start.

use std::{fmt, io};

/// Why there is no [`Pusher`](super::Pusher). The program goes on as before.
///
/// ```
/// use heapwise::push::{Error, pyroscope};
///
/// match pyroscope("localhost:4040", "orders").start() {
///     Ok(pusher) => pusher.detach(),
///     Err(Error::Url { url, why }) => println!("{url} is no address of a server: {why}"),
///     Err(other) => panic!("{other}"), // a sentence
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The address is none of a server: `http://` or `https://`, a host, perhaps a path.
    Url {
        /// The address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A label that servers would refuse.
    Label {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A header that cannot be sent.
    Header {
        /// Its name.
        name: String,
    },
    /// The certificates cannot be read.
    Certificates(String),
    /// The interval is not between a second and an hour.
    Interval(std::time::Duration),
    /// There is no thread to be had.
    Thread(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, why } => write!(f, "push: the address {url:?}: {why}"),
            Self::Label { name, why } => write!(f, "push: the label {name:?}: {why}"),
            Self::Header { name } => write!(f, "push: the header {name:?} cannot be sent"),
            Self::Certificates(why) => write!(f, "push: certificates: {why}"),
            Self::Interval(interval) => {
                write!(f, "push: an interval of {interval:?}: it must be 1 s at least, 1 h at most")
            }
            Self::Thread(error) => write!(f, "push: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Thread(error) => Some(error),
            _ => None,
        }
    }
}
