//! From the address of a request to who answers it: one row an endpoint.

use std::ffi::OsString;
use std::time::Duration;

use ::http::{HeaderMap, Method, Response, StatusCode, Uri};

use super::pending::{Answer, Pending};
use super::query::Query;
use super::reply::{self, Refused};
use super::{encoded, index, memory, symbol, threads};
use crate::custom;
use crate::fork_lock::ForkLock;
use crate::go_heap::{Baseline, Wanted};

/// Where everything is.
const ROOT: &str = "/debug/pprof/";

/// What can be asked for, by the last part of the address.
#[derive(Debug)]
pub struct Endpoint {
    /// The last part of the address.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Who answers.
    pub kind: Kind,
}

/// Who answers.
#[derive(Debug)]
pub enum Kind {
    /// A profile of memory. Saved under the first name; a difference under the second.
    Memory {
        /// The name of the sample type that is shown first.
        shown_first: &'static str,
        /// The name of a file for a difference.
        delta_file: &'static str,
    },
    /// Memory since the last time that anyone asked.
    SinceLast,
    /// A CPU profile.
    Cpu,
    /// Where each thread is.
    Threads,
    /// The words of the command line.
    CommandLine,
    /// The names of addresses.
    Symbols,
    /// Nobody; why, and what to do.
    Absent,
}

/// Every endpoint, as the index shows them.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        name: "heap",
        about: "What holds memory now, by the stack that allocated it: for a program that is too \
                large, or grows.",
        kind: Kind::Memory { shown_first: "inuse_space", delta_file: "heap-delta" },
    },
    Endpoint {
        name: "allocs",
        about: "The same, but shows first what was allocated since the start, freed or not: for a \
                program that allocates too often. What scrapers ask for.",
        kind: Kind::Memory { shown_first: "alloc_space", delta_file: "allocs-delta" },
    },
    Endpoint {
        name: "delta_heap",
        about: "What was allocated since anyone last asked for this, and what is in use: for one \
                scraper that takes no differences itself. Each look starts the next difference.",
        kind: Kind::SinceLast,
    },
    Endpoint {
        name: "profile",
        about: "Where the program spends processor time in the next 30 seconds, or as many as \
                ?seconds= says: for a program that is slow. One at a time.",
        kind: Kind::Cpu,
    },
    Endpoint {
        name: "threads",
        about: "Where each thread is at this moment: for a program that hangs, or has more threads \
                than it should. Every thread is interrupted by a signal for that.",
        kind: Kind::Threads,
    },
    Endpoint {
        name: "cmdline",
        about: "The words of the command line, separated by zero bytes.",
        kind: Kind::CommandLine,
    },
    Endpoint { name: "symbol", about: symbol::ABOUT, kind: Kind::Symbols },
    Endpoint {
        name: "goroutine",
        about: "A Rust program has no goroutines; its threads are in threads. A scraper needs \
                profile.goroutine off (Alloy) or goroutine off (Parca).",
        kind: Kind::Absent,
    },
    Endpoint {
        name: "block",
        about: "Waiting is not recorded by this program. A scraper needs profile.block off (Alloy) \
                or block off (Parca).",
        kind: Kind::Absent,
    },
    Endpoint {
        name: "mutex",
        about: "Contention is not recorded by this program. A scraper needs profile.mutex off \
                (Alloy) or mutex off (Parca).",
        kind: Kind::Absent,
    },
    Endpoint {
        name: "threadcreate",
        about: "Where threads were started is not recorded by this program. Where they are now is in \
                threads.",
        kind: Kind::Absent,
    },
    Endpoint {
        name: "trace",
        about: "A trace of execution is something that only Go programs have.",
        kind: Kind::Absent,
    },
];

/// Answers a request of which these are the parts.
pub fn answer(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
    let is_head = method == Method::HEAD;
    let answer = found(method, uri, headers, body).unwrap_or_else(|why| Answer::Now(why.into()));
    match answer {
        Answer::Now(mut response) if is_head => {
            response.body_mut().clear();
            Answer::Now(response)
        }
        other => other,
    }
}

/// The answer, or why there is none.
fn found(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Answer, Refused> {
    let path = uri.path();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if path == ROOT.trim_end_matches('/') {
        return Ok(Answer::Now(reply::moved("pprof/")));
    }
    let name = path.strip_prefix(ROOT).ok_or_else(nothing_here)?;
    if name.is_empty() {
        if !reads {
            return Err(Refused::method("GET, HEAD"));
        }
        return Ok(Answer::Now(reply::page(index::page(headers))));
    }
    let query = Query::new(uri.query().unwrap_or(""));
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.name == name) else {
        let profile = custom::Profile::lookup(name).ok_or_else(nothing_here)?;
        return if reads {
            own(profile, method == Method::HEAD, query).map(Answer::Now)
        } else {
            Err(Refused::method("GET, HEAD"))
        };
    };
    match endpoint.kind {
        Kind::Symbols if method == Method::POST => symbol::answer(body).map(Answer::Now),
        Kind::Symbols if !reads => Err(Refused::method("GET, HEAD, POST")),
        _ if !reads => Err(Refused::method("GET, HEAD")),
        _ => read(endpoint, method == Method::HEAD, query, headers),
    }
}

