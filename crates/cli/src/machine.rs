//! The machine that the program runs on, as a session sees it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use heapwise_binary::Image;
use heapwise_session::host::{Host, Ran};
use heapwise_session::http::{Request, RequestError, Response};
use jiff::tz::TimeZone;

use crate::local_zone::local_zone;
use crate::progress::Progress;
use crate::{child, http_client, output};

/// The real machine.
#[derive(Debug, Default)]
pub struct Machine {
    progress: Progress,
}

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

    fn open_file(&self, path: &Path) -> io::Result<(Box<dyn Read + Send>, u64)> {
        // Opening a pipe, and closing it again, would end its writer.
        let found = fs::metadata(path)?;
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !found.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        Ok((Box::new(file), size))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
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
        local_zone()
    }

    fn note(&self, message: &str) {
        output::note(message);
    }

    fn progress(&self, step: Option<&'static str>) {
        self.progress.set(step);
    }

    fn create(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return write_all(fs::File::create(path)?, write); // a device or a pipe
        }
        // Through a link, so that the link stays.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let unfinished = unfinished(&path);
        let written = fs::File::create_new(&unfinished)
            .and_then(|file| write_all(file, write))
            .and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // What is left of it is of no use; that it cannot be removed either changes nothing.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn create_new(
        &self,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let file = fs::File::create_new(path)?;
        let written = write_all(file, write);
        if written.is_err() {
            // As above.
            let _ = fs::remove_file(path);
        }
        written
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
        builder.recursive(true).create(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn run(&self, program: &str, arguments: &[&OsStr]) -> io::Result<()> {
        let status = Command::new(program).args(arguments).status();
        let status = status.map_err(|error| match error.kind() {
            // A file of that name that cannot be run is no program.
            io::ErrorKind::PermissionDenied => io::ErrorKind::NotFound.into(),
            _ => error,
        })?;
        if status.success() { Ok(()) } else { Err(io::Error::other(ended(status))) }
    }

    fn temp_dir(&self) -> PathBuf {
        env::temp_dir()
    }

    fn output_of(
        &self,
        program: &Path,
        arguments: &[OsString],
        input: Vec<u8>,
        limit: u64,
    ) -> io::Result<Ran> {
        child::run(program, arguments, input, limit)
    }

    fn send(&self, request: &Request) -> Result<Response, RequestError> {
        http_client::send(request)
    }
}

/// How a program ended, as the reference prints it.
fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let names = [
            (2, "interrupt"),
            (6, "aborted"),
            (9, "killed"),
            (11, "segmentation fault"),
            (15, "terminated"),
        ];
        let name = names.iter().find(|(number, _)| *number == signal).map(|(_, name)| *name);
        return format!("signal: {}", name.map_or_else(|| signal.to_string(), str::to_owned));
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

/// A name beside `path` that nothing else uses.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.unfinished", std::process::id()));
    path.with_file_name(name)
}

fn write_all(
    file: fs::File,
    write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(64 << 10, file);
    write(&mut file)?;
    file.flush()
}
