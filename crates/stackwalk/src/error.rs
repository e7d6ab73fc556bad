//! Why the mappings are not known.

use std::{fmt, io};

/// Why the mappings of this process are not known. The numbers are the kernel's (`errno`).
///
/// ```
/// # use heapwise_stackwalk::Error as MappingsError;
/// let told = match MappingsError::OpenMaps(2) {
///     MappingsError::OpenMaps(_) => "is /proc mounted?".to_owned(),
///     other => other.to_string(), // a sentence
/// };
/// assert_eq!(told, "is /proc mounted?");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// `/proc/self/maps` cannot be opened.
    OpenMaps(i32),
    /// `/proc/self/maps` cannot be read.
    ReadMaps(i32),
    /// A line of `/proc/self/maps` has another form than is documented, or is too long.
    MalformedMaps,
    /// The kernel gives no memory.
    NoMemory(i32),
    /// This platform has no `/proc/self/maps`.
    Unsupported,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |number: &i32| io::Error::from_raw_os_error(*number);
        match self {
            Self::OpenMaps(number) => {
                write!(f, "/proc/self/maps cannot be opened: {}", code(number))
            }
            Self::ReadMaps(number) => write!(f, "/proc/self/maps cannot be read: {}", code(number)),
            Self::MalformedMaps => {
                f.write_str("/proc/self/maps has a line of another form than is documented")
            }
            Self::NoMemory(number) => {
                write!(f, "no memory to read /proc/self/maps: {}", code(number))
            }
            Self::Unsupported => {
                f.write_str("which files a program's code comes from is not known on this platform")
            }
        }
    }
}

impl std::error::Error for Error {}
