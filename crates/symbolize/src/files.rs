//! The files of this machine, as far as symbolizing needs them.

use std::path::{Path, PathBuf};

use heapwise_binary::{Error, Image};

/// Access to files. A test may put others in their place.
pub trait Files: Sync {
    /// Opens the file at `path`.
    ///
    /// # Errors
    ///
    /// When there is none, or none that can be read.
    fn open(&self, path: &Path) -> Result<Image, Error>;

    /// The files in `folder`, sorted by name; none if it cannot be read.
    fn files_in(&self, folder: &Path) -> Vec<PathBuf>;

    /// The directories that hold debug information apart from the programs.
    fn debug_directories(&self) -> &[PathBuf];
}

/// The files of this machine.
#[derive(Clone, Debug, Default)]
pub struct LocalFiles {
    /// Where debug information lies that was split off (`/usr/lib/debug` on Linux).
    pub debug_directories: Vec<PathBuf>,
}

impl Files for LocalFiles {
    fn open(&self, path: &Path) -> Result<Image, Error> {
        Image::open(path)
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.sort();
        files
    }

    fn debug_directories(&self) -> &[PathBuf] {
        &self.debug_directories
    }
}

/// A path of a profile, which is bytes, as a path of this system.
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// The bytes of a path of this system.
pub(crate) fn bytes_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// What follows the last slash.
pub(crate) fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}
