//! One source: what a word of the command line means, and the profile it leads to.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use heapwise_profile::{Profile, ReadError};

use crate::host::{Host, reason};

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
    /// It is a URL.
    #[error("fetching over HTTP is not built in yet: save the profile to a file first")]
    Http,
    /// It is a recording of Linux perf.
    #[error("this is a perf.data file: convert it with perf_to_profile first")]
    PerfData,
    /// Its bytes are no profile.
    #[error(transparent)]
    Profile(#[from] ReadError),
}

/// How a recording of Linux perf starts.
const PERF_DATA: &[u8] = b"PERFILE2";

/// The profile that `name` leads to: the content of a file, or of standard input for `-` when no file
/// has that name.
///
/// # Errors
/// When nothing lies there, or what lies there is no profile.
pub fn read(name: &OsStr, host: &dyn Host) -> Result<Profile, SourceError> {
    let bytes = bytes(name, host)?;
    if bytes.starts_with(PERF_DATA) {
        return Err(SourceError::PerfData);
    }
    Ok(Profile::read(&bytes)?)
}

fn bytes(name: &OsStr, host: &dyn Host) -> Result<Vec<u8>, SourceError> {
    let path = Path::new(name);
    let shown = || name.to_string_lossy().into_owned();
    let Err(error) = host.stat(path) else {
        return host.read(path).map_err(|error| failed(shown(), error));
    };
    if name == "-" {
        return host.read_stdin().map_err(|error| failed(shown(), error));
    }
    if name.to_str().is_some_and(is_url) {
        return Err(SourceError::Http);
    }
    Err(SourceError::Stat { name: shown(), error })
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

/// Whether a word that names no file names a host to fetch from, with or without a scheme:
/// `http://host/path`, `host:8080/path`, but not `host/path`.
fn is_url(word: &str) -> bool {
    let host = match Url::parse(word) {
        Some(url) if !url.host.is_empty() => return true,
        Some(url) if url.scheme.is_empty() || url.scheme == "file" => return false,
        _ => format!("http://{word}"),
    };
    Url::parse(&host).is_some_and(|url| !url.host.is_empty())
}

/// The parts of a URL that tell whether it is one.
struct Url<'u> {
    scheme: &'u str,
    host: &'u str,
}

impl<'u> Url<'u> {
    fn parse(text: &'u str) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        let (scheme, rest) = split_scheme(text)?;
        let Some(rest) = rest.strip_prefix("//") else { return Some(Self { scheme, host: "" }) };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        (has_legal_port(host) && !host.contains(' ')).then_some(Self { scheme, host })
    }
}

/// The scheme, empty if there is none; nothing if a colon follows what cannot be one.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find([':', '/', '?', '#']).filter(|&end| text.as_bytes()[end] == b':');
    let Some(end) = end else { return Some(("", text)) };
    let scheme = &text[..end];
    let legal = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    legal.then(|| (scheme, &text[end + 1..]))
}

fn has_legal_port(host: &str) -> bool {
    let after_address = host.rsplit(']').next().unwrap_or_default();
    after_address.split_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;

    #[test]
    fn a_word_with_a_host_is_a_url() {
        for word in [
            "http://localhost/x",
            "https+insecure://host:1",
            "localhost:8080/debug/pprof/heap",
            "1.2.3.4:80",
            "[::1]:80",
            "user@host:80/x",
        ] {
            assert!(is_url(word), "{word}");
        }
        for word in ["localhost", "localhost/path", "file:///x", "-cum", "a/b:c", "x:y", "", "a b"]
        {
            assert!(!is_url(word), "{word}");
        }
    }

    #[test]
    fn errors_name_the_step_that_failed() {
        let host = FakeHost {
            files: [("/here/perf.data".into(), b"PERFILE2....".to_vec())].into(),
            ..FakeHost::default()
        };
        let text = |name: &str| read(OsStr::new(name), &host).unwrap_err().to_string();
        assert_eq!(text("nofile"), "stat nofile: no such file or directory");
        assert_eq!(text("-"), "parsing profile: empty input file");
        assert!(text("perf.data").contains("perf_to_profile"));
        assert!(text("localhost:80/x").contains("HTTP"));
    }
}
