//! The file that a program leaves behind when it is killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use heapwise_profile::is_recording;

/// Creates the file `path`. What is there and was a recording is kept as `path.previous`: a program
/// that is started again must not destroy what the last one left.
///
/// Anything else that is there is an error, but for an empty file.
///
/// Nobody may open it for writing: shortening a file that is mapped ends the program at its next
/// event, and nothing in the program could prevent that but a handler for `SIGBUS`, which is the
/// program's to have. Root still can.
pub fn create(path: &Path) -> io::Result<File> {
    if let Some(size) = size(path)? {
        if size != 0 && !starts_like_one(path)? {
            return Err(io::Error::other("exists and is not a recording"));
        }
        fs::rename(path, previous(path))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o444);
    options.open(path)
}

/// The size of the file, if there is one.
fn size(path: &Path) -> io::Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(found.len())),
        Ok(_) => Err(io::Error::other("exists and is not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn starts_like_one(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut start)?;
    Ok(is_recording(&start))
}

fn previous(path: &Path) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(".previous");
    name.into()
}
