//! Profiles for whoever asks over HTTP: the paths below `/debug/pprof/` that `go tool pprof`,
//! scrapers and people know from Go programs.
//!
//! ```no_run
//! # #[cfg(feature = "server")]
//! # fn main() -> std::io::Result<()> {
//! let server = heapwise::http::serve("127.0.0.1:6060")?; // until it is dropped
//! println!("go tool pprof http://{}/debug/pprof/heap", server.local_addr());
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "server"))]
//! # fn main() {}
//! ```
//!
//! Needs the feature `http`; `serve` and what belongs to it need the feature `server`, `router` the
//! feature `axum`.
//!
//! ```text
//! request -> route -> memory | cpu | threads | index | .. | why not -> response  plain functions
//! socket -> server -> guard -> request                                           feature `server`
//! axum's Router -> request                                                       feature `axum`
//! ```
//!
//! # In a server of your own
//!
//! [`respond`] takes a request and may take as long as the request asks for (`?seconds=30`). Where that must not block, [`answer`] hands back what there
//! is to do after the wait:
//!
//! ```
//! use heapwise::http::{Answer, answer};
//!
//! let request = http::Request::get("/debug/pprof/heap?seconds=1").body("").unwrap();
//! let response = match answer(&request) {
//!     Answer::Now(response) => response,
//!     Answer::After(pending) => {
//!         std::thread::sleep(pending.wait()); // or, say, tokio::time::sleep(..).await
//!         pending.finish()
//!     }
//! };
//! assert_eq!(response.status(), 200);
//! ```
//!
//! Both [`answer`] and [`Pending::finish`] may compute for a while where a program has very many
//! stacks: an executor wants them on a thread that may block. Who may ask is for the server to decide:
//! a profile tells paths, addresses and labels.
//!
//! # What is served
//!
//! * `heap` and `allocs` have exactly the four sample types of Go. `alloc_*` counts from the start
//!   of the program and never falls, for any stack; so whoever scrapes can take differences. The label
//!   `bytes` is the largest power of two that is not larger than the objects: means, as in a profile
//!   in a file, change with time, and what is counted under one would start anew under another.
//!   With `?peak=1` the two types of the peak come along.
//! * `?seconds=N` on either: `alloc_*` is what was allocated in these seconds, `inuse_*` is what is
//!   in use at their end. Go subtracts both. At most 3600 seconds, and 8 at a time.
//! * `delta_heap`: `alloc_*` since the last time that anyone asked for it, `inuse_*` of now.
//! * `profile`: a CPU profile of the next `?seconds=` (30), as by [`cpu::start`](crate::cpu::start). While
//!   another is being taken, 503. Where the program has a handler for `SIGPROF` of its own, 500.
//! * `threads`: a sample for each thread, labelled with its name (`thread`) and number (`thread_id`), with
//!   where it is. `?debug=1` and `?debug=2` as text, the second for people. A thread that does not answer
//!   within a second is there without a stack, and named in a comment.
//! * `?debug=1`: text, which `go tool pprof` reads too, without names of functions.
//! * `?symbolize=1` on profiles, with the feature `symbolize`: functions and lines are in them. `symbol`
//!   has the names of functions then, for tools that ask for them.
//! * Under their names, the [profiles of the program's own](crate::custom), as they are now.
//! * `?gc=1` changes nothing: a profile is of now, and there is no collector to run.
//!
//! No path of a request is opened, and but for where `delta_heap` begins no request changes anything.

#[cfg(feature = "axum")]
mod axum;
mod encoded;
mod index;
mod legacy_text;
pub(crate) mod memory;
mod pending;
mod place;
mod query;
mod reply;
mod route;
#[cfg(feature = "server")]
mod server;
mod symbol;
mod threads;

use ::http::{Request, Response};

#[cfg(feature = "axum")]
pub use axum::router;
pub use pending::{Answer, Pending};
#[cfg(feature = "server")]
pub use server::{Options, Server, serve};

/// Answers a request below `/debug/pprof/`, at once or after a wait.
///
/// The body is looked at where one asks for names of addresses (`POST /debug/pprof/symbol`, at most
/// 1 MiB); for everything else it may be left out.
///
/// The response is the whole answer but for what belongs to the connection (`Content-Length`, `Date`).
/// That to a HEAD request has no body. What goes wrong is a response too, with the reason as text.
///
/// ```
/// use heapwise::http::{Answer, answer};
///
/// let request = http::Request::get("/debug/pprof/goroutine").body("").unwrap();
/// let Answer::Now(response) = answer(&request) else { panic!("nothing to wait for") };
/// assert_eq!(response.status(), 404);
/// assert!(response.body().starts_with(b"A Rust program has no goroutines")); // and what there is
/// ```
pub fn answer<B: AsRef<[u8]>>(request: &Request<B>) -> Answer {
    let body = request.body().as_ref();
    route::answer(request.method(), request.uri(), request.headers(), body)
}

/// As [`answer`], and waits as long as the request asks for: up to an hour.
///
/// ```
/// let request = http::Request::get("/debug/pprof/allocs").body("").unwrap();
/// let response = heapwise::http::respond(&request);
/// assert_eq!(response.headers()["content-type"], "application/octet-stream");
/// std::fs::write(std::env::temp_dir().join("allocs.pb.gz"), response.body()).unwrap();
/// ```
#[must_use]
pub fn respond<B: AsRef<[u8]>>(request: &Request<B>) -> Response<Vec<u8>> {
    match answer(request) {
        Answer::Now(response) => response,
        Answer::After(pending) => {
            std::thread::sleep(pending.wait());
            pending.finish()
        }
    }
}

/// Every name that is served, or is known and not served.
#[cfg(test)]
pub(crate) fn endpoint_names() -> impl Iterator<Item = &'static str> {
    route::ENDPOINTS.iter().map(|endpoint| endpoint.name)
}

#[cfg(test)]
mod tests;
