//! The folder of one run, which nobody else may look into.

use std::env;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder with an empty file for the recording; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// In memory, if the system has a file system for that: the program writes to the file all the time, and no disk should.
    ///
    /// # Errors
    /// When nothing can be written where temporary files go, either.
    pub fn new() -> io::Result<Self> {
        let in_memory = folder_in(Path::new("/dev/shm"));
        let folder = in_memory.or_else(|_| folder_in(&env::temp_dir().canonicalize()?))?;
        let scratch = Self { folder };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(scratch.recording())?;
        Ok(scratch)
    }

    /// The file that the program records to: an absolute path. It is a number; a program that the process replaces
    /// itself by (`exec`) records to the next.
    pub fn recording(&self) -> PathBuf {
        self.numbered(1)
    }

    /// The recording of the last program of the process that has one.
    pub fn last_recording(&self) -> Option<PathBuf> {
        let paths = (1..).map(|number| self.numbered(number));
        let sizes = paths.map_while(|path| Some((fs::metadata(&path).ok()?.len(), path)));
        sizes.filter(|(size, _)| *size > 0).last().map(|(_, path)| path)
    }

    /// Leaves the folder where it is, for somebody to look at.
    pub fn keep(self) {
        let _ = self.folder.keep();
    }

    fn numbered(&self, number: u32) -> PathBuf {
        self.folder.path().join(number.to_string())
    }
}

/// A new folder below `place`, closed to others.
pub fn folder_in(place: &Path) -> io::Result<TempDir> {
    // Of its owner only: that is what `tempfile` gives a folder.
    tempfile::Builder::new().prefix("heapwise-").tempdir_in(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_recording_that_was_begun_is_it_and_nothing_stays() {
        let scratch = Scratch::new().unwrap();
        assert_eq!(scratch.last_recording(), None);
        for (number, content) in [(1, "a"), (2, "b"), (3, ""), (5, "e")] {
            fs::write(scratch.numbered(number), content).unwrap();
        }
        assert_eq!(scratch.last_recording(), Some(scratch.numbered(2)));
        let folder = scratch.folder.path().to_owned();
        drop(scratch);
        assert!(!folder.exists());
    }
}
