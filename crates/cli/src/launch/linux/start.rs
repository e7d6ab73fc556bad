//! The process of the program, as the caller of ours would have started it, with the library in it.
//!
//! Started by `posix_spawn`, and not by the standard library, which would give it the signals that we hold
//! back as held back.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

/// What the library reads: where to record, how often, and what else the loader was to load.
const FILE: &str = "HEAPWISE_PRELOAD_FILE";
const INTERVAL: &str = "HEAPWISE_PRELOAD_INTERVAL";
const OUTER: &str = "HEAPWISE_PRELOAD_OUTER";
/// What the loader reads.
const LOADED: &str = "LD_PRELOAD";

/// A program, and what it is started with.
#[derive(Debug)]
pub struct Start<'a> {
    /// The file.
    pub path: &'a Path,
    /// What it is told that its name is.
    pub name: &'a OsStr,
    pub arguments: &'a [OsString],
    pub library: &'a Path,
    /// An empty file.
    pub recording: &'a Path,
    /// In bytes.
    pub interval: Option<u64>,
}

impl Start<'_> {
    /// Starts it, with `mask` as the signals that are held back in it.
    ///
    /// # Errors
    /// That of the system; when there is a zero in a word.
    pub fn process(&self, mask: &SigSet) -> io::Result<Pid> {
        let words = [self.name].into_iter().chain(self.arguments.iter().map(OsString::as_os_str));
        let words: Vec<_> = words.map(text).collect::<io::Result<_>>()?;
        let mut attributes = PosixSpawnAttr::init()?;
        attributes.set_flags(
            PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
        )?;
        attributes.set_sigmask(mask)?;
        // Every Rust program ignores it, and forgets whether it was ignored before.
        let mut defaults = SigSet::empty();
        defaults.add(Signal::SIGPIPE);
        attributes.set_sigdefault(&defaults)?;
        let files = PosixSpawnFileActions::init()?;
        Ok(posix_spawn(self.path, &files, &attributes, &words, &self.environment()?)?)
    }

    /// Ours, and what the library and the loader read.
    fn environment(&self) -> io::Result<Vec<CString>> {
        let outer = env::var_os(LOADED);
        let mut loaded = self.library.as_os_str().to_owned();
        if let Some(outer) = &outer {
            loaded.push(":");
            loaded.push(outer);
        }
        let interval = self.interval.map(|bytes| bytes.to_string().into());
        let ours = [
            (LOADED, Some(loaded)),
            (FILE, Some(self.recording.as_os_str().to_owned())),
            (INTERVAL, interval),
            (OUTER, outer),
        ];
        let kept = env::vars_os().filter(|(name, _)| ours.iter().all(|(own, _)| name != own));
        let kept = kept.map(|(name, value)| variable(&name, &value));
        let added = ours.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        kept.chain(added.map(|(name, value)| variable(name.as_ref(), value))).collect()
    }
}

fn variable(name: &OsStr, value: &OsStr) -> io::Result<CString> {
    text(&OsString::from_vec([name.as_bytes(), b"=", value.as_bytes()].concat()))
}

fn text(text: &OsStr) -> io::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}
