//! Profiles from servers: what is asked, what is said, what is kept.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::io::Write;
use std::process::Stdio;
use std::sync::{Condvar, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use heapwise_profile::Profile;
use support::server::{Authority, Server, respond};
use support::{Run, Sandbox, heap};

fn profile() -> Vec<u8> {
    let mut bytes = Vec::new();
    heap(&[(&["alloc a.rs:1", "main a.rs:3"], [4, 6 << 20, 3, 5 << 20])])
        .write_to(&mut bytes)
        .unwrap();
    bytes
}

/// A server of one profile, with the errors and delays that its paths name.
fn serve(head: &str, out: &mut dyn Write) {
    let path = head.split([' ', '?']).nth(1).unwrap_or_default();
    match path {
        "/error" => {
            let headers = "Content-Type: text/plain; charset=utf-8\r\nX-Go-Pprof: 1\r\n";
            respond(out, "500 Internal Server Error", headers, b"profiling is on already\n");
        }
        "/missing" => respond(out, "404 Not Found", "", b"no such page"),
        "/moved" => respond(out, "302 Found", "Location: /heap\r\n", b""),
        "/late" => sleep(Duration::from_secs(60)),
        "/together" => {
            if TOGETHER.everyone() {
                respond(out, "200 OK", "", &profile());
            }
        }
        "/slow" => {
            let body = profile();
            let _ = write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            for part in body.chunks(body.len() / 4) {
                let _ = out.write_all(part).and_then(|()| out.flush());
                sleep(Duration::from_millis(200));
            }
        }
        "/short" => {
            let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nabc");
        }
        "/page" => respond(out, "200 OK", "", b"<html>"),
        _ => respond(out, "200 OK", "", &profile()),
    }
}

fn top(sandbox: &Sandbox, words: &[&str]) -> Run {
    sandbox.run(&[&["-top", "-symbolize=none"], words].concat())
}

fn lines(run: &Run) -> Vec<&str> {
    run.stderr.lines().collect()
}

const COPY: &str = "pprof/pprof.walk.alloc_objects.alloc_space.inuse_objects.inuse_space";

#[test]
fn a_profile_is_fetched_shown_and_kept() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let url = format!("http://{}/debug/pprof/heap", server.address);
    let run = top(&sandbox, &[&url]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("5MB   100%   100%        5MB   100%  alloc"), "{}", run.stdout);
    let copy = sandbox.path().join(format!("{COPY}.001.pb.gz"));
    let saved = format!("Saved profile in {}", copy.display());
    assert_eq!(lines(&run), [&format!("Fetching profile over HTTP from {url}"), &saved]);
    let again = top(&sandbox, &[copy.to_str().unwrap()]);
    assert_eq!((again.stdout, again.stderr.as_str()), (run.stdout, ""));
    let second = top(&sandbox, &[&url]);
    assert!(second.stderr.contains(&format!("{COPY}.002.pb.gz")), "{}", second.stderr);
}

