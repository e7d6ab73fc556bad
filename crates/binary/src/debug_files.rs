//! The files that debug information was moved to.
//!
//! ```text
//! program -> .debug file, .dSYM folder     all of it
//!         -> .dwp file, .dwo files         what is not needed to run, of all units or of one
//!         -> file of dwz                   what several programs have in common
//! ```

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

use typed_arena::Arena;

use crate::debug_file::{candidates, is_debug_file_of};
use crate::{Binary, Image};

/// Access to the files that debug information was moved to. What is opened stays open as long as this.
pub struct DebugFiles<'f> {
    directories: &'f [PathBuf],
    open: &'f dyn Fn(&Path) -> Option<Image>,
    images: Arena<Image>,
    missing: RefCell<Vec<PathBuf>>,
}

impl<'f> DebugFiles<'f> {
    /// `directories` are those that the system keeps such files in (`/usr/lib/debug`); `open` opens a
    /// file, or refuses.
    pub fn new(directories: &'f [PathBuf], open: &'f dyn Fn(&Path) -> Option<Image>) -> Self {
        Self { directories, open, images: Arena::new(), missing: RefCell::default() }
    }

    /// The `.dwo` files that were needed and are not there, in the order they were asked for.
    pub fn missing(&self) -> Vec<PathBuf> {
        self.missing.borrow().clone()
    }

    pub(crate) fn directories(&self) -> &[PathBuf] {
        self.directories
    }

    pub(crate) fn note_missing(&self, path: PathBuf) {
        self.missing.borrow_mut().push(path);
    }

    /// The file with the debug information of `binary`.
    pub(crate) fn separate(&self, binary: &Binary<'_>) -> Option<&Image> {
        self.first(&candidates(binary, self.directories), |image| {
            Binary::parse(image).is_ok_and(|debug| is_debug_file_of(&debug, binary))
        })
    }

    /// The first of `paths` that opens and fits.
    pub(crate) fn first(&self, paths: &[PathBuf], fits: impl Fn(&Image) -> bool) -> Option<&Image> {
        let image = paths.iter().find_map(|path| (self.open)(path).filter(|image| fits(image)))?;
        Some(self.images.alloc(image))
    }
}

impl fmt::Debug for DebugFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DebugFiles").field("directories", &self.directories).finish_non_exhaustive()
    }
}
