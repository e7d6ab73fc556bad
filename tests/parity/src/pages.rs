//! The web pages of both tools on one profile: the numbers on every page must be equal.

mod numbers;
pub mod server;

use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};

use crate::difference;
use crate::setup::Setup;
use numbers::{PAGES, Page, SOURCE};
use server::Server;

/// What is asked of the pages: parameters behind the name of the page. Ties in tables of files and in call
/// trees have no order to agree on.
const PARAMETERS: &[&str] = &[
    "f=walk%7CLstat",
    "f=.",
    "f=main%5C.%7Cos%5C.&i=Lstat",
    "f=os%5C.&h=main&rel=t",
    "f=walk&g=lines&n=5",
    "f=walk&sort=cum&unit=kb",
    "f=walk&si=alloc_objects",
    "f=walk&si=alloc_space&trim=f",
    "f=walk&noinlines=t&dropneg=t",
    "s=filepath&sf=main",
    "",
];

/// The same for source: of a function without inlined calls, of which the reference knows the innermost
/// only.
const OF_SOURCE: &[&str] =
    &["f=main.down", "f=main.down&unit=kb", "f=main.down&si=alloc_objects&rel=t"];

/// One way to start the tools, and what to ask.
#[derive(Clone)]
struct Session {
    name: &'static str,
    flags: Vec<String>,
    profile: PathBuf,
    pages: &'static [Page],
    parameters: &'static [&'static str],
}

/// The tests of pages, one for each way to start them.
pub fn trials(setup: &Setup) -> Vec<Trial> {
    let (first, last) = ("walk/first-visit.pb.gz", "walk/last-visit.pb.gz");
    let profile = |name: &str| setup.go_profiles.join(name);
    let base = format!("-diff_base={}", profile(first).display());
    let session = |name, flags: &[&str], file: &str| Session {
        name,
        flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
        profile: profile(file),
        pages: PAGES,
        parameters: PARAMETERS,
    };
    let recursion = session("source", &[], "recursion/heap.pb.gz");
    let sessions = vec![
        session("profile", &[], last),
        session("comparison", &[&base], last),
        session("options", &["-alloc_space", "-nodecount=7"], last),
        Session { pages: SOURCE, parameters: OF_SOURCE, ..recursion },
    ];
    let trial = |session: Session| {
        let setup = setup.clone();
        let name = format!("pages/{}", session.name);
        Trial::test(name, move || judge(&setup, &session).map_err(Failed::from))
    };
    sessions.into_iter().map(trial).collect()
}

/// Asks both for every page with all parameters.
fn judge(setup: &Setup, session: &Session) -> Result<(), String> {
    let start = |tool| Server::start(tool, &session.flags, &session.profile, setup);
    let (theirs, ours) = (start(&setup.reference)?, start(&setup.ours)?);
    let mut compared = 0;
    for page in session.pages {
        for parameters in session.parameters {
            let fail = |how: String| format!("{}?{parameters}: {how}", page.name);
            let theirs = theirs.get(&format!("/ui/{}?{parameters}", page.name)).map_err(fail)?;
            let ours = ours.get(&format!("/ui/{}?{parameters}", page.ours)).map_err(fail)?;
            if theirs.status != ours.status {
                return Err(fail(format!("status {} and {}", theirs.status, ours.status)));
            }
            if theirs.status != 200 {
                continue;
            }
            let (theirs, ours) = ((page.of_theirs)(&theirs.body), (page.of_ours)(&ours.body));
            let (theirs, ours) = (theirs.map_err(fail)?, ours.map_err(fail)?);
            if theirs != ours {
                return Err(fail(difference::between(theirs.as_bytes(), ours.as_bytes())));
            }
            compared += usize::from(!theirs.is_empty());
        }
    }
    let least = session.pages.len() * session.parameters.len() / 2;
    if compared < least { Err(format!("only {compared} pages have numbers")) } else { Ok(()) }
}
