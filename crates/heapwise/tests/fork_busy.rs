//! The child of a fork can use all that other threads of its parent were using at that moment, and does nothing to
//! what is its parent's.
//!
//! Children here start no threads: in the standard library, that takes a lock which other threads take when they begin
//! and end, and which nobody lets go of in a child.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

#[path = "../src/forked.rs"]
mod forked;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{TryRecvError, channel};
use std::thread;

use heapwise::custom::Profile;
use heapwise::{cpu, http};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

const FORKS: usize = 30;

/// Checks what children do, forked while another thread does `busy` again and again.
fn fork_while(busy: impl Fn() + Sync, child: impl Fn() -> bool) {
    let has_begun = AtomicBool::new(false);
    thread::scope(|scope| {
        // Gone when the forks are done, or one of them fails.
        let (forking, forks) = channel::<()>();
        let (busy, has_begun) = (&busy, &has_begun);
        scope.spawn(move || {
            while forks.try_recv() == Err(TryRecvError::Empty) {
                busy();
                has_begun.store(true, Ordering::Relaxed);
            }
        });
        while !has_begun.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        for _ in 0..FORKS {
            forked::check(&child);
        }
        drop(forking);
    });
}

/// Whether the question is answered with a profile.
fn is_answered(path: &str) -> bool {
    let request = ::http::Request::get(path).body("").unwrap();
    http::respond(&request).status() == 200
}

#[test]
fn differences_of_memory() {
    let ask = || is_answered("/debug/pprof/delta_heap");
    fork_while(|| assert!(ask()), || ask() && ask());
}

#[test]
fn profiles_of_its_own() {
    let profile = Profile::new("busy", "bytes", "For a test.").unwrap();
    let kept = profile.add(7);
    let busy = || {
        let held: Vec<_> = (0..100).map(|weight| profile.add(weight)).collect();
        profile.add_key(1, 1);
        profile.write_to(&mut Vec::new()).unwrap();
        drop(held);
    };
    fork_while(busy, || {
        let before = profile.totals();
        let own = profile.add(5);
        let with = profile.totals();
        profile.add_key(2, 1);
        let is_kept = profile.remove_key(2) && Profile::lookup("busy").is_some();
        drop(own);
        let is_new = Profile::new("of the child", "bytes", "").is_err()
            && Profile::new("of_the_child", "bytes", "").is_ok();
        with.held.weight == before.held.weight + 5
            && profile.totals().held == before.held
            && is_kept
            && is_new
            && profile.write_to(&mut Vec::new()).is_ok()
    });
    drop(kept);
}

#[test]
fn profiling_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let begin = || heapwise::start().heap().dir(folder.path()).quiet().no_signals().begin();
    fork_while(|| begin().unwrap().stop().unwrap(), || begin().map(std::mem::forget).is_ok());
}

#[test]
fn a_cpu_profile_stays_its_parents() {
    let mut sampling = Some(cpu::start().unwrap());
    for _ in 0..FORKS {
        forked::check(|| {
            drop(sampling.take());
            true
        });
    }
    forked::check(|| sampling.take().unwrap().stop().is_err());
    sampling.unwrap().stop().unwrap();
}

#[test]
fn a_server_stays_its_parents() {
    let mut server = Some(http::serve("127.0.0.1:0").unwrap());
    let address = server.as_ref().unwrap().local_addr();
    forked::check(|| {
        drop(server.take());
        true
    });
    forked::check(|| {
        server.take().unwrap().detach();
        true
    });
    assert_eq!(status(address), "HTTP/1.1 200");
    drop(server);
}

/// How a server's answer begins.
fn status(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /debug/pprof/cmdline HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[..12].to_owned()
}
