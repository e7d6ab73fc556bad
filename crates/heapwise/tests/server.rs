//! The endpoints through sockets, of a program whose allocations are recorded.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use heapwise::http::{Options, Server, serve};
use heapwise_profile::{LabelValue, Profile};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Connections are counted for the whole process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }
}

/// Sends `bytes` and reads until the server closes.
fn exchange(address: SocketAddr, bytes: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(bytes)?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|part| part == b"\r\n\r\n");
    let end = end.ok_or(ErrorKind::UnexpectedEof)?;
    let body = all.split_off(end + 4);
    Ok(Answer { head: String::from_utf8(all).unwrap(), body })
}

fn get(server: &Server, path: &str) -> Answer {
    let address = server.local_addr();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    exchange(address, request.as_bytes()).unwrap()
}

#[test]
fn the_profile_is_of_this_program() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    // Which adds sample types to profiles in files, and must not to those that are served.
    heapwise::heap::keep_lifetimes().unwrap();
    let kept = black_box(vec![1u8; 1_234_567]);
    let answer = get(&server, "/debug/pprof/heap");
    assert_eq!(answer.status(), "200");
    assert!(answer.head.contains("content-disposition: attachment; filename=\"heap\"\r\n"));
    assert!(answer.head.contains(&format!("Content-Length: {}\r\n", answer.body.len())));
    let profile = common::profile(&answer.body);
    assert_eq!(profile.samples.width(), 4);
    assert!(profile.samples.iter().any(|sample| sample.values == [1, 1_234_567, 1, 1_234_567]));
    assert!(profile.mappings.rows().iter().all(|mapping| mapping.start < mapping.limit));
    drop(kept);

    // What is allocated only grows, what is in use does not.
    let later = common::profile(&get(&server, "/debug/pprof/allocs").body);
    assert!(later.samples.iter().any(|sample| sample.values == [1, 1_234_567, 0, 0]));
    let page = get(&server, "/debug/pprof/");
    let name = format!("http://{}/debug/pprof/heap", server.local_addr());
    assert!(String::from_utf8_lossy(&page.body).contains(&name));
}

#[test]
fn a_difference_is_of_the_seconds_that_were_asked_for() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    let before = black_box(vec![1u8; 777_777]);
    let answer = thread::scope(|scope| {
        let asked = scope.spawn(|| get(&server, "/debug/pprof/heap?seconds=2"));
        thread::sleep(Duration::from_millis(700));
        drop(black_box(vec![1u8; 888_888]));
        asked.join().unwrap()
    });
    let profile = common::profile(&answer.body);
    let has = |values: [i64; 4]| profile.samples.iter().any(|sample| sample.values == values);
    assert!(has([0, 0, 1, 777_777]) && has([1, 888_888, 0, 0]));
    assert!(profile.header.duration_nanos >= 2_000_000_000);
    drop(before);
}

#[test]
fn only_this_machine_is_served_unless_told_otherwise() {
    let _alone = alone();
    let error = serve("0.0.0.0:0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("allow_remote"), "{error}");
    let server = Options::new().allow_remote().host_name("orders").serve("0.0.0.0:0").unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], server.local_addr().port()));
    for (host, status) in [("orders:1", "200"), ("10.1.2.3", "200"), ("evil.example", "403")] {
        let request = format!("GET /debug/pprof/cmdline HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(exchange(address, request.as_bytes()).unwrap().status(), status, "{host}");
    }
}

