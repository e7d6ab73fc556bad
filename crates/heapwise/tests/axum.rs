//! The endpoints in a server of axum's, through a socket.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Sends a request and reads until the server closes: the head, and the body.
fn ask(address: SocketAddr, method: &str, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    let body = all.split_off(end + 4);
    (String::from_utf8(all).unwrap(), body)
}

/// A service on one thread: if an answer blocked it, the next one would be late.
fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let app: Router =
            Router::new().route("/", get(|| async { "hello" })).merge(heapwise::http::router());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
    });
    address
}

#[test]
fn a_router_answers_and_nothing_waits_for_it() {
    let address = start();
    let kept = black_box(vec![1u8; 1_234_567]);
    let (head, body) = ask(address, "GET", "/debug/pprof/heap");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("filename=\"heap\""), "{head}");
    let whole = common::profile(&body);
    assert!(whole.samples.iter().any(|sample| sample.values == [1, 1_234_567, 1, 1_234_567]));

    let waiting = thread::spawn(move || ask(address, "GET", "/debug/pprof/allocs?seconds=3"));
    thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    assert_eq!(ask(address, "GET", "/").1, b"hello");
    assert!(start.elapsed() < Duration::from_millis(2500) && !waiting.is_finished());
    let (_, body) = waiting.join().unwrap();
    let meanwhile = common::profile(&body);
    assert!(meanwhile.samples.iter().any(|sample| sample.values == [0, 0, 1, 1_234_567]));
    assert!(meanwhile.header.duration_nanos >= 3_000_000_000);
    drop(kept);

    for (method, path, status) in [
        ("GET", "/debug/pprof/", "200"),
        ("HEAD", "/debug/pprof/allocs", "200"),
        ("GET", "/debug/pprof", "301"),
        ("POST", "/debug/pprof/symbol", "200"),
        ("POST", "/debug/pprof/heap", "405"),
        ("GET", "/debug/pprof/a/b", "404"),
        ("GET", "/debug/pprof/goroutine", "404"),
        ("GET", "/other", "404"),
    ] {
        let (head, _) = ask(address, method, path);
        assert_eq!(head.split(' ').nth(1), Some(status), "{method} {path}");
    }
}
