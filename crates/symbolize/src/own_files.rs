//! A program that names its own functions.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use heapwise_binary::{Binary, Error, Image};
use heapwise_profile::Profile;

use crate::files::path_of;
use crate::{Files, Options, Remote, symbolize};

/// The file that this process was started from, also where another has its name by now.
const STARTED_FROM: &str = "/proc/self/exe";

/// Where debug information lies that was split off.
const DEBUG_DIRECTORY: &str = "/usr/lib/debug";

/// The largest file with debug information that was split off, in bytes. Such files are read, not
/// mapped: one that is shortened while it is mapped ends the program.
const LARGEST_READ: u64 = 64 << 20;

/// Gives the locations of `profile`, which is of this process, functions and lines, as
/// [`symbolize`] would; `main` is the path of the main binary in it.
///
/// A file must be the one that runs: the main binary always is, whatever has its name by now; for a
/// library the build id tells, and one without stays without names. Nothing is kept: what was read
/// is freed, files are closed. All on the calling thread.
pub fn symbolize_own(profile: &Profile, main: &Path) -> Profile {
    let files = OwnFiles::new(profile, main);
    let options = Options { remote: false, one_thread: true, ..Options::default() };
    let ask = |(): &(), _| Err::<_, ()>(());
    let remote = Remote { origins: &[], ask: &ask };
    match symbolize(profile, &options, &files, &remote) {
        Ok(symbolized) => symbolized.profile,
        // No server was to be asked.
        Err(_) => profile.clone(),
    }
}

/// The files that this process runs, and what was split off from them.
struct OwnFiles {
    main: PathBuf,
    /// The libraries with their build ids.
    libraries: Vec<(PathBuf, Vec<u8>)>,
    debug_directories: [PathBuf; 1],
}

impl OwnFiles {
    fn new(profile: &Profile, main: &Path) -> Self {
        let mappings = profile.mappings.rows().iter();
        let files = mappings.map(|mapping| {
            let id = profile.text(mapping.build_id).to_vec();
            (path_of(profile.text(mapping.file)), id)
        });
        Self {
            main: main.to_owned(),
            libraries: files.filter(|(path, _)| path != main).collect(),
            debug_directories: [DEBUG_DIRECTORY.into()],
        }
    }

    /// By its name, beside which its debug information may lie, if that still leads to it.
    fn open_main(&self) -> Result<Image, Error> {
        let started = Path::new(STARTED_FROM);
        let file = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
        let is_there = file(&self.main).is_some_and(|found| file(started) == Some(found));
        Image::open(if is_there { &self.main } else { started })
    }
}

impl Files for OwnFiles {
    fn open(&self, path: &Path) -> Result<Image, Error> {
        if path == self.main {
            return self.open_main();
        }
        let Some((_, id)) = self.libraries.iter().find(|(library, _)| library == path) else {
            return read(path);
        };
        let image = Image::open(path)?;
        let found = Binary::parse(&image)?.build_id().unwrap_or_default();
        if found.is_empty() || !found.as_bytes().eq_ignore_ascii_case(id) {
            return Err(Error::Unrecognized { path: path.to_owned() });
        }
        Ok(image)
    }

    fn files_in(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    fn debug_directories(&self) -> &[PathBuf] {
        &self.debug_directories
    }
}

/// A file that this process does not run.
fn read(path: &Path) -> Result<Image, Error> {
    // Asked before opening: opening a named pipe would wait for its writer.
    let at = |error| Error::Open { path: path.to_owned(), error };
    let found = fs::metadata(path).map_err(at)?;
    if !found.is_file() || found.len() > LARGEST_READ {
        return Err(Error::Unrecognized { path: path.to_owned() });
    }
    Ok(Image::from_bytes(path, fs::read(path).map_err(at)?))
}
