//! Profiles written byte by byte, each for one thing that a tool can get wrong.

mod broken;
mod builder;
mod hard;
mod plain;
mod random;
mod sources;
mod wire;

pub use builder::{Builder, Function, Line, Mapping};
pub use random::Draw;
use std::path::Path;
use std::{fs, io};

/// A file of the test set.
#[derive(Debug)]
pub struct File {
    /// Without a folder; unique.
    pub name: String,
    /// What the tools get to read.
    pub bytes: Vec<u8>,
}

impl File {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), bytes }
    }
}

/// Writes every well-formed profile below `folder` and returns their names, sorted.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_profiles(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = plain::profiles();
    files.extend(hard::profiles());
    files.extend(random::profiles());
    files.extend(sources::profiles(folder)?);
    write(folder, files)
}

/// Writes every file that is not a profile below `folder` and returns their names, sorted.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_broken(folder: &Path) -> io::Result<Vec<String>> {
    write(folder, broken::files())
}

fn write(folder: &Path, files: Vec<File>) -> io::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    for file in &files {
        fs::write(folder.join(&file.name), &file.bytes)?;
    }
    let mut names: Vec<String> = files.into_iter().map(|file| file.name).collect();
    names.sort();
    let before = names.len();
    names.dedup();
    assert_eq!(before, names.len(), "two test profiles share a name");
    Ok(names)
}
