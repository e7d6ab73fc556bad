//! The machine that the program runs on, as a session sees it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use heapwise_binary::Image;
use heapwise_session::host::Host;
use jiff::tz::TimeZone;

use crate::output;

/// The real machine.
#[derive(Debug)]
pub struct Machine;

impl Host for Machine {
    fn env(&self, name: &str) -> Option<OsString> {
        env::var_os(name)
    }

    fn stat(&self, path: &Path) -> io::Result<()> {
        fs::metadata(path).map(drop)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn read_stdin(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
        let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        Ok(entries)
    }

    fn open_image(&self, path: &Path) -> Result<Image, heapwise_binary::Error> {
        Image::open(path)
    }

    fn current_dir(&self) -> io::Result<PathBuf> {
        env::current_dir()
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::system()
    }

    fn note(&self, message: &str) {
        output::note(message);
    }

    fn create(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = BufWriter::new(fs::File::create(path)?);
        write(&mut file)?;
        file.flush()
    }
}