#[test]
fn what_is_no_request_is_refused_and_the_next_one_answered() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    let address = server.local_addr();
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for (bytes, status) in [
        (&b"nonsense\r\n\r\n"[..], "400"),
        (b"GET /debug/pprof/heap HTTP/1.1\r\n\r\n", "403"),
        (b"GET /debug/pprof/heap HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403"),
        (b"DELETE /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
        (b"GET /etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
        (b"GET /debug/pprof/heap?seconds=no HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"),
        (b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n", "413"),
        (b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", "400"),
        (b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "411"),
        (long.as_bytes(), "431"),
    ] {
        // The server closes before it has read all of the long one: then writing fails, or reading.
        let answer = exchange(address, bytes);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
        match answer {
            Ok(answer) => assert_eq!(answer.status(), status, "{text}"),
            Err(error) => assert!(bytes.len() > 1 << 20, "{text}: {error}"),
        }
    }
    let symbols =
        b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n0x1+2";
    assert_eq!(exchange(address, symbols).unwrap().body, b"num_symbols: 1\n");
}

#[test]
fn connections_are_bounded_and_come_back() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    let request =
        format!("GET /debug/pprof/cmdline HTTP/1.1\r\nHost: {}\r\n\r\n", server.local_addr());
    let ask = || exchange(server.local_addr(), request.as_bytes());
    // They say nothing.
    let idle: Vec<TcpStream> =
        (0..40).map(|_| TcpStream::connect(server.local_addr()).unwrap()).collect();
    // One that is refused may also find its connection reset.
    assert!(ask().map_or(true, |answer| answer.status() == "503"));
    drop(idle);
    let end = Instant::now() + Duration::from_secs(20);
    while !ask().is_ok_and(|answer| answer.status() == "200") {
        assert!(Instant::now() < end, "no connection comes back");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_client_that_says_nothing_is_let_go() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    let mut silent = TcpStream::connect(server.local_addr()).unwrap();
    silent.write_all(b"GET /debug").unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let start = Instant::now();
    // Closed, with or without a reset.
    assert!(!matches!(silent.read(&mut [0; 100]), Ok(1..)));
    assert!(start.elapsed() < Duration::from_secs(35));
}

#[test]
fn a_dropped_server_leaves_its_port_and_whoever_waits() {
    let _alone = alone();
    let server = serve("127.0.0.1:0").unwrap();
    let address = server.local_addr();
    let mut waiting = TcpStream::connect(address).unwrap();
    waiting.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    waiting
        .write_all(b"GET /debug/pprof/heap?seconds=3000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    drop(server);
    assert!(!matches!(waiting.read(&mut [0; 100]), Ok(1..)));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(TcpStream::connect(address).is_err());
    let again = serve(address).unwrap();
    assert_eq!(get(&again, "/debug/pprof/cmdline").status(), "200");
}

#[test]
fn what_was_allocated_never_falls_for_any_stack() {
    let _alone = alone();
    heapwise::heap::set_interval(512);
    let server = serve("127.0.0.1:0").unwrap();
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 1..=3 {
            let ends = &ends;
            scope.spawn(move || {
                let mut kept = Vec::new();
                let late = Instant::now() + Duration::from_secs(60);
                let goes_on = || !ends.load(Ordering::Relaxed) && Instant::now() < late;
                for round in (0usize..).take_while(|_| goes_on()) {
                    // Several sizes at one place, so that their mean changes all the time.
                    kept.push(black_box(vec![1u8; thread * 100 + round % 700]));
                    if kept.len() == 1000 {
                        kept.clear();
                    }
                }
            });
        }
        let mut before = Allocated::new();
        for interval in [512, 512, 4096, 64, 64, 1 << 20, 512] {
            heapwise::heap::set_interval(interval);
            thread::sleep(Duration::from_millis(60));
            let now = allocated(&common::profile(&get(&server, "/debug/pprof/allocs").body));
            for (key, [objects, bytes]) in &before {
                let later = now.get(key).copied().unwrap_or_default();
                assert!(later[0] >= *objects && later[1] >= *bytes, "{key:?}: {later:?}");
            }
            assert!(now.len() > before.len() / 2 && !now.is_empty());
            before = now;
        }
        ends.store(true, Ordering::Relaxed);
    });
    heapwise::heap::set_interval(1);
}

/// Objects and bytes allocated, by stack and label.
type Allocated = HashMap<(Vec<u64>, i64), [i64; 2]>;

fn allocated(profile: &Profile) -> Allocated {
    let mut sums = Allocated::new();
    for sample in profile.samples.iter() {
        let stack = sample.stack.iter().map(|&id| profile.locations.get(id).address.0).collect();
        let LabelValue::Number { number, .. } = sample.labels[0].value else { panic!("no number") };
        let values = [sample.values[0], sample.values[1]];
        assert!(
            sums.insert((stack, number), values).is_none(),
            "two samples of one stack and label"
        );
    }
    sums
}
