//! Why a profile was not written, or nothing is recorded to a file.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use heapwise_cpu_sampler as cpu_sampler;
pub use heapwise_recorder::{Error as RecorderError, MappingsError};

/// Why a profile was not written, or nothing is recorded to a file. The program goes on as before.
///
/// Its `Debug` is the same sentence as its `Display`: that is what a `main` shows which returns it.
///
/// ```
/// use heapwise::Error;
///
/// let written = heapwise::write_heap_profile("/no/such/folder/mem.pb.gz");
/// match written {
///     Ok(()) => unreachable!("there is no such folder"),
///     Err(Error::File { path, source }) => println!("{} is not written: {source}", path.display()),
///     Err(other) => panic!("{other}"), // a sentence
/// }
/// ```
#[non_exhaustive]
pub enum Error {
    /// What was recorded could not be read.
    Recorder(RecorderError),
    /// It is not known which files the program's code comes from.
    Mappings(MappingsError),
    /// There is no recording.
    Recording {
        /// The file that was asked for.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
    /// No CPU profile is being taken.
    Cpu(cpu_sampler::Error),
    /// There is no thread for the profiler's work.
    Thread(io::Error),
    /// The writer refused the profile.
    Write(io::Error),
    /// The file could not be written, and is as it was before.
    File {
        /// The file that was asked for.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
    /// The program's global allocator is not [`Alloc`](crate::Alloc), so that nothing is recorded.
    NotInstalled,
    /// [`start`](crate::start()) has begun already, and has not ended.
    Started,
    /// A folder for profiles could not be made, or no file in it.
    Folder {
        /// The folder that was asked for.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
    /// Profiles were not written in the time that the end of a program waits for them.
    Late {
        /// How long that is.
        waited: Duration,
    },
}

/// What to add to a program.
const NOT_INSTALLED: &str = "heap profile: nothing is recorded, because the program's global \
    allocator is not Heapwise's. Add to the program:

    #[global_allocator]
    static ALLOC: heapwise::Alloc = heapwise::Alloc::system(); // or Alloc::new(another allocator)
";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorder(error) => write!(f, "heap profile: {error}"),
            Self::Mappings(error) => write!(f, "profile: no mappings: {error}"),
            Self::Cpu(error) => write!(f, "CPU profile: {error}"),
            Self::Thread(error) => write!(f, "no thread for the profiler: {error}"),
            Self::Write(error) => write!(f, "profile: {error}"),
            Self::Recording { path, source } => {
                write!(f, "recording to {}: {source}", path.display())
            }
            Self::File { path, source } => write!(f, "profile {}: {source}", path.display()),
            Self::NotInstalled => f.write_str(NOT_INSTALLED),
            Self::Started => f.write_str(
                "heapwise::start: profiling has begun already and has not ended; one at a time",
            ),
            Self::Folder { path, source } => {
                let advice = match source.kind() {
                    ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                        "it, or what it is in, is a file: name another folder with .dir(..)"
                    }
                    _ => "name a folder with .dir(..) in which files can be made",
                };
                write!(f, "folder {} for profiles: {source}; {advice}", path.display())
            }
            Self::Late { waited } => {
                write!(f, "profile: not written within {} s, and given up", waited.as_secs())
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Recorder(error) => Some(error),
            Self::Mappings(error) => Some(error),
            Self::Cpu(error) => Some(error),
            Self::NotInstalled | Self::Started | Self::Late { .. } => None,
            Self::Write(error)
            | Self::Thread(error)
            | Self::Recording { source: error, .. }
            | Self::Folder { source: error, .. }
            | Self::File { source: error, .. } => Some(error),
        }
    }
}

impl From<RecorderError> for Error {
    fn from(error: RecorderError) -> Self {
        Self::Recorder(error)
    }
}

impl From<MappingsError> for Error {
    fn from(error: MappingsError) -> Self {
        Self::Mappings(error)
    }
}

impl From<cpu_sampler::Error> for Error {
    fn from(error: cpu_sampler::Error) -> Self {
        Self::Cpu(error)
    }
}
