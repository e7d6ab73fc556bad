//! One request and its response.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::http::{Method, Request, Response, StatusCode, header};

use super::guard::Names;
use super::head;
use crate::http::pending::{Answer, Pending};
use crate::http::reply::Refused;
use crate::http::{answer, symbol};

/// How long a client may take to send a request.
const TO_ASK: Duration = Duration::from_secs(10);

/// How long a client may take to read the response.
const TO_READ: Duration = Duration::from_secs(60);

/// How long a client may take to close when it has everything, and how much it may still send.
const TO_LEAVE: Duration = Duration::from_secs(2);
const LEFTOVERS: usize = 256 << 10;

/// How often a wait looks whether anyone still wants what it is for.
const GLANCE: Duration = Duration::from_millis(250);

/// What connections need to know.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Under which names they may ask.
    pub names: Arc<Names>,
    /// Set when the server is stopped.
    pub stopped: Arc<AtomicBool>,
}

impl Connection {
    /// Answers the one request of a connection, and closes it. A client that breaks off or is too slow
    /// has nobody left to tell.
    pub fn serve(&self, stream: &TcpStream) {
        // Whatever was said by then has been said.
        let _ = self.converse(stream);
    }

    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        let response = self.response(stream)?;
        send(stream, &response)?;
        leave(stream)
    }

    fn response(&self, stream: &TcpStream) -> io::Result<Response<Vec<u8>>> {
        let request = match read_request(stream)? {
            Ok(request) => request,
            Err(why) => return Ok(why.into()),
        };
        if !self.names.admit(request.headers()) {
            let why = "permission denied: the name in the Host header is not one that this program \
                       is known by; a program allows it with heapwise::http::Options::host_name";
            return Ok(Refused::new(StatusCode::FORBIDDEN, why).into());
        }
        match answer(&request) {
            Answer::Now(response) => Ok(response),
            Answer::After(pending) => self.later(stream, pending),
        }
    }

    /// Waits, as long as the client does and the server runs.
    fn later(&self, stream: &TcpStream, pending: Pending) -> io::Result<Response<Vec<u8>>> {
        let end = Instant::now() + pending.wait();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(pending.finish());
            }
            if self.stopped.load(Ordering::Acquire) || !is_there(stream, left.min(GLANCE))? {
                return Err(ErrorKind::ConnectionAborted.into());
            }
        }
    }
}

/// Waits `time`, or less if the client closes or sends something, which then counts as closing: there
/// is nothing to be said before the response.
fn is_there(mut stream: &TcpStream, time: Duration) -> io::Result<bool> {
    stream.set_read_timeout(Some(time))?;
    match stream.read(&mut [0]) {
        Ok(_) => Ok(false),
        Err(error) if is_late(&error) || error.kind() == ErrorKind::Interrupted => Ok(true),
        Err(error) => Err(error),
    }
}

/// A request, or what to answer if it is none.
fn read_request(stream: &TcpStream) -> io::Result<Result<Request<Vec<u8>>, Refused>> {
    let end = Instant::now() + TO_ASK;
    let mut bytes = [0; head::LONGEST];
    let mut length = 0;
    loop {
        length += read_some(stream, &mut bytes[length..], end)?;
        match head::parse(&bytes[..length]) {
            Ok(None) => {}
            Ok(Some((request, head))) => {
                return read_body(stream, request, &bytes[head..length], end);
            }
            Err(why) => return Ok(Err(why)),
        }
    }
}

/// The request with its body, of which `start` is there already. Only questions have one that is read.
fn read_body(
    stream: &TcpStream,
    request: Request<()>,
    start: &[u8],
    end: Instant,
) -> io::Result<Result<Request<Vec<u8>>, Refused>> {
    let length = match body_length(&request) {
        Ok(length) => length,
        Err(why) => return Ok(Err(why)),
    };
    let mut body = start[..start.len().min(length)].to_vec();
    let mut known = body.len();
    body.resize(length, 0);
    while known < length {
        known += read_some(stream, &mut body[known..], end)?;
    }
    Ok(Ok(request.map(|()| body)))
}

fn body_length(request: &Request<()>) -> Result<usize, Refused> {
    if request.method() != Method::POST {
        return Ok(0);
    }
    let headers = request.headers();
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Refused::new(
            StatusCode::LENGTH_REQUIRED,
            "send the body with a Content-Length",
        ));
    }
    let Some(length) = headers.get(header::CONTENT_LENGTH) else { return Ok(0) };
    let wrong = || Refused::new(StatusCode::BAD_REQUEST, "the Content-Length is none");
    let length: usize =
        length.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    if length > symbol::LONGEST {
        return Err(symbol::too_long());
    }
    Ok(length)
}

/// Some bytes, at least one.
fn read_some(mut stream: &TcpStream, into: &mut [u8], end: Instant) -> io::Result<usize> {
    loop {
        stream.set_read_timeout(Some(left(end)?))?;
        match stream.read(into) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn send(mut stream: &TcpStream, response: &Response<Vec<u8>>) -> io::Result<()> {
    let end = Instant::now() + TO_READ;
    let head = head_of(response);
    for mut rest in [&head[..], response.body()] {
        while !rest.is_empty() {
            stream.set_write_timeout(Some(left(end)?))?;
            match stream.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The head of a response. That to a HEAD request has a length of 0, which is said of the response and
/// not of what GET would give; so it is left out there, as it may be.
fn head_of(response: &Response<Vec<u8>>) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head =
        format!("HTTP/1.1 {} {reason}\r\nConnection: close\r\n", status.as_u16()).into_bytes();
    if !response.body().is_empty() {
        head.extend(format!("Content-Length: {}\r\n", response.body().len()).bytes());
    }
    for (name, value) in response.headers() {
        head.extend(name.as_str().bytes().chain(*b": "));
        head.extend(value.as_bytes().iter().chain(b"\r\n"));
    }
    head.extend(b"\r\n");
    head
}

/// Lets the client read to the end: closing while something that it sent lies unread would take back
/// what it has not read yet.
fn leave(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let end = Instant::now() + TO_LEAVE;
    let (mut bytes, mut leftovers) = ([0; 4096], 0);
    while leftovers < LEFTOVERS {
        stream.set_read_timeout(Some(left(end)?))?;
        match stream.read(&mut bytes)? {
            0 => break,
            read => leftovers += read,
        }
    }
    Ok(())
}

/// Tells a client that there are too many, without waiting for it.
pub fn refuse(mut stream: &TcpStream) {
    let why = "too many connections: try again later";
    let response = Response::from(Refused::new(StatusCode::SERVICE_UNAVAILABLE, why));
    let mut bytes = head_of(&response);
    bytes.extend(response.body());
    // It may not arrive; then the connection is closed all the same.
    let _ = stream.set_nonblocking(true).and_then(|()| stream.write(&bytes));
}

/// The time until `end`.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
