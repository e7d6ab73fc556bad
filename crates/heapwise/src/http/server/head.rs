//! The head of a request, from bytes.

use ::http::{Request, StatusCode};
use httparse::Status;

use crate::http::reply::Refused;

/// The longest head, in bytes: browsers with many cookies send half of it.
pub const LONGEST: usize = 16 << 10;

/// The most headers.
const HEADERS: usize = 100;

/// Reads a head, and says how long it is; nothing if it does not end in `bytes`.
///
/// # Errors
/// What to answer instead.
pub fn parse(bytes: &[u8]) -> Result<Option<(Request<()>, usize)>, Refused> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() < LONGEST => return Ok(None),
        Ok(Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return Err(Refused::new(status, "the head of the request is too long"));
        }
        Err(_) => return Err(wrong("this is not a request of HTTP/1")),
    };
    let mut request = Request::builder()
        .method(head.method.unwrap_or_default())
        .uri(head.path.unwrap_or_default());
    for header in head.headers {
        request = request.header(header.name, header.value);
    }
    let no_request = |_| wrong("the method, the address or a header is none of HTTP/1");
    request.body(()).map(|request| Some((request, length))).map_err(no_request)
}

fn wrong(why: &str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> u16 {
        parse(bytes).map_or_else(|why| ::http::Response::from(why).status().as_u16(), |_| 0)
    }

    #[test]
    fn a_head_is_a_request() {
        let bytes = b"GET /debug/pprof/heap?seconds=1 HTTP/1.1\r\nHost: localhost\r\n\r\nmore";
        let (request, length) = parse(bytes).unwrap().unwrap();
        assert_eq!(request.uri().path(), "/debug/pprof/heap");
        assert_eq!(request.headers()["host"], "localhost");
        let whole = bytes.len() - 4;
        assert_eq!(length, whole);
        assert!((0..whole).all(|length| parse(&bytes[..length]).unwrap().is_none()));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"GET\r\n\r\n", b"GET / SPDY/9\r\n\r\n"] {
            assert_eq!(refused(bytes), 400, "{bytes:?}");
        }
        assert_eq!(refused(b"GET http://[ HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(refused(&[b'G'; LONGEST]), 431);
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS + 1));
        assert_eq!(refused(many.as_bytes()), 431);
    }
}
