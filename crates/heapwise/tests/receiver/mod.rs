//! A server that takes profiles as strictly as Pyroscope and Parca say that they do, and misbehaves where
//! a test asks for it.
#![allow(dead_code, reason = "no program uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

pub mod check;
#[path = "../../../profile/tests/codec/schema.rs"]
pub mod schema;
pub mod tls;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use check::Pushed;

/// How long a test waits for what must come.
pub const LONG: Duration = Duration::from_secs(90);

/// What is done with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// This status, and more headers, each with its line end.
    Status(u16, &'static str),
    /// Nothing, for as long as the client waits.
    Hang,
    /// The connection is closed.
    Close,
    /// 200, a byte at a time for two seconds.
    Drip,
}

/// Who takes profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pyroscope,
    Parca,
}

/// One request that a server took or not.
#[derive(Debug)]
pub struct Request {
    pub headers: HashMap<String, String>,
    pub pushed: Pushed,
    pub at: Instant,
}

/// A server that runs until the test ends.
pub struct Server {
    /// `http://127.0.0.1:port`, or with `https`.
    pub url: String,
    inbox: Inbox<Result<Request, String>>,
}

type Replies = Arc<dyn Fn(usize, &Request) -> Reply + Send + Sync>;

impl Server {
    /// A server that answers the requests, which it counts from 0, with `replies`.
    pub fn new(
        kind: Kind,
        replies: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with(kind, "http", Arc::new(replies), |stream| Box::new(stream))
    }

    /// A server that takes everything that is right.
    pub fn taking(kind: Kind) -> Self {
        Self::new(kind, |_, _| Reply::Status(200, ""))
    }

    /// The same over TLS.
    pub fn encrypted(kind: Kind, authority: &tls::Authority) -> Self {
        let config = authority.config();
        Self::with(kind, "https", Arc::new(|_, _| Reply::Status(200, "")), move |stream| {
            tls::stream(&config, stream)
        })
    }

    fn with(
        kind: Kind,
        scheme: &str,
        replies: Replies,
        wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let (outbox, inbox) = channel();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (mut stream, outbox) = (wrap(stream.unwrap()), outbox.clone());
                let replies = Arc::clone(&replies);
                thread::spawn(move || serve(&mut *stream, kind, number, &replies, &outbox));
            }
        });
        Self { url, inbox }
    }

    /// The next request, which must come and be right.
    pub fn next(&self) -> Request {
        self.inbox.recv_timeout(LONG).expect("nothing is pushed").unwrap()
    }

    /// The requests that have come meanwhile, which must be right.
    pub fn rest(&self) -> Vec<Request> {
        self.inbox.try_iter().map(Result::unwrap).collect()
    }
}

pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn serve(
    stream: &mut dyn Stream,
    kind: Kind,
    number: usize,
    replies: &Replies,
    outbox: &Sender<Result<Request, String>>,
) {
    let request = match read(stream, kind) {
        Ok(request) => request,
        Err(None) => return,
        Err(Some(why)) => {
            respond(stream, 400, "", &why);
            // The test may have ended.
            let _ = outbox.send(Err(why));
            return;
        }
    };
    let reply = replies(number, &request);
    let _ = outbox.send(Ok(request));
    match reply {
        Reply::Status(status, headers) => respond(stream, status, headers, "as it was asked for"),
        Reply::Hang => thread::sleep(Duration::from_secs(60)),
        Reply::Close => {}
        Reply::Drip => {
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" {
                let _ = stream.write_all(&[*byte]).and_then(|()| stream.flush());
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Nothing if the client goes before it has said anything whole.
fn read(stream: &mut dyn Stream, kind: Kind) -> Result<Request, Option<String>> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 << 10];
    let (head, length) = loop {
        let read = stream.read(&mut part).map_err(|_| None)?;
        if read == 0 {
            return Err(None);
        }
        bytes.extend(&part[..read]);
        if let Some(found) = parse(&bytes).map_err(Some)? {
            break found;
        }
    };
    let mut body = bytes.split_off(length);
    let size: usize = head
        .get("content-length")
        .and_then(|size| size.parse().ok())
        .ok_or_else(|| Some("there is no content-length".to_owned()))?;
    let known = body.len();
    body.resize(size, 0);
    stream.read_exact(&mut body[known..]).map_err(|_| None)?;
    let pushed = check::body(kind, &head, &body).map_err(Some)?;
    Ok(Request { headers: head, pushed, at: Instant::now() })
}

/// The headers by their names, `:method` and `:path` among them.
type Head = HashMap<String, String>;

/// The head and its length.
fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 50];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(bytes).map_err(|error| error.to_string())?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let mut all = HashMap::new();
    all.insert(":method".to_owned(), request.method.unwrap().to_owned());
    all.insert(":path".to_owned(), request.path.unwrap().to_owned());
    for header in request.headers {
        let value = String::from_utf8(header.value.to_vec()).map_err(|error| error.to_string())?;
        if all.insert(header.name.to_lowercase(), value).is_some() {
            return Err(format!("{} twice", header.name));
        }
    }
    Ok(Some((all, length)))
}

fn respond(stream: &mut dyn Stream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    );
    // A client that is gone is no failure of the server.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}
