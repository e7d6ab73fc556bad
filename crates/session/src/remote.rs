//! A profile from a URL.

use std::time::Duration;

use heapwise_profile::{GunzipLimit, gunzip};

use crate::fetch_options::FetchOptions;
use crate::host::Host;
use crate::http::{Request, RequestError, Response, Tls};
use crate::proxy::proxy;
use crate::url::Url;

/// How long to wait for a server that is not asked to profile for a time of its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the way to the server and back may take beyond the time that it needs.
const MARGIN: Duration = Duration::from_secs(5);

/// The most that is accepted of a profile, in bytes: what the columns of one can address.
const LARGEST_PROFILE: u64 = u32::MAX as u64;

/// The most that is accepted of names, in bytes: more than a thousand for each of 200,000 locations.
const LARGEST_REPLY: u64 = 256 << 20;

/// The most that is shown of what a server says about an error, in bytes.
const LONGEST_MESSAGE: usize = 4 << 10;

/// Why a URL gives no profile.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// No response.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A scheme other than those of HTTP.
    #[error("Get \"{url}\": unsupported protocol scheme {scheme:?}")]
    Scheme {
        /// The URL.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// A port that no server has.
    #[error("Get \"{url}\": address {port}: invalid port")]
    Port {
        /// The URL.
        url: String,
        /// Its port.
        port: String,
    },
    /// One half of a client certificate.
    #[error("-{given} is specified, so -{missing} must also be specified")]
    HalfIdentity {
        /// The flag that is there.
        given: &'static str,
        /// The flag that is not.
        missing: &'static str,
    },
    /// A response other than success, with what Go's handlers say about it.
    #[error("server response: {status}{}", if .message.is_empty() { String::new() } else { format!(" - {}", .message) })]
    Status {
        /// Code and text.
        status: String,
        /// What the handler says; empty if the response is not from one.
        message: String,
    },
    /// The response was compressed on its way, wrongly.
    #[error("the response is compressed in a way that cannot be undone: {0}")]
    Encoding(String),
}

/// Fetches the bytes of a profile, and says so.
///
/// # Errors
/// When the server cannot be reached, or answers with anything but a body.
pub fn fetch(url: &Url, options: &FetchOptions, host: &dyn Host) -> Result<Vec<u8>, RemoteError> {
    let seconds = u64::try_from(options.seconds).ok().filter(|&seconds| seconds > 0);
    let url = url.clone().adjusted(seconds);
    host.note(&format!("Fetching profile over HTTP from {url}"));
    if let Some(seconds) = seconds {
        host.note(&format!("Please wait... ({})", spelled(seconds)));
    }
    if !matches!(url.scheme.as_str(), "http" | "https" | "https+insecure") {
        let scheme = url.scheme.clone();
        return Err(RemoteError::Scheme { url: url.to_string(), scheme });
    }
    if url.port().parse::<u16>().is_err() {
        return Err(RemoteError::Port { port: url.port().to_owned(), url: url.to_string() });
    }
    body(host.send(&request(&url, options, host)?)?)
}

/// Why a server does not name addresses.
#[derive(Debug, thiserror::Error)]
#[error("http post {url}: {error}")]
pub struct NamesError {
    url: String,
    error: RemoteError,
}

/// Asks the server that a profile came from for the names of addresses.
///
/// # Errors
/// When the server cannot be reached, or answers with anything but a body.
pub fn names(
    server: &Url,
    addresses: String,
    options: &FetchOptions,
    host: &dyn Host,
) -> Result<Vec<u8>, NamesError> {
    let url = server.symbolz();
    let sent = request(&url, options, host).and_then(|request| {
        let body = Some(addresses.into_bytes());
        Ok(host.send(&Request { largest_body: LARGEST_REPLY, body, ..request })?)
    });
    sent.and_then(body).map_err(|error| NamesError { url: url.to_string(), error })
}

fn request(url: &Url, options: &FetchOptions, host: &dyn Host) -> Result<Request, RemoteError> {
    let until_response = patience(url, options).saturating_add(MARGIN);
    Ok(Request {
        url: url.target(),
        credentials: url.credentials(),
        proxy: proxy(url, host),
        until_response,
        silence: until_response.max(PATIENCE + MARGIN),
        largest_body: LARGEST_PROFILE,
        body: None,
        tls: if url.scheme == "http" { Tls::default() } else { tls(url, options, host)? },
    })
}

/// How long the server may work: what the user says, else half as long again as it is to profile.
fn patience(url: &Url, options: &FetchOptions) -> Duration {
    match (u64::try_from(options.timeout), url.seconds()) {
        (Ok(timeout), _) if timeout > 0 => Duration::from_secs(timeout),
        (_, Some(seconds)) if seconds > 0 => {
            let seconds = Duration::from_secs(seconds);
            seconds.saturating_add(seconds / 2)
        }
        _ => PATIENCE,
    }
}

fn tls(url: &Url, options: &FetchOptions, host: &dyn Host) -> Result<Tls, RemoteError> {
    let half = |given, missing| Err(RemoteError::HalfIdentity { given, missing });
    let read = |path: &str| host.read(path.as_ref()).map_err(|e| open_failed(path, &e));
    let identity = match (options.tls_cert.as_str(), options.tls_key.as_str()) {
        ("", "") => None,
        ("", _) => return half("tls_key", "tls_cert"),
        (_, "") => return half("tls_cert", "tls_key"),
        (certificate, key) => Some((
            read(certificate).map_err(RequestError::Identity)?,
            read(key).map_err(RequestError::Identity)?,
        )),
    };
    let authorities = match options.tls_ca.as_str() {
        "" => None,
        path => Some(read(path).map_err(RequestError::Authorities)?),
    };
    Ok(Tls { insecure: url.scheme == "https+insecure", authorities, identity })
}

fn open_failed(path: &str, error: &std::io::Error) -> String {
    format!("open {path}: {}", crate::host::reason(error))
}

/// The body of a response, without the compression that it had on its way only.
fn body(response: Response) -> Result<Vec<u8>, RemoteError> {
    if !response.ok {
        let message = message(&response);
        return Err(RemoteError::Status { status: response.status, message });
    }
    match response.content_encoding.as_str() {
        "gzip" | "x-gzip" => gunzip(&response.body, GunzipLimit::default())
            .map_err(|error| RemoteError::Encoding(error.to_string())),
        _ => Ok(response.body),
    }
}

/// What Go's handlers say about an error: text without anything that moves a cursor.
fn message(response: &Response) -> String {
    if response.go_pprof.is_empty() || !response.content_type.contains("text/plain") {
        return String::new();
    }
    let shown = &response.body[..response.body.len().min(LONGEST_MESSAGE)];
    let text = String::from_utf8_lossy(shown);
    let plain = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.trim_end().chars().filter(plain).collect()
}

/// A duration as Go writes it: `3s`, `1m30s`, `1h0m0s`.
fn spelled(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests;
