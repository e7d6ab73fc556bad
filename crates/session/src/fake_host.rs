//! A world in memory, for tests of what a session does without a machine.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use heapwise_binary::Image;
use jiff::tz::TimeZone;

use crate::host::{Host, Ran};
use crate::http::{Request, RequestError, Response};

/// A machine whose files and servers are tables. What lies below `/forbidden` cannot be made.
#[derive(Debug, Default)]
pub struct FakeHost {
    /// Files by absolute path. Every parent of a file is a directory.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Files that are links, and where they lead.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// Environment variables.
    pub env: BTreeMap<String, OsString>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// What was said, message by message.
    pub notes: Mutex<Vec<String>>,
    /// What was created.
    pub created: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    /// What the only program writes to the file after `-o`, or how it fails.
    pub program: Option<Result<Vec<u8>, String>>,
    /// What was run, with its arguments.
    pub runs: Mutex<Vec<String>>,
    /// What servers answer, by URL.
    pub responses: BTreeMap<String, Response>,
    /// What other programs do, by the words of their command line joined with spaces.
    pub programs: BTreeMap<String, Ran>,
    /// What servers were asked.
    pub requests: Mutex<Vec<Request>>,
}

impl FakeHost {
    /// The messages so far.
    pub fn said(&self) -> Vec<String> {
        self.notes.lock().map(|notes| notes.clone()).unwrap_or_default()
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        Path::new("/here").join(path)
    }

    fn missing() -> io::Error {
        io::Error::from_raw_os_error(2)
    }
}

impl Host for FakeHost {
    fn env(&self, name: &str) -> Option<OsString> {
        self.env.get(name).cloned()
    }

    fn stat(&self, path: &Path) -> io::Result<()> {
        let path = self.absolute(path);
        let known = self.files.keys().any(|file| file.starts_with(&path));
        if known { Ok(()) } else { Err(Self::missing()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.absolute(path);
        if self.files.keys().any(|file| file != &path && file.starts_with(&path)) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let created = || self.created.lock().ok()?.get(&path).cloned();
        self.files.get(&path).cloned().or_else(created).ok_or_else(Self::missing)
    }

    fn open_file(&self, path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)> {
        let bytes = self.read(path)?;
        let size = bytes.len() as u64;
        Ok((Box::new(io::Cursor::new(bytes)), size))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.absolute(path);
        self.stat(&path).map(|()| self.links.get(&path).cloned().unwrap_or(path))
    }

    fn read_stdin(&self) -> io::Result<Vec<u8>> {
        Ok(self.stdin.clone())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let directory = self.absolute(directory);
        let below = self.files.keys().filter_map(|file| file.strip_prefix(&directory).ok());
        let mut entries: Vec<PathBuf> =
            below.filter_map(|path| Some(directory.join(path.components().next()?))).collect();
        entries.dedup();
        Ok(entries)
    }

    fn open_image(&self, path: &Path) -> Result<Image, heapwise_binary::Error> {
        match self.read(path) {
            Ok(bytes) => Ok(Image::from_bytes(path, bytes)),
            Err(error) => Err(heapwise_binary::Error::Open { path: path.to_owned(), error }),
        }
    }

    fn current_dir(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from("/here"))
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn note(&self, message: &str) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.push(message.to_owned());
        }
    }

    fn progress(&self, _: Option<&'static str>) {}

    fn create(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut content = Vec::new();
        write(&mut content)?;
        if let Ok(mut created) = self.created.lock() {
            created.insert(path.to_owned(), content);
        }
        Ok(())
    }

    fn create_new(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.stat(path) {
            Ok(()) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.create(path, write),
        }
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        let forbidden = path.starts_with("/forbidden");
        if forbidden { Err(io::Error::from_raw_os_error(13)) } else { Ok(()) }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let removed = self.created.lock().ok().and_then(|mut created| created.remove(path));
        removed.map(drop).ok_or_else(Self::missing)
    }

    fn run(&self, program: &str, arguments: &[&OsStr]) -> io::Result<()> {
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
        if let Ok(mut runs) = self.runs.lock() {
            runs.push(format!("{program} {}", words.join(" ")));
        }
        let content = match &self.program {
            None => return Err(Self::missing()),
            Some(Err(error)) => return Err(io::Error::other(error.clone())),
            Some(Ok(content)) => content.clone(),
        };
        let output = arguments.iter().skip_while(|word| **word != "-o").nth(1);
        if let (Some(output), Ok(mut created)) = (output, self.created.lock()) {
            created.insert(PathBuf::from(output), content);
        }
        Ok(())
    }

    fn temp_dir(&self) -> PathBuf {
        PathBuf::from("/tmp")
    }

    fn output_of(
        &self,
        program: &Path,
        arguments: &[OsString],
        _: Vec<u8>,
        _: u64,
    ) -> io::Result<Ran> {
        let words = std::iter::once(program.as_os_str()).chain(arguments.iter().map(AsRef::as_ref));
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        self.programs.get(&words.join(" ")).cloned().ok_or_else(Self::missing)
    }

    fn send(&self, request: &Request) -> Result<Response, RequestError> {
        if let Ok(mut requests) = self.requests.lock() {
            requests.push(request.clone());
        }
        self.responses.get(&request.url).cloned().ok_or_else(|| RequestError::Failed {
            verb: request.verb(),
            url: request.url.clone(),
            reason: "connection refused".into(),
        })
    }
}
