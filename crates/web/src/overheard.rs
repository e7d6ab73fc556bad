//! A host whose messages are heard.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use heapwise_binary::Image;
use heapwise_session::host::{Host, Ran};
use heapwise_session::http::{Request, RequestError, Response};
use jiff::tz::TimeZone;

/// A host that also keeps what it is told, for the page that caused it.
pub(crate) struct Overheard<'a> {
    host: &'a dyn Host,
    notes: Mutex<Vec<String>>,
}

impl<'a> Overheard<'a> {
    /// The same as `host`.
    pub fn new(host: &'a dyn Host) -> Self {
        Self { host, notes: Mutex::default() }
    }

    /// What was said, in order.
    pub fn notes(self) -> Vec<String> {
        self.notes.into_inner().unwrap_or_default()
    }
}

type Writer<'w> = &'w mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

impl Host for Overheard<'_> {
    fn note(&self, message: &str) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.push(message.to_owned());
        }
        self.host.note(message);
    }

    /// Whoever waits for a page sees the browser wait.
    fn progress(&self, _: Option<&'static str>) {}

    fn env(&self, name: &str) -> Option<OsString> {
        self.host.env(name)
    }

    fn stat(&self, path: &Path) -> io::Result<()> {
        self.host.stat(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.host.read(path)
    }

    fn open_file(&self, path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)> {
        self.host.open_file(path)
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        self.host.real_path(path)
    }

    fn read_stdin(&self) -> io::Result<Vec<u8>> {
        self.host.read_stdin()
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.host.list(directory)
    }

    fn open_image(&self, path: &Path) -> Result<Image, heapwise_binary::Error> {
        self.host.open_image(path)
    }

    fn current_dir(&self) -> io::Result<PathBuf> {
        self.host.current_dir()
    }

    fn time_zone(&self) -> TimeZone {
        self.host.time_zone()
    }

    fn create(&self, path: &Path, write: Writer<'_>) -> io::Result<()> {
        self.host.create(path, write)
    }

    fn create_new(&self, path: &Path, write: Writer<'_>) -> io::Result<()> {
        self.host.create_new(path, write)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.host.create_directory(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.host.remove(path)
    }

    fn run(&self, program: &str, arguments: &[&OsStr]) -> io::Result<()> {
        self.host.run(program, arguments)
    }

    fn temp_dir(&self) -> PathBuf {
        self.host.temp_dir()
    }

    fn output_of(
        &self,
        program: &Path,
        arguments: &[OsString],
        input: Vec<u8>,
        limit: u64,
    ) -> io::Result<Ran> {
        self.host.output_of(program, arguments, input, limit)
    }

    fn send(&self, request: &Request) -> Result<Response, RequestError> {
        self.host.send(request)
    }
}
