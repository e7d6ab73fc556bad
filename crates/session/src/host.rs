//! What the rest of the world is to a session: files, environment, clock, network, messages.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use heapwise_binary::Image;
use jiff::tz::TimeZone;

use crate::http::{Request, RequestError, Response};

/// What another program did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Whether it said that it succeeded.
    pub success: bool,
    /// Its standard output.
    pub output: Vec<u8>,
    /// The start of its standard error.
    pub errors: Vec<u8>,
}

/// Every effect on the machine that a session has.
///
/// Sources are fetched on several threads, hence `Sync`.
pub trait Host: Sync {
    /// The value of an environment variable.
    fn env(&self, name: &str) -> Option<OsString>;

    /// Whether something lies at `path`.
    ///
    /// # Errors
    /// Why not.
    fn stat(&self, path: &Path) -> io::Result<()>;

    /// The content of a file.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// A regular file to read piece by piece, and its size. Unlike a pipe, it can be read again.
    ///
    /// # Errors
    /// When it cannot be opened, [`io::ErrorKind::IsADirectory`] when it is a directory; also when it is
    /// neither.
    fn open_file(&self, path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)>;

    /// Where `path` leads to in the end, links followed.
    ///
    /// # Errors
    /// When nothing is there.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;

    /// All of standard input.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read_stdin(&self) -> io::Result<Vec<u8>>;

    /// The entries of a directory, sorted by name.
    ///
    /// # Errors
    /// When it cannot be read.
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>>;

    /// The executable file at `path`, mapped.
    ///
    /// # Errors
    /// When it cannot be opened or mapped.
    fn open_image(&self, path: &Path) -> Result<Image, heapwise_binary::Error>;

    /// The directory that relative paths start from.
    ///
    /// # Errors
    /// When it is gone.
    fn current_dir(&self) -> io::Result<PathBuf>;

    /// The zone in which times are written.
    fn time_zone(&self) -> TimeZone;

    /// Tells the user something: one or more lines, without the last line end.
    fn note(&self, message: &str);

    /// Tells what is being done from now on, in a word or two; nothing once that is over. For people
    /// who wait: it is not kept.
    fn progress(&self, step: Option<&'static str>);

    /// Creates the file at `path` with what `write` writes: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be created, or what `write` returns.
    fn create(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;

    /// The same, when nothing lies at `path` yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when something does, else as [`Host::create`].
    fn create_new(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;

    /// Creates a directory and those above it, unless they are there.
    ///
    /// # Errors
    /// When one cannot be created.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it is not there, or stays.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Runs `program`, found as a shell finds it, to its end. What it prints is the user's to see.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such program; how it failed.
    fn run(&self, program: &str, arguments: &[&OsStr]) -> io::Result<()>;

    /// The directory for files that nobody misses.
    fn temp_dir(&self) -> PathBuf;

    /// Runs another program to its end; it reads `input`.
    ///
    /// # Errors
    /// When it cannot be started, or writes more than `limit` bytes: it is ended then.
    fn output_of(
        &self,
        program: &Path,
        arguments: &[OsString],
        input: Vec<u8>,
        limit: u64,
    ) -> io::Result<Ran>;

    /// Sends a request and waits for all of the response.
    ///
    /// # Errors
    /// When there is none, it takes too long, or is too large.
    fn send(&self, request: &Request) -> Result<Response, RequestError>;
}

/// The system's reason as Go prints it: lower-case and without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The directories of a list as `PATH` has it; an empty list has none.
pub fn path_list(list: &str) -> Vec<&str> {
    if list.is_empty() { Vec::new() } else { list.split(LIST_SEPARATOR).collect() }
}

const LIST_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// A path as a profile has it: bytes.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
