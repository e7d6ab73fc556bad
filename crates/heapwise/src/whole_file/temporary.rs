//! A name for a file that is to have another one.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::chance::chance;

/// A file under a name of its own, deleted unless renamed.
pub struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    /// Creates an empty file in `folder`.
    pub fn create(folder: &Path, name: &OsStr) -> io::Result<(File, Self)> {
        let create = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
        Self::make(folder, name, create)
    }

    /// Has `make` make a file with the name `.<name>.<process>.<number>.tmp` in `folder`. The number is chance: the
    /// one that a killed program left may have been of the same process number, as in a container.
    pub fn make<T>(
        folder: &Path,
        name: &OsStr,
        make: impl FnOnce(&Path) -> io::Result<T>,
    ) -> io::Result<(T, Self)> {
        let mut hidden = OsStr::new(".").to_owned();
        hidden.push(name);
        hidden.push(format!(".{}.{:016x}.tmp", std::process::id(), chance()));
        let path = folder.join(hidden);
        let made = make(&path)?;
        Ok((made, Self { path: Some(path) }))
    }

    /// Gives it the name `to`, in place of what has it.
    pub fn rename(mut self, to: &Path) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        fs::rename(path, to)?;
        self.path = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // The error that brought us here is the one to report.
            let _ = fs::remove_file(path);
        }
    }
}