fn read(
    endpoint: &Endpoint,
    is_head: bool,
    query: Query<'_>,
    headers: &HeaderMap,
) -> Result<Answer, Refused> {
    match endpoint.kind {
        Kind::Memory { shown_first, delta_file } => {
            let (peak, symbolize) = (query.is_on("peak"), symbolize(query)?);
            let wanted = Wanted { shown_first, peak, symbolize };
            heap(endpoint.name, delta_file, wanted, is_head, query)
        }
        Kind::SinceLast => {
            let symbolize = symbolize(query)?;
            let wanted = Wanted { symbolize, ..Wanted::new("inuse_space") };
            since_last(wanted, is_head, headers).map(Answer::Now)
        }
        Kind::Cpu => cpu(endpoint.name, is_head, query),
        Kind::Threads => threads(endpoint.name, is_head, query).map(Answer::Now),
        Kind::CommandLine => Ok(Answer::Now(reply::text(command_line()))),
        Kind::Symbols => symbol::answer(query.text().as_bytes()).map(Answer::Now),
        Kind::Absent => Err(Refused::new(StatusCode::NOT_FOUND, endpoint.about)),
    }
}

/// Whether functions and lines are wanted.
fn symbolize(query: Query<'_>) -> Result<bool, Refused> {
    let is_wanted = query.is_on("symbolize");
    if is_wanted && query.is_on("debug") {
        return Err(wrong("\"symbolize\" and \"debug\" cannot be asked for together".to_owned()));
    }
    if is_wanted && cfg!(not(feature = "symbolize")) {
        let why = "\"symbolize\" cannot be asked for: the program was built without the feature \
                   symbolize of the crate heapwise";
        return Err(wrong(why.to_owned()));
    }
    Ok(is_wanted)
}

/// A profile of memory, or of a difference. Who asks for the head only gets it without a profile being
/// made.
fn heap(
    file: &'static str,
    delta_file: &'static str,
    wanted: Wanted,
    is_head: bool,
    query: Query<'_>,
) -> Result<Answer, Refused> {
    let seconds = query.seconds().map_err(wrong)?;
    let as_text = query.is_on("debug");
    match seconds {
        Some(_) if as_text => {
            Err(wrong("\"seconds\" and \"debug\" cannot be asked for together".to_owned()))
        }
        Some(_) if is_head => Ok(Answer::Now(reply::profile(Vec::new(), delta_file))),
        Some(wait) => Pending::memory(wait, wanted, delta_file).map(Answer::After),
        None if is_head && as_text => Ok(Answer::Now(reply::text(Vec::new()))),
        None if is_head => Ok(Answer::Now(reply::profile(Vec::new(), file))),
        None if as_text => Ok(Answer::Now(reply::text(memory::text()?))),
        None => Ok(Answer::Now(reply::profile(memory::whole(wanted)?, file))),
    }
}

/// A CPU profile, of Go's 30 seconds unless told otherwise.
fn cpu(file: &'static str, is_head: bool, query: Query<'_>) -> Result<Answer, Refused> {
    let wait = query.seconds().map_err(wrong)?.unwrap_or(Duration::from_secs(30));
    if is_head {
        return Ok(Answer::Now(reply::profile(Vec::new(), file)));
    }
    Pending::cpu(wait, symbolize(query)?, file).map(Answer::After)
}

/// Where each thread is: a profile, text that tools read, or text for people, as with Go's goroutines.
fn threads(
    file: &'static str,
    is_head: bool,
    query: Query<'_>,
) -> Result<Response<Vec<u8>>, Refused> {
    match query.number("debug") {
        0 if is_head => Ok(reply::profile(Vec::new(), file)),
        0 => Ok(reply::profile(encoded::threads(symbolize(query)?)?, file)),
        _ if is_head => Ok(reply::text(Vec::new())),
        1 => Ok(reply::text(threads::text()?)),
        _ => Ok(reply::text(threads::long_text()?)),
    }
}

fn wrong(why: String) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, why)
}

/// A profile of the program's own: of now, and in one form.
fn own(
    profile: custom::Profile,
    is_head: bool,
    query: Query<'_>,
) -> Result<Response<Vec<u8>>, Refused> {
    if query.is_on("seconds") || query.is_on("debug") {
        let why = "\"seconds\" and \"debug\" are not supported for this profile";
        return Err(Refused::new(StatusCode::BAD_REQUEST, why));
    }
    let symbolize = symbolize(query)?;
    let bytes = if is_head { Vec::new() } else { encoded::own(profile, symbolize)? };
    Ok(reply::profile(bytes, profile.name()))
}

/// The one answer that is remembered: the next begins where it ended.
fn since_last(
    wanted: Wanted,
    is_head: bool,
    headers: &HeaderMap,
) -> Result<Response<Vec<u8>>, Refused> {
    static LAST: ForkLock<Option<Baseline>> = ForkLock::new(|| None);
    // A page of another site may make a browser ask; it must not take a scraper's difference away.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        let why = "permission denied: a page of another site asks for what can be had only once";
        return Err(Refused::new(StatusCode::FORBIDDEN, why));
    }
    let file = "delta_heap";
    if is_head {
        return Ok(reply::profile(Vec::new(), file));
    }
    let mut last = LAST.lock();
    let (bytes, next) = memory::since(last.as_ref(), wanted)?;
    *last = Some(next);
    Ok(reply::profile(bytes, file))
}

fn command_line() -> Vec<u8> {
    let words: Vec<Vec<u8>> = std::env::args_os().map(OsString::into_encoded_bytes).collect();
    words.join(&0)
}

fn nothing_here() -> Refused {
    let served = ENDPOINTS.iter().filter(|endpoint| !matches!(endpoint.kind, Kind::Absent));
    let own = custom::Profile::all().into_iter().map(|profile| profile.name());
    let names: Vec<&str> = served.map(|endpoint| endpoint.name).chain(own).collect();
    let why = format!("unknown profile; below {ROOT} there are: {}", names.join(", "));
    Refused::new(StatusCode::NOT_FOUND, why)
}
