//! Responses.

use ::http::header::{self, HeaderName};
use ::http::{HeaderValue, Response, StatusCode};

const NO_SNIFFING: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
const NO_STORE: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// A body of the kind `content_type`, which browsers neither guess at nor keep.
fn reply(status: StatusCode, content_type: HeaderValue, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.extend([(header::CONTENT_TYPE, content_type), NO_SNIFFING, NO_STORE]);
    response
}

/// A profile, to be saved as `file`, a name in ASCII.
pub fn profile(bytes: Vec<u8>, file: &'static str) -> Response<Vec<u8>> {
    let kind = HeaderValue::from_static("application/octet-stream");
    let mut response = reply(StatusCode::OK, kind, bytes);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""));
    if let Ok(disposition) = disposition {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Text.
pub fn text(bytes: Vec<u8>) -> Response<Vec<u8>> {
    reply(StatusCode::OK, TEXT, bytes)
}

/// A page without script, in a browser that would not run one either.
pub fn page(html: String) -> Response<Vec<u8>> {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = reply(StatusCode::OK, kind, html.into_bytes());
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                  form-action 'none'; frame-ancestors 'none'";
    let policy = HeaderValue::from_static(policy);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Why there is no answer, in words for whoever asked.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    why: String,
    /// The methods that there are, if it was the wrong one.
    allowed: Option<&'static str>,
}

impl Refused {
    /// With a status that says the same to programs.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), allowed: None }
    }

    /// The path has other methods only.
    pub fn method(allowed: &'static str) -> Self {
        let why = format!("the method is not allowed here; allowed: {allowed}");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, why, allowed: Some(allowed) }
    }
}

/// What was recorded could not be read.
impl From<crate::Error> for Refused {
    fn from(error: crate::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

/// `go tool pprof` shows the words, because of the header that says that they are ours.
impl From<Refused> for Response<Vec<u8>> {
    fn from(refused: Refused) -> Self {
        let Refused { status, why, allowed } = refused;
        let mut response = reply(status, TEXT, format!("{why}\n").into_bytes());
        let ours = HeaderName::from_static("x-go-pprof");
        response.headers_mut().insert(ours, HeaderValue::from_static("1"));
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}

/// The page is elsewhere.
pub fn moved(to: &'static str) -> Response<Vec<u8>> {
    let mut response = reply(StatusCode::MOVED_PERMANENTLY, TEXT, format!("see {to}\n").into());
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    response
}
