//! The program that is asked for: which file that is, and whether the library can go into it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use heapwise_binary::{Image, Loading};
use heapwise_session::host::reason;
use nix::unistd::{AccessFlags, eaccess, getegid, geteuid};

use super::refusal::{Refusal, Why};
use super::shebang;

/// Scripts that run scripts that run scripts: as many as the kernel follows.
const MOST_SCRIPTS: usize = 4;

/// Where programs are looked for if the environment does not say.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

const SET_UID: u32 = 0o4000;
const SET_GID: u32 = 0o2000;

/// A program that can be started with the library in it.
#[derive(Debug)]
pub struct Program {
    /// The file.
    pub path: PathBuf,
    go: bool,
}

impl Program {
    /// Finds the program as a shell does, and checks it; if it is a script, what runs it.
    ///
    /// # Errors
    /// With what to do instead.
    pub fn find(name: &OsStr) -> Result<Self, Refusal> {
        let path = look_up(name)?;
        // What nobody may read runs nevertheless.
        let go = executable(&path)?.map_or(Ok(false), |file| check(&file))?;
        Ok(Self { path, go })
    }

    /// What there is to say of a program that is profiled only in part.
    pub fn note(&self) -> Option<&'static str> {
        self.go.then_some(
            "a Go program: what its C code allocates is recorded; of Go's own heap tells runtime/pprof",
        )
    }
}

/// The executable that runs a program: itself, unless it is a script. Nothing if it cannot be read.
fn executable(program: &Path) -> Result<Option<PathBuf>, Refusal> {
    let mut file = program.to_owned();
    for _ in 0..=MOST_SCRIPTS {
        file = match shebang::interpreter(&file) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
            Err(error) => return Err(Refusal::of_start(&file, &error)),
            Ok(None) => return Ok(Some(file)),
            Ok(Some(interpreter)) => interpreter,
        };
        runnable(&file).map_err(|error| {
            let why = format!("its interpreter {}: {}", file.display(), reason(&error));
            not_runnable(program, &why)
        })?;
    }
    Err(not_runnable(program, "too many scripts run one another"))
}

/// The file that a shell would run by this name.
fn look_up(name: &OsStr) -> Result<PathBuf, Refusal> {
    let named = PathBuf::from(name);
    if name.as_encoded_bytes().contains(&b'/') {
        runnable(&named).map_err(|error| Refusal::of_start(&named, &error))?;
        return Ok(named);
    }
    let path = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let mut refusal = Refusal::new(&named, Why::NotFound);
    for folder in env::split_paths(&path) {
        // An empty name is the working directory.
        let file = Path::new(".").join(folder).join(&named);
        match runnable(&file) {
            Ok(()) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => refusal = Refusal::of_start(&file, &error),
        }
    }
    Err(refusal)
}

fn runnable(file: &Path) -> io::Result<()> {
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // To open a pipe would be to wait for its writer.
    if !found.is_file() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(eaccess(file, AccessFlags::X_OK)?)
}

/// Whether the loader will put the library into an executable; and whether that is of Go.
fn check(file: &Path) -> Result<bool, Refusal> {
    let unknown = || not_runnable(file, "neither an ELF file nor a script with #!");
    let image = Image::open(file).map_err(|_| unknown())?;
    let loading = Loading::of(&image).ok_or_else(unknown)?;
    let refuse = |why| Err(Refusal::new(file, why));
    if loading.native && loading.is_sanitized {
        return refuse(Why::Sanitized);
    }
    let loader = match loading.loader {
        _ if !loading.native => return refuse(Why::OtherMachine(loading.bits)),
        Some(loader) => PathBuf::from(OsString::from_vec(loader)),
        None if loading.go => return refuse(Why::Go),
        None => return refuse(Why::Static),
    };
    if !is_of_glibc(&loader) {
        return refuse(Why::OtherLibrary(loader.display().to_string()));
    }
    if !loader.exists() {
        return Err(not_runnable(file, &format!("its loader {} is not there", loader.display())));
    }
    if loading.has_malloc {
        return refuse(Why::OwnAllocator);
    }
    if has_other_rights(file).unwrap_or(false) {
        return refuse(Why::OtherRights);
    }
    Ok(loading.go)
}

fn not_runnable(file: &Path, why: &str) -> Refusal {
    Refusal::new(file, Why::NotRunnable(why.to_owned()))
}

/// Whether a loader is not that of musl or of Android. Some systems have it at places and under names of their own.
fn is_of_glibc(loader: &Path) -> bool {
    let name = loader.file_name().unwrap_or_default().as_encoded_bytes();
    !name.starts_with(b"ld-musl") && !name.starts_with(b"linker")
}

/// Whether a process of this file has other rights than who starts it.
fn has_other_rights(file: &Path) -> io::Result<bool> {
    let found = fs::metadata(file)?;
    let user = found.mode() & SET_UID != 0 && found.uid() != geteuid().as_raw();
    let group = found.mode() & SET_GID != 0 && found.gid() != getegid().as_raw();
    Ok(user || group)
}
