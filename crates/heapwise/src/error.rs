//! Why a profile was not written, or nothing is recorded to a file.

use std::path::PathBuf;
use std::{fmt, io};

use heapwise_cpu_sampler as cpu_sampler;
use heapwise_recorder as recorder;

/// Why a profile was not written, or nothing is recorded to a file. The program goes on as before.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// What was recorded could not be read.
    Recorder(recorder::Error),
    /// It is not known which files the program's code comes from.
    Mappings(recorder::MappingsError),
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorder(error) => write!(f, "heap profile: {error}"),
            Self::Mappings(error) => write!(f, "profile: no mappings: {error:?}"),
            Self::Cpu(error) => write!(f, "CPU profile: {error}"),
            Self::Thread(error) => write!(f, "no thread for the profiler: {error}"),
            Self::Write(error) => write!(f, "profile: {error}"),
            Self::Recording { path, source } => {
                write!(f, "recording to {}: {source}", path.display())
            }
            Self::File { path, source } => write!(f, "profile {}: {source}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Recorder(error) => Some(error),
            Self::Cpu(error) => Some(error),
            Self::Mappings(_) => None,
            Self::Write(error)
            | Self::Thread(error)
            | Self::Recording { source: error, .. }
            | Self::File { source: error, .. } => Some(error),
        }
    }
}

impl From<recorder::Error> for Error {
    fn from(error: recorder::Error) -> Self {
        Self::Recorder(error)
    }
}

impl From<cpu_sampler::Error> for Error {
    fn from(error: cpu_sampler::Error) -> Self {
        Self::Cpu(error)
    }
}
