//! Where there are no files without names.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

/// There is none.
pub enum Unnamed {}

impl Unnamed {
    /// Does not create one.
    pub fn create(_: &Path) -> io::Result<Self> {
        Err(ErrorKind::Unsupported.into())
    }

    /// As on Linux.
    pub fn as_file(&self) -> &File {
        match *self {}
    }

    /// As on Linux.
    pub fn link(&self, _: &Path) -> io::Result<()> {
        match *self {}
    }
}
