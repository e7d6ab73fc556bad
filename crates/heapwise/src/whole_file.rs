//! A file that is written whole, or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes `bytes` the content of the file `path`. Readers see the old content or the new one, also
/// after a crash; nothing else stays behind.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = target(path)?;
    let (folder, name) = parts(&path)?;
    let (mut file, temporary) = Temporary::create(folder, name.to_owned())?;
    file.write_all(bytes)?;
    file.sync_all()?;
    temporary.rename(&path)?;
    sync_folder(folder)
}

/// Why a file cannot be written.
#[derive(Debug)]
pub enum Refused {
    /// Because of what is there.
    Target(io::Error),
    /// Because of the folder.
    Folder(io::Error),
}

/// Whether [`write`] could write the file `path` now, but for room on the disk.
pub fn check(path: &Path) -> Result<(), Refused> {
    let path = target(path).map_err(Refused::Target)?;
    let (folder, name) = parts(&path).map_err(Refused::Target)?;
    Temporary::create(folder, name.to_owned()).map(drop).map_err(Refused::Folder)
}

/// The folder of a file, and its name there.
fn parts(path: &Path) -> io::Result<(&Path, &OsStr)> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    Ok((folder, path.file_name().ok_or(ErrorKind::InvalidInput)?))
}

/// Where the file is, behind symbolic links. What is there must be a regular file: renaming over a
/// device or a pipe would replace it.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path),
        Ok(_) => Err(io::Error::other("exists and is not a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_path_buf()),
        Err(error) => Err(error),
    }
}

/// A file under a name of its own, deleted unless renamed.
struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    /// Creates `.<name>.<process>.<number>.tmp` in `folder`.
    fn create(folder: &Path, name: OsString) -> io::Result<(File, Self)> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.{number}.tmp", std::process::id()));
        let path = folder.join(hidden);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok((file, Self { path: Some(path) }))
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
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

/// Puts the new name on the disk. File systems that cannot sync a folder, or folders that may be
/// written but not read, are no reason to fail: the file is complete.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !is_unsupported(error.kind()) => Err(error),
        _ => Ok(()),
    }
}

fn is_unsupported(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied)
}
