//! Responses: every one carries the headers that keep a page from doing harm.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};

/// A response with all of its body.
pub(crate) type Reply = Response<Bytes>;

/// Headers of every response. Scripts and styles are files of ours, never text in a page; nothing
/// comes from elsewhere, and no other site may show or read the pages.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// A page.
pub(crate) fn page(status: StatusCode, html: String) -> Reply {
    with_body(status, "text/html; charset=utf-8", html.into())
}

/// One line of text.
pub(crate) fn text(status: StatusCode, line: &str) -> Reply {
    with_body(status, "text/plain; charset=utf-8", format!("{line}\n").into())
}

/// Any bytes.
pub(crate) fn with_body(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// The way to another address.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Reply {
    let mut reply = text(status, to);
    if let Ok(to) = HeaderValue::from_str(to) {
        reply.headers_mut().insert(header::LOCATION, to);
    }
    reply
}

/// A file to keep.
pub(crate) fn download(kind: &'static str, name: &'static str, body: Bytes) -> Reply {
    let mut reply = with_body(StatusCode::OK, kind, body);
    let value = HeaderValue::try_from(format!("attachment;filename={name}"));
    if let Ok(value) = value {
        reply.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    reply
}
