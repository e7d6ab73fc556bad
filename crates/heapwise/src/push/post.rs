//! One request over HTTP.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::http::header::{DATE, HeaderMap, RETRY_AFTER};
use ureq::http::{HeaderValue, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error as HttpError};

use super::backoff::asked;
use super::{Error, Failure};

/// How long one step may take: to connect, to send, to wait for the answer, to read it.
pub const STEP: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const ANSWER: u64 = 4096;

/// How many characters of it are told.
const TOLD: usize = 200;

/// Sends bodies to one address.
#[derive(Debug)]
pub struct Post {
    agent: Agent,
    url: Uri,
    headers: HeaderMap<HeaderValue>,
}

/// What came of a request.
#[derive(Debug)]
pub enum Outcome {
    /// It was taken.
    Taken,
    /// It was not, and never will be.
    Refused(Failure),
    /// It was not; to be tried again, not before the time that the server asked for.
    Later(Failure, Option<Duration>),
}

impl Post {
    /// To `url`, with these headers each time. Without `authorities` (PEM) the system's are trusted.
    ///
    /// # Errors
    /// If the certificates cannot be read.
    pub fn new(
        url: Uri,
        headers: HeaderMap<HeaderValue>,
        authorities: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let roots = match authorities {
            None => RootCerts::PlatformVerifier,
            Some(pem) => RootCerts::new_with_certs(&certificates(pem)?),
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("heapwise/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            // The environment is the program's; a redirected POST would lose its body or its secrets.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The next push is too far off for a connection to be kept.
            .max_idle_connections(0)
            .tls_config(tls)
            .build()
            .new_agent();
        Ok(Self { agent, url, headers })
    }

    /// Sends `body`. Each step takes `step` at most.
    ///
    /// There is no time for the whole, and none for the name of the server: with one, names are looked up
    /// on a thread of their own, whose allocations would show.
    pub fn send(&self, body: &[u8], step: Duration) -> Outcome {
        let unreachable =
            |error: HttpError| Outcome::Later(Failure::Unreachable(why(&error)), None);
        match self.exchange(body, step) {
            Ok((status, said, after)) => outcome(status, said, after),
            Err(error) => unreachable(error),
        }
    }

    fn exchange(
        &self,
        body: &[u8],
        step: Duration,
    ) -> Result<(u16, String, Option<Duration>), HttpError> {
        let mut request = self.agent.post(self.url.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let step = Some(step);
        let timed = request
            .config()
            .timeout_connect(step)
            .timeout_send_request(step)
            .timeout_send_body(step)
            .timeout_recv_response(step)
            .timeout_recv_body(step)
            .build();
        let (head, answer) = timed.send(body)?.into_parts();
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let after = header(RETRY_AFTER).and_then(|after| asked(after, header(DATE)));
        let mut bytes = Vec::new();
        // What was said so far is told where the rest does not come: the status is known.
        let _ = answer.into_reader().take(ANSWER).read_to_end(&mut bytes);
        let said = String::from_utf8_lossy(&bytes);
        let said = said.chars().map(|c| if c.is_control() { ' ' } else { c });
        Ok((head.status.as_u16(), said.take(TOLD).collect(), after))
    }
}

fn outcome(status: u16, said: String, after: Option<Duration>) -> Outcome {
    match status {
        200..=299 => Outcome::Taken,
        429 | 500..=599 => Outcome::Later(Failure::Busy { status, said }, after),
        _ => Outcome::Refused(Failure::Refused { status, said }),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(Error::Certificates(HttpError::to_string(&error)))),
    };
    let found: Vec<_> = parse_pem(pem).filter_map(certificate).collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err(Error::Certificates("there is none in the text".to_owned()));
    }
    Ok(found)
}

fn why(error: &HttpError) -> String {
    match error {
        HttpError::HostNotFound => "there is no such host".to_owned(),
        HttpError::Timeout(_) => "the server does not answer in time".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_to_try_again() {
        let kind = |status| match outcome(status, String::new(), None) {
            Outcome::Taken => 't',
            Outcome::Refused(_) => 'r',
            Outcome::Later(..) => 'l',
        };
        let kinds: String =
            [200, 204, 301, 400, 401, 404, 413, 429, 500, 503].map(kind).iter().collect();
        assert_eq!(kinds, "ttrrrrrlll");
    }

    #[test]
    fn certificates_are_pem() {
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            assert!(certificates(text.as_bytes()).is_err(), "{text}");
        }
    }
}
