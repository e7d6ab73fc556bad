//! The files of a host, as symbolizing asks for them.

use std::fmt;
use std::path::{Path, PathBuf};

use heapwise_binary::{Error, Image};
use heapwise_symbolize::Files;

use crate::host::{Host, path_list};

/// Where distributions put debug information that was split off.
const DEBUG_DIRECTORY: &str = "/usr/lib/debug";

/// Where binaries are looked for, below the home directory, when the user says nothing.
const DEFAULT_BINARY_PATH: &str = "pprof/binaries";

/// A [`Host`] as [`Files`].
pub struct HostFiles<'a> {
    host: &'a dyn Host,
    debug_directories: [PathBuf; 1],
}

impl<'a> HostFiles<'a> {
    /// The files of `host`.
    pub fn new(host: &'a dyn Host) -> Self {
        Self { host, debug_directories: [DEBUG_DIRECTORY.into()] }
    }
}

impl fmt::Debug for HostFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFiles").finish_non_exhaustive()
    }
}

impl Files for HostFiles<'_> {
    fn open(&self, path: &Path) -> Result<Image, Error> {
        self.host.open_image(path)
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        self.host.list(folder).unwrap_or_default()
    }

    fn debug_directories(&self) -> &[PathBuf] {
        &self.debug_directories
    }
}

/// The directories to search for binaries: those of `PPROF_BINARY_PATH`, else one in the home
/// directory.
pub fn binary_path(host: &dyn Host) -> Vec<PathBuf> {
    if let Some(list) = host.env("PPROF_BINARY_PATH").filter(|list| !list.is_empty()) {
        return path_list(&list.to_string_lossy()).into_iter().map(PathBuf::from).collect();
    }
    let home = host.env(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    home.into_iter().map(|home| PathBuf::from(home).join(DEFAULT_BINARY_PATH)).collect()
}
