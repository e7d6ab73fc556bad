//! Files without names, which end with whoever has them open, unless they get one.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A file without a name.
pub struct Unnamed(File);

impl Unnamed {
    /// Creates an empty one on the file system of `folder`, for writing. Its permissions are those of any new file.
    ///
    /// # Errors
    /// Where there are no such files (some network and user-space file systems, Linux before 3.11), or none
    /// can be made in the folder.
    pub fn create(folder: &Path) -> io::Result<Self> {
        OpenOptions::new().write(true).custom_flags(libc::O_TMPFILE).open(folder).map(Self)
    }

    /// The file.
    pub fn as_file(&self) -> &File {
        &self.0
    }

    /// Gives it the name `path`, in the folder that it was created in.
    ///
    /// # Errors
    /// If something has the name, or there is no `/proc`.
    pub fn link(&self, path: &Path) -> io::Result<()> {
        // By its number a file can be linked with a privilege only.
        let own = CString::new(format!("/proc/self/fd/{}", self.0.as_raw_fd()))?;
        let path = CString::new(path.as_os_str().as_bytes())?;
        let (here, follow) = (libc::AT_FDCWD, libc::AT_SYMLINK_FOLLOW);
        // SAFETY: the kernel reads the two paths, which are terminated.
        let linked = unsafe { libc::linkat(here, own.as_ptr(), here, path.as_ptr(), follow) };
        if linked == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}
