//! Why the recorder has nothing to say.

use std::fmt;

/// Why the recorder does not do what it is asked for, such as to say what it has recorded.
///
/// ```
/// # use heapwise_recorder::Error;
/// let then = |error| match error {
///     Error::NoMemory | Error::Inside => "ask again",
///     _ => "go on without",
/// };
/// assert_eq!(then(Error::Inside), "ask again");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The kernel gave no memory for it.
    NoMemory,
    /// Asked for by a signal handler that interrupted the recorder.
    Inside,
    /// This process was forked by a signal handler that interrupted the recorder.
    Abandoned,
    /// Nothing is recorded on this platform.
    Unsupported,
}

/// Why nothing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountError {
    /// The recorder could not be asked.
    Recorder(Error),
    /// 256 counts are open, or are held by a joint to them.
    TooMany,
}

/// Why there is no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The recorder could not be asked.
    Recorder(Error),
    /// An operation on the file failed, with this number of the kernel's.
    File(i32),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMemory => "the kernel gave no memory for a copy of what was recorded",
            Self::Inside => "asked for a profile while the same thread was recording",
            Self::Abandoned => "forked while recording, so what was recorded cannot be read",
            Self::Unsupported => {
                "nothing is recorded on this platform: heap profiles need Linux, and its stack walks \
                 x86_64 or aarch64"
            }
        })
    }
}

impl std::error::Error for Error {}