#[test]
fn a_bare_address_is_asked_for_processor_time() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let run = top(&sandbox, &["-seconds=3", &server.address]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let url = format!("http://{}/debug/pprof/profile?seconds=3", server.address);
    let said = [format!("Fetching profile over HTTP from {url}"), "Please wait... (3s)".to_owned()];
    assert_eq!(lines(&run)[..2], said);
    let heads = server.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("GET /debug/pprof/profile?seconds=3 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].to_ascii_lowercase().contains("accept-encoding: identity\r\n"), "{heads:?}");
}

#[test]
fn redirections_are_followed_and_passwords_sent_but_not_shown() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let run = top(&sandbox, &[&format!("http://me:secret@{}/moved", server.address)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    let header = "authorization: basic bwu6c2vjcmv0\r\n"; // me:secret
    assert!(heads.iter().all(|h| h.to_ascii_lowercase().contains(header)), "{heads:?}");
}

#[test]
fn what_servers_refuse_is_said_and_nothing_is_kept() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    for (path, why) in [
        ("/error", "server response: 500 Internal Server Error - profiling is on already"),
        ("/missing", "server response: 404 Not Found"),
        ("/short", "reading the response: "),
        ("/page", "parsing profile: "),
    ] {
        let url = format!("http://{}{path}", server.address);
        let run = top(&sandbox, &[&url]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{path}");
        let lines = lines(&run);
        assert_eq!(lines[0], format!("Fetching profile over HTTP from {url}"));
        assert!(lines[1].starts_with(&format!("{url}: {why}")), "{lines:?}");
        assert_eq!(lines[2..], ["failed to fetch any source profiles"]);
    }
    assert_eq!(sandbox.names(), Vec::<String>::new());
}

#[test]
fn nobody_there_is_an_error_of_that_source_only() {
    let sandbox = Sandbox::new();
    sandbox.write("p", &profile());
    let run = top(&sandbox, &["http://127.0.0.1:1/x", "p"]);
    assert_eq!(run.code, Some(0));
    let refused = "http://127.0.0.1:1/x: Get \"http://127.0.0.1:1/x\": connection refused";
    assert_eq!(lines(&run)[1..], [refused, "Fetched 1 source profiles out of 2"]);
    assert_eq!(sandbox.names(), ["p"]);
}

#[test]
fn a_timeout_is_for_the_response_to_begin_not_for_its_end() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let run = top(&sandbox, &[&format!("{}/slow", server.address)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let start = Instant::now();
    let run = top(&sandbox, &["-timeout=1", &format!("{}/late", server.address)]);
    let seconds = start.elapsed().as_secs();
    assert!((5..30).contains(&seconds), "{seconds}");
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("timeout awaiting response"), "{}", run.stderr);
}

/// Requests that wait for one another.
struct Together {
    wanted: usize,
    arrived: Mutex<usize>,
    changed: Condvar,
}

/// Those of [`sources_and_base_profile_at_the_same_time`].
static TOGETHER: Together = Together { wanted: 8, arrived: Mutex::new(0), changed: Condvar::new() };

impl Together {
    /// Waits until all are there. Where they come one after the other, that is never.
    fn everyone(&self) -> bool {
        let mut arrived = self.arrived.lock().unwrap();
        *arrived += 1;
        self.changed.notify_all();
        let limit = Duration::from_secs(60);
        let are_missing = |arrived: &mut usize| *arrived < self.wanted;
        let (arrived, _) = self.changed.wait_timeout_while(arrived, limit, are_missing).unwrap();
        *arrived >= self.wanted
    }
}

#[test]
fn sources_and_base_profile_at_the_same_time() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let url = format!("{}/together", server.address);
    let sources = [url.as_str(); 7];
    let run = top(&sandbox, &[&["-base", &url], &sources[..]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("out of"), "{}", run.stderr);
    assert_eq!(server.heads().len(), TOGETHER.wanted);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_fetch() {
    use std::os::unix::process::ExitStatusExt;
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    let mut command = sandbox.interruptible();
    command.args(["-top", &format!("{}/late", server.address)]).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while server.heads().is_empty() {
        sleep(Duration::from_millis(10));
    }
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn https_needs_an_authority_or_the_word_insecure() {
    let (authority, sandbox) = (Authority::new(), Sandbox::new());
    let server = Server::encrypted(&authority, false, serve);
    sandbox.write("ca.pem", authority.pem().as_bytes());
    let url = format!("https://{}/heap", server.address);
    let run = top(&sandbox, &[&url]);
    assert_eq!(run.code, Some(2));
    let why = "tls: failed to verify certificate: certificate signed by unknown authority";
    assert!(run.stderr.contains(why), "{}", run.stderr);
    let insecure = url.replace("https:", "https+insecure:");
    for words in [&["-tls_ca=ca.pem", &url][..], &[&insecure]] {
        let run = top(&sandbox, words);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let mut command = sandbox.command();
    command.args(["-top", "-symbolize=none", &url]).env("SSL_CERT_FILE", "ca.pem");
    let run = Run::from(command.output().unwrap());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn a_client_shows_its_certificate() {
    let (authority, sandbox) = (Authority::new(), Sandbox::new());
    let server = Server::encrypted(&authority, true, serve);
    let ((certificate, key), (_, other)) = (authority.issue(), authority.issue());
    sandbox.write("ca.pem", authority.pem().as_bytes());
    sandbox.write("c.pem", certificate.pem().as_bytes());
    sandbox.write("k.pem", key.serialize_pem().as_bytes());
    sandbox.write("other.pem", other.serialize_pem().as_bytes());
    let url = format!("https://{}/heap", server.address);
    let run = |words: &[&str]| top(&sandbox, &[&["-tls_ca=ca.pem"], words, &[&url]].concat());
    let shown = run(&["-tls_cert=c.pem", "-tls_key=k.pem"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert_eq!(run(&[]).code, Some(2));
    let could_not = "could not load certificate/key pair specified by -tls_cert and -tls_key: ";
    for key in ["-tls_key=other.pem", "-tls_key=ca.pem", "-tls_key=none"] {
        let refused = run(&["-tls_cert=c.pem", key]);
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains(could_not), "{}", refused.stderr);
    }
    sandbox.write("empty.pem", b"");
    let refused = run(&["-tls_ca=empty.pem"]);
    assert!(refused.stderr.contains("could not load CA specified by -tls_ca: no certificate"));
}

#[test]
fn proxies_are_those_of_the_environment() {
    let (proxy, sandbox) = (Server::new(|_, out| respond(out, "502 Bad", "", b"")), Sandbox::new());
    let run = |name: &str, url: &str| {
        let mut command = sandbox.command();
        command.args(["-top", "-timeout=1", url]).env(name, &proxy.address);
        Run::from(command.output().unwrap())
    };
    assert_eq!(run("HTTPS_PROXY", "https://profiles.invalid/x").code, Some(2));
    assert!(proxy.heads()[0].starts_with("CONNECT profiles.invalid:443 "), "{:?}", proxy.heads());
    run("HTTP_PROXY", "https://profiles.invalid/x");
    run("ALL_PROXY", "https://profiles.invalid/x");
    run("HTTPS_PROXY", "https://127.0.0.1:1/x");
    assert_eq!(proxy.heads().len(), 1);
    run("HTTP_PROXY", "http://profiles.invalid/x");
    assert_eq!(proxy.heads().len(), 2);
}

#[test]
fn a_copy_holds_what_the_report_was_made_from() {
    let (server, sandbox) = (Server::new(serve), Sandbox::new());
    sandbox.write("p", &profile());
    let run = top(&sandbox, &["-add_comment=twice", &server.address, "p"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let copy = Profile::read(&sandbox.read(&format!("{COPY}.001.pb.gz"))).unwrap();
    assert_eq!(copy.samples.values(0), [8, 12 << 20, 6, 10 << 20]);
    assert_eq!(copy.text(copy.header.comments[0]), b"twice");
}
