//! A file that is written whole, or not at all.
//!
//! ```text
//! bytes -> a file without a name -> the disk -> the name                      where there was none
//!                                            -> another name -> the name      where there was one
//! bytes -> a file with another name -> the disk ------------> the name        without such files
//! ```
//!
//! A file without a name ends with the program, however that ends. The other name is taken back if anything
//! fails, but not if the program is killed while there is one: between two system calls, or, where the
//! file system has no files without names, as long as the file is written.

#[cfg_attr(target_os = "linux", path = "whole_file/linux.rs")]
mod platform;
mod temporary;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use platform::Unnamed;
use temporary::Temporary;

/// Makes `bytes` the content of the file `path`. Readers see the old content or the new one, also
/// after a crash.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = target(path)?;
    let (folder, name) = parts(&path)?;
    if !write_unnamed(&path, bytes)? {
        let (file, temporary) = Temporary::create(folder, name)?;
        fill(&file, bytes)?;
        temporary.rename(&path)?;
    }
    sync_folder(folder)
}

/// As [`write`], by a file without a name. `false` if there is none to be had, or none that can get a name:
/// then nothing has changed.
fn write_unnamed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let (folder, name) = parts(path)?;
    let Ok(file) = Unnamed::create(folder) else { return Ok(false) };
    fill(file.as_file(), bytes)?;
    match file.link(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let Ok(((), linked)) = Temporary::make(folder, name, |other| file.link(other)) else {
                return Ok(false);
            };
            linked.rename(path).map(|()| true)
        }
        linked => Ok(linked.is_ok()),
    }
}

fn fill(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
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
    match Unnamed::create(folder) {
        Ok(_) => Ok(()),
        Err(_) => Temporary::create(folder, name).map(drop).map_err(Refused::Folder),
    }
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

#[cfg(all(test, target_os = "linux"))]
mod tests;
