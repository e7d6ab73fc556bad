use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// What a request to a server that sends these parts, a second apart, comes to, for a client that waits so long for each.
fn answer(
    parts: &'static [&'static [u8]],
    patience: Duration,
    largest_body: u64,
) -> Result<Response, RequestError> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for part in parts {
            // The client may have seen enough.
            let _ = stream.write_all(part).and_then(|()| stream.flush());
            thread::sleep(Duration::from_secs(1));
        }
        thread::sleep(Duration::from_secs(30));
    });
    send(&Request {
        url,
        credentials: None,
        proxy: None,
        until_response: patience,
        silence: patience,
        largest_body,
        tls: Tls::default(),
        body: None,
    })
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Go-Pprof: 1\r\n\r\n";

#[test]
fn a_body_is_read_up_to_its_end_or_to_the_limit() {
    let patience = Duration::from_secs(20);
    let answer = |parts, largest_body| answer(parts, patience, largest_body);
    let whole = answer(&[HEAD, b"ab", b"cd"], 4).unwrap();
    let expected = Response {
        status: "200 OK".into(),
        ok: true,
        go_pprof: "1".into(),
        body: b"abcd".to_vec(),
        ..Response::default()
    };
    assert_eq!(whole, expected);
    assert_eq!(answer(&[HEAD, b"abcd"], 3), Err(RequestError::TooLarge(3)));
    let endless: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 64 << 10]];
    assert_eq!(answer(endless, 1000), Err(RequestError::TooLarge(1000)));
}

#[test]
fn silence_ends_a_request_at_any_point_of_the_response() {
    let cases: [&[&[u8]]; 4] = [&[], &[b"HTTP/1.1 200"], &[HEAD], &[HEAD, b"ab"]];
    for parts in cases {
        let start = Instant::now();
        let error = answer(parts, Duration::from_secs(2), 100).unwrap_err().to_string();
        assert!(error.contains("timeout"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[test]
fn a_proxy_that_is_none_is_an_error() {
    let request = Request {
        url: "http://profiles.invalid/x".into(),
        credentials: None,
        proxy: Some("socks5://127.0.0.1:1".into()),
        until_response: Duration::from_secs(1),
        silence: Duration::from_secs(1),
        largest_body: 1,
        tls: Tls::default(),
        body: None,
    };
    assert!(send(&request).is_err());
    let nonsense = Request { proxy: Some("http://[".into()), ..request };
    assert!(send(&nonsense).unwrap_err().to_string().contains("proxy"));
}
