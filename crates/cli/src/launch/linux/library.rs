//! The library that records, where the dynamic loader of the program finds it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use tempfile::TempDir;

use super::scratch;

/// The library, as the build made it; empty where it made none.
const BYTES: &[u8] = include_bytes!(env!("HEAPWISE_PRELOAD_LIBRARY"));

/// The library as a file, for as long as this lives.
#[derive(Debug)]
pub struct Library {
    path: PathBuf,
    _kept: Kept,
}

/// What goes with a [`Library`].
#[derive(Debug)]
enum Kept {
    Memory { _file: File },
    Folder { _folder: TempDir },
}

impl Library {
    /// In memory, named by our descriptor of it: nothing to remove, whatever ends us, and a path without the
    /// blanks and colons at which the loader would divide it. Where that is refused, in a temporary folder.
    ///
    /// # Errors
    /// When this program has no library, or there is no place for it.
    pub fn provide() -> io::Result<Self> {
        if BYTES.is_empty() {
            return Err(io::Error::other(
                "it is in builds of heapwise for glibc on x86-64 and aarch64",
            ));
        }
        Self::in_memory().or_else(|_| Self::in_folder())
    }

    /// What the loader is told.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn in_memory() -> io::Result<Self> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let mut file = File::from(memfd_create("heapwise-preload", flags)?);
        file.write_all(BYTES)?;
        // For good: nobody changes what programs run.
        let seals = SealFlag::F_SEAL_SEAL | SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals | SealFlag::F_SEAL_WRITE))?;
        let path = PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()));
        // There may be no /proc, or one of another namespace.
        File::open(&path)?;
        Ok(Self { path, _kept: Kept::Memory { _file: file } })
    }

    fn in_folder() -> io::Result<Self> {
        let plain =
            |place: &Path| !place.as_os_str().as_encoded_bytes().iter().any(|b| b" :".contains(b));
        let temporary = std::env::temp_dir().canonicalize();
        let places = temporary.into_iter().chain(["/tmp".into(), "/var/tmp".into()]);
        let mut folders =
            places.filter(|place| plain(place)).map(|place| scratch::folder_in(&place));
        let folder = folders.find_map(Result::ok).ok_or(io::ErrorKind::PermissionDenied)?;
        let path = folder.path().join("libheapwise_preload.so");
        fs::write(&path, BYTES)?;
        Ok(Self { path, _kept: Kept::Folder { _folder: folder } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_places_hold_the_library_and_are_gone_after_it() {
        for provide in [Library::in_memory, Library::in_folder] {
            let library = provide().unwrap();
            assert_eq!(fs::read(library.path()).unwrap(), BYTES);
            let path = library.path().to_owned();
            drop(library);
            assert!(!path.exists(), "{}", path.display());
        }
    }
}
