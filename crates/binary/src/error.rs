//! Why a file cannot be used.

use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why a file on this machine is of no use as an executable file.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be opened or mapped.
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The bytes are no object file of a known format: a directory, another kind of file, or one
    /// that is cut off before its tables.
    Unrecognized {
        /// The file.
        path: PathBuf,
    },
    /// The code is for a processor whose instructions are not known here.
    Processor {
        /// The file.
        path: PathBuf,
        /// The processor.
        name: String,
    },
}

impl Error {
    pub(crate) fn open(path: &Path, error: io::Error) -> Self {
        Self::Open { path: path.to_owned(), error }
    }

    #[cfg(feature = "disasm")]
    pub(crate) fn processor(path: &Path, name: &str) -> Self {
        Self::Processor { path: path.to_owned(), name: name.to_owned() }
    }

    pub(crate) fn unrecognized(path: &Path) -> Self {
        Self::Unrecognized { path: path.to_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, error } => write!(f, "open {}: {}", path.display(), reason(error)),
            Self::Unrecognized { path } => {
                write!(f, "open {}: unrecognized object file", path.display())
            }
            Self::Processor { path, name } => {
                write!(f, "{}: code for {name} cannot be disassembled", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { error, .. } => Some(error),
            Self::Unrecognized { .. } | Self::Processor { .. } => None,
        }
    }
}

/// The system's text as the reference prints it: lower-case and without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
