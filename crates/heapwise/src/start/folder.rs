//! Where profiles go: found, made and tried before the program does anything.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::{Error, whole_file};

/// A folder in which a file could be made.
#[derive(Debug)]
pub struct Folder {
    shown: PathBuf,
    absolute: PathBuf,
}

/// A file to be written.
#[derive(Clone, Debug)]
pub struct Target {
    /// As it is typed in the folder where the program was started.
    pub shown: PathBuf,
    /// Where it is, whatever the program's current folder becomes.
    pub absolute: PathBuf,
}

impl Folder {
    /// The folder `path`, made if it is missing; the current one if it is empty.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn prepare(path: &Path) -> Result<Self, Error> {
        let shown = path.to_path_buf();
        let place = if path == Path::new("") { Path::new(".") } else { path };
        let made = std::path::absolute(place)
            .and_then(|absolute| fs::create_dir_all(&absolute).map(|()| absolute));
        match made {
            Ok(absolute) => Ok(Self { shown, absolute }),
            Err(source) => Err(Error::Folder { path: place.to_path_buf(), source }),
        }
    }

    /// The file `last` in it, with `name.` before if there is a name.
    ///
    /// # Errors
    /// If such a file cannot be written, as far as can be known without doing it.
    pub fn file(&self, name: Option<&str>, last: &str) -> Result<Target, Error> {
        let file = name.map_or_else(|| last.to_owned(), |name| format!("{name}.{last}"));
        let target = Target { shown: self.shown.join(&file), absolute: self.absolute.join(&file) };
        if name.is_some_and(|name| name.contains(['/', '\\', '\0'])) {
            let source = io::Error::new(ErrorKind::InvalidInput, "a name, not a path, is needed");
            return Err(Error::File { path: file.into(), source });
        }
        match whole_file::check(&target.absolute) {
            Ok(()) => Ok(target),
            Err(whole_file::Refused::Target(source)) => {
                Err(Error::File { path: target.shown, source })
            }
            Err(whole_file::Refused::Folder(source)) => {
                let shown = if self.shown == Path::new("") { &self.absolute } else { &self.shown };
                Err(Error::Folder { path: shown.clone(), source })
            }
        }
    }
}

impl Target {
    /// Writes it by `write`, which takes a path. The folder is made again, should it be gone.
    ///
    /// # Errors
    /// That of `write`, about the name that the user knows.
    pub fn written_by(&self, write: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
        if let Some(folder) = self.absolute.parent() {
            // What is wrong shows when the file is written.
            let _ = fs::create_dir_all(folder);
        }
        write(&self.absolute).map_err(|error| match error {
            Error::File { source, .. } => Error::File { path: self.shown.clone(), source },
            other => other,
        })
    }
}
