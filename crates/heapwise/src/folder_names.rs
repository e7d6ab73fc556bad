//! What is in a folder, for tests.

use std::path::Path;
use std::{fs, io};

/// Names in a folder, sorted.
#[allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]
pub fn names(folder: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}
