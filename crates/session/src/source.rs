//! One source: what a word of the command line means, and the profile it leads to.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use heapwise_profile::{GunzipLimit, Profile, ReadError};

use crate::fetch_options::FetchOptions;
use crate::host::{Host, reason};
use crate::perf::{self, PerfError};
use crate::remote::{self, RemoteError};
use crate::url::Url;

/// Why a source gives no profile. The name of the source is not part of it.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing lies there.
    #[error("stat {name}: {}", reason(.error))]
    Stat {
        /// The name of the source.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// It cannot be opened.
    #[error("open {name}: {}", reason(.error))]
    Open {
        /// The name of the source.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// It can be opened, but not read.
    #[error("read {name}: {}", reason(.error))]
    Read {
        /// The name of the source.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// It is a URL that gives none.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// It is a recording of Linux perf that cannot be converted.
    #[error(transparent)]
    Perf(#[from] PerfError),
    /// It is a recording of Linux perf, and no file.
    #[error("this is a perf.data file: save it, and give its name, so that it can be converted")]
    PerfData,
    /// Its bytes are no profile.
    #[error(transparent)]
    Profile(#[from] ReadError),
}

/// From how many bytes on a file is not read whole: what it takes to start a thread is nothing then.
const LARGE: u64 = 256 << 10;

/// What a word of the command line stands for.
#[derive(Debug)]
pub enum Place<'n> {
    /// What lies at a path.
    File(&'n Path),
    /// Standard input: `-`, when no file has that name.
    Stdin,
    /// A server.
    Url(Url),
}

impl<'n> Place<'n> {
    /// Where `name` leads.
    ///
    /// # Errors
    /// When nothing has that name, and it is no URL.
    pub fn of(name: &'n OsStr, host: &dyn Host) -> Result<Self, SourceError> {
        let path = Path::new(name);
        let Err(error) = host.stat(path) else { return Ok(Self::File(path)) };
        if name == "-" {
            return Ok(Self::Stdin);
        }
        let url = name.to_str().and_then(Url::of_word);
        let missing = || SourceError::Stat { name: name.to_string_lossy().into_owned(), error };
        url.map(Self::Url).ok_or_else(missing)
    }
}

/// A profile, and where it is from.
#[derive(Debug)]
pub struct Read {
    /// The profile.
    pub profile: Profile,
    /// The server that it is from, and where there.
    pub server: Option<Url>,
}

/// The profile that `name` leads to.
///
/// # Errors
/// When nothing lies there, or what lies there is no profile.
pub fn read(name: &OsStr, options: &FetchOptions, host: &dyn Host) -> Result<Read, SourceError> {
    let failed = |error| failed(name.to_string_lossy().into_owned(), error);
    let (bytes, server) = match Place::of(name, host)? {
        Place::File(path) if perf::is_recording(path, host) => (perf::convert(path, host)?, None),
        Place::File(path) => {
            if let Some(profile) = large(path, host) {
                return Ok(Read { profile, server: None });
            }
            (host.read(path).map_err(failed)?, None)
        }
        Place::Stdin => (host.read_stdin().map_err(failed)?, None),
        Place::Url(url) => (remote::fetch(&url, options, host)?, Some(url.adjusted(None))),
    };
    if bytes.starts_with(perf::MAGIC) {
        return Err(SourceError::PerfData);
    }
    Ok(Read { profile: Profile::read(&bytes)?, server })
}

/// The profile in a large compressed file, without all of its bytes in memory. Whatever else lies
/// there is nothing: it is read whole, to see what it is.
fn large(path: &Path, host: &dyn Host) -> Option<Profile> {
    let (file, size) = host.open_file(path).ok()?;
    if size < LARGE {
        return None;
    }
    Profile::read_stream(file, GunzipLimit::default().of(size))
}

/// A directory opens, and then cannot be read.
fn failed(name: String, error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
            SourceError::Open { name, error }
        }
        _ => SourceError::Read { name, error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;

    #[test]
    fn errors_name_the_step_that_failed() {
        let host = FakeHost { stdin: b"PERFILE2....".to_vec(), ..FakeHost::default() };
        let text = |name: &str| {
            read(OsStr::new(name), &FetchOptions::default(), &host).unwrap_err().to_string()
        };
        assert_eq!(text("nofile"), "stat nofile: no such file or directory");
        assert!(text("-").starts_with("this is a perf.data file"));
        assert!(text("localhost:80/x").ends_with("connection refused"));
    }

    /// The texts are those of `go tool pprof` of Go 1.27.3; ours say more when the converter is missing.
    #[test]
    fn a_recording_is_converted() {
        let recording = ("/here/perf.data".into(), b"PERFILE2....".to_vec());
        let host = FakeHost { files: [recording].into(), ..FakeHost::default() };
        let read = |host: &FakeHost| {
            let name = OsStr::new("perf.data");
            read(name, &FetchOptions::default(), host).map_err(|error| error.to_string())
        };
        let failed =
            "failed to convert perf.data file. Try github.com/google/perf_data_converter: ";
        let missing = read(&host).unwrap_err();
        let not_found = "exec: \"perf_to_profile\": executable file not found in $PATH";
        assert!(missing.starts_with(&format!("{failed}{not_found}")), "{missing}");
        assert!(missing.contains("perf_to_profile -i perf.data -o profile.pb.gz"), "{missing}");
        assert_eq!(
            host.said(),
            ["Converting perf.data to a profile.proto... (May take a few minutes)"]
        );

        let profile = crate::test_profile::bytes("ns", &[(&["main"], [1, 1])]);
        let host = FakeHost { program: Some(Ok(profile)), ..host };
        assert_eq!(read(&host).unwrap().profile.samples.len(), 1);
        let ran = "perf_to_profile -i perf.data -o /tmp/pprof_001.pb.gz -f";
        assert_eq!(*host.runs.lock().unwrap(), [ran, ran]);
        assert!(host.created.lock().unwrap().is_empty(), "nothing stays behind");

        let host = FakeHost { program: Some(Err("exit status 3".into())), ..host };
        assert_eq!(read(&host).unwrap_err(), format!("{failed}exit status 3"));
        let host = FakeHost { program: Some(Ok(Vec::new())), ..host };
        assert_eq!(read(&host).unwrap_err(), "parsing profile: empty input file");
    }
}
