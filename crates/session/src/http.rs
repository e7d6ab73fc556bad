//! One request over HTTP, as a session hands it to its host, and what comes back.

use std::time::Duration;

/// A request for a profile, or with a body, a POST, for something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// An absolute URL with the scheme `http` or `https`, escaped, without user and fragment.
    pub url: String,
    /// `user:password` for basic authentication.
    pub credentials: Option<Vec<u8>>,
    /// The URL of the proxy to go through; nothing to go straight to the server.
    pub proxy: Option<String>,
    /// How long the server may take until its response begins.
    pub until_response: Duration,
    /// How long the server may be silent within a response.
    pub silence: Duration,
    /// The largest body to accept, in bytes.
    pub largest_body: u64,
    /// How to trust the server.
    pub tls: Tls,
    /// What is sent, of type `application/octet-stream`; nothing in a GET.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// What is done, as messages have it.
    pub fn verb(&self) -> &'static str {
        if self.body.is_some() { "Post" } else { "Get" }
    }
}

/// How client and server of HTTPS know each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Accept any certificate of the server.
    pub insecure: bool,
    /// PEM of the authorities to trust instead of those of the system.
    pub authorities: Option<Vec<u8>>,
    /// PEM of the certificate of the client, and of its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

/// The response to a [`Request`], after redirections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Code and text: `404 Not Found`.
    pub status: String,
    /// Whether the code is 200.
    pub ok: bool,
    /// The header `Content-Type`.
    pub content_type: String,
    /// The header `Content-Encoding`. The body is as it was sent.
    pub content_encoding: String,
    /// The header `X-Go-Pprof`, which marks the error messages of Go's handlers.
    pub go_pprof: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The certificate of the client and its key cannot be used.
    #[error("could not load certificate/key pair specified by -tls_cert and -tls_key: {0}")]
    Identity(String),
    /// The authorities cannot be used.
    #[error("could not load CA specified by -tls_ca: {0}")]
    Authorities(String),
    /// No connection, or not the protocol that was expected.
    #[error("{verb} {url:?}: {reason}")]
    Failed {
        /// [`Request::verb`].
        verb: &'static str,
        /// The URL.
        url: String,
        /// Why, in lower case.
        reason: String,
    },
    /// The body is larger than accepted.
    #[error("the response is larger than {0} bytes")]
    TooLarge(u64),
    /// The response broke off.
    #[error("reading the response: {0}")]
    Body(String),
}
