//! A machine with one file, `profile`, and nothing else: no binaries, no sources, no network.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use heapwise_binary::Image;
use heapwise_session::host::{Host, Ran};
use heapwise_session::http::{Request, RequestError, Response};
use jiff::tz::TimeZone;

/// The machine, and what its one file holds.
#[derive(Debug)]
pub struct Nowhere(pub Vec<u8>);

fn missing() -> io::Error {
    io::Error::from_raw_os_error(2)
}

impl Host for Nowhere {
    fn env(&self, _: &str) -> Option<OsString> {
        None
    }

    fn stat(&self, path: &Path) -> io::Result<()> {
        if path == Path::new("profile") { Ok(()) } else { Err(missing()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.stat(path).map(|()| self.0.clone())
    }

    fn open_file(&self, path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)> {
        let bytes = self.read(path)?;
        let size = bytes.len() as u64;
        Ok((Box::new(io::Cursor::new(bytes)), size))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        self.stat(path).map(|()| path.to_owned())
    }

    fn read_stdin(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn list(&self, _: &Path) -> io::Result<Vec<PathBuf>> {
        Err(missing())
    }

    fn open_image(&self, path: &Path) -> Result<Image, heapwise_binary::Error> {
        Err(heapwise_binary::Error::Open { path: path.to_owned(), error: missing() })
    }

    fn current_dir(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from("/here"))
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn note(&self, _: &str) {}

    fn progress(&self, _: Option<&'static str>) {}

    fn create(
        &self,
        _: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        write(&mut io::sink())
    }

    fn create_new(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.create(path, write)
    }

    fn create_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(missing())
    }

    fn temp_dir(&self) -> PathBuf {
        PathBuf::from("/tmp")
    }

    fn run(&self, _: &str, _: &[&OsStr]) -> io::Result<()> {
        Err(missing())
    }

    fn output_of(&self, _: &Path, _: &[OsString], _: Vec<u8>, _: u64) -> io::Result<Ran> {
        Err(missing())
    }

    fn send(&self, request: &Request) -> Result<Response, RequestError> {
        let (verb, url) = (request.verb(), request.url.clone());
        Err(RequestError::Failed { verb, url, reason: "nowhere".into() })
    }
}
