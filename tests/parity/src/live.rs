//! Running programs: both tools fetch their profiles, show them and keep copies.
//!
//! No two fetches give the same profile. So each tool shows what it fetched, and the other one must show
//! the same of the copy that the first one kept. The names of the copies must be the same, too.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::difference;
use crate::pages;
use crate::setup::Setup;
use crate::tool::{self, Answer};

/// Flags, and sources with `HOST` for where the program listens.
type Sources = (&'static [&'static str], &'static [&'static str]);

/// A program that lives, and what is asked of it.
struct Program {
    /// The name of the test.
    name: &'static str,
    /// Where the program is.
    path: fn(&Setup) -> PathBuf,
    /// How it is told to serve its profiles, until its standard input ends.
    words: &'static [&'static str],
    fetches: &'static [Sources],
    /// What no tool can show.
    refused: &'static [&'static str],
    /// A function that stands in whatever is shown of memory; nothing if there is none.
    shows: &'static str,
    /// The same of processor time.
    shows_cpu: &'static str,
    /// What else there is to find, with both tools, at this address.
    finds: fn(&Setup, &str) -> Result<(), String>,
}

impl Program {
    /// What must be shown of these sources: of an address without a path, tools ask for a CPU profile.
    fn shown_of(&self, sources: &[String]) -> &'static str {
        let asks_for = |name: &str| sources.iter().any(|source| source.contains(name));
        match () {
            () if asks_for("/threads") => "",
            () if asks_for("/profile") || !asks_for("/") => self.shows_cpu,
            () => self.shows,
        }
    }
}

const PROGRAMS: [Program; 2] = [
    Program {
        name: "live/go/server",
        path: |setup| setup.go_profiles.join("server/server"),
        words: &["serve"],
        fetches: GO_FETCHES,
        refused: GO_REFUSED,
        shows: "",
        shows_cpu: "",
        finds: |_, _| Ok(()),
    },
    Program {
        name: "live/rust/service",
        path: |setup| setup.rust_programs.join("service"),
        words: &["127.0.0.1:0", "4096"],
        fetches: RUST_FETCHES,
        refused: RUST_REFUSED,
        shows: "log_in",
        shows_cpu: "search",
        finds: leak,
    },
];

const GO_FETCHES: &[Sources] = &[
    (&["-top"], &["http://HOST/debug/pprof/heap"]),
    (&["-top", "-alloc_space"], &["HOST/debug/pprof/heap"]),
    (&["-tree"], &["http://HOST/debug/pprof/allocs"]),
    (&["-traces"], &["http://HOST/debug/pprof/goroutine"]),
    (&["-peek=."], &["http://HOST/debug/pprof/mutex"]),
    (&["-top", "-mean_delay"], &["http://HOST/debug/pprof/block"]),
    (&["-raw"], &["http://HOST/debug/pprof/threadcreate"]),
    (&["-top", "-symbolize=none"], &["http://HOST/debug/pprof/goroutine?debug=1"]),
    (&["-top"], &["http://HOST/debug/pprof/profile?seconds=2"]),
    (&["-top", "-cum", "-seconds=1"], &["HOST"]),
    (&["-top", "-seconds=1"], &["http://HOST/debug/pprof/heap"]),
    (&["-top"], &["http://HOST/debug/pprof/heap", "http://HOST/debug/pprof/heap"]),
    (
        &["-top", "-alloc_space", "-base=http://HOST/debug/pprof/heap"],
        &["http://HOST/debug/pprof/heap"],
    ),
    (
        &["-top", "-alloc_objects", "-diff_base=HOST/debug/pprof/heap"],
        &["http://HOST/debug/pprof/heap"],
    ),
];

const GO_REFUSED: &[&str] = &[
    "http://HOST/debug/pprof/trace?seconds=1",
    "http://HOST/debug/pprof/cmdline",
    "http://HOST/debug/pprof/nothing",
    "http://HOST/debug/pprof/goroutine?debug=2",
    // It has no names, and the server wants to be asked for them in another way.
    "http://HOST/debug/pprof/goroutine?debug=1",
];

/// What leaks is a small part of all that is allocated, and a smaller one with every search.
const ALL: &str = "-nodefraction=0";

const RUST_FETCHES: &[Sources] = &[
    (&["-top"], &["http://HOST/debug/pprof/heap"]),
    (&["-top", "-cum", "-alloc_space", ALL], &["HOST/debug/pprof/heap"]),
    (&["-tree", ALL, "-nodecount=10000"], &["http://HOST/debug/pprof/allocs"]),
    (&["-traces", "-inuse_objects"], &["http://HOST/debug/pprof/allocs?gc=1"]),
    (&["-raw"], &["http://HOST/debug/pprof/heap?peak=1"]),
    (&["-peek=log_in"], &["http://HOST/debug/pprof/delta_heap"]),
    (&["-tags"], &["http://HOST/debug/pprof/heap"]),
    (&["-tags", "-alloc_objects"], &["http://HOST/debug/pprof/allocs?seconds=1"]),
    (&["-top", "-cum", "-tagfocus=route=log_in"], &["http://HOST/debug/pprof/heap"]),
    (&["-traces", "-tagfocus=tenant=bee"], &["http://HOST/debug/pprof/heap"]),
    (&["-top", "-cum", "-tagroot=tenant,route"], &["http://HOST/debug/pprof/heap"]),
    (
        &[
            "-tree",
            ALL,
            "-nodecount=10000",
            "-tagignore=route=search",
            "-tagshow=tenant",
            "-tagleaf=tenant",
        ],
        &["http://HOST/debug/pprof/allocs"],
    ),
    (&["-top"], &["http://HOST/debug/pprof/heap?debug=1"]),
    (&["-top", "-cum", "-seconds=1"], &["http://HOST/debug/pprof/heap"]),
    (&["-top", "-cum", ALL], &["http://HOST/debug/pprof/allocs?seconds=1"]),
    (&["-top", ALL], &["http://HOST/debug/pprof/heap", "http://HOST/debug/pprof/allocs"]),
    (&["-top", "-cum"], &["http://HOST/debug/pprof/profile?seconds=2"]),
    (&["-peek=search", "-seconds=1"], &["HOST"]),
    (&["-traces", "-sample_index=samples"], &["http://HOST/debug/pprof/profile?seconds=1"]),
    (&["-raw"], &["http://HOST/debug/pprof/threads"]),
    (&["-traces"], &["http://HOST/debug/pprof/threads?debug=1"]),
    (
        &["-top", "-cum", "-alloc_space", "-base=http://HOST/debug/pprof/heap"],
        &["http://HOST/debug/pprof/heap"],
    ),
    (
        &["-top", "-cum", "-alloc_objects", "-diff_base=HOST/debug/pprof/heap"],
        &["http://HOST/debug/pprof/heap"],
    ),
];

const RUST_REFUSED: &[&str] = &[
    "http://HOST/debug/pprof/profile?seconds=no",
    "http://HOST/debug/pprof/goroutine",
    "http://HOST/debug/pprof/heap?seconds=no",
    "http://HOST/debug/pprof/cmdline",
    "http://HOST/debug/pprof/nothing",
];

/// A test for each program.
pub fn trials(setup: &Setup) -> Vec<Trial> {
    let trial = |program: Program| {
        let setup = setup.clone();
        Trial::test(program.name, move || judge(&program, &setup).map_err(Failed::from))
    };
    PROGRAMS.into_iter().map(trial).collect()
}

/// Fetches everything from a running program with both tools. The error says which fetch went wrong,
/// or what differs.
fn judge(program: &Program, setup: &Setup) -> Result<(), String> {
    let server = Server::start(&(program.path)(setup), program.words)?;
    let place = |text: &&str| text.replace("HOST", &server.address);
    for (number, (flags, sources)) in program.fetches.iter().enumerate() {
        let flags: Vec<String> = flags.iter().map(place).collect();
        let sources: Vec<String> = sources.iter().map(place).collect();
        let name = format!("{}/{number}", program.name);
        let shows = program.shown_of(&sources);
        let fetch = Fetch { setup, name, flags, sources, shows };
        fetch.judge().map_err(|how| format!("{:?} {:?}: {how}", fetch.flags, fetch.sources))?;
    }
    program.refused.iter().map(place).try_for_each(|source| refused(setup, &source))?;
    (program.finds)(setup, &place(&"http://HOST/debug/pprof/heap"))?;
    [&setup.reference, &setup.ours].into_iter().try_for_each(|tool| {
        on_a_page(tool, &place(&"http://HOST/debug/pprof/heap"), program.shows, setup)
    })
}

/// The handler that leaks is found by what it was labelled with, and then by its stack; of the other
/// routes, nothing goes through it.
fn leak(setup: &Setup, source: &str) -> Result<(), String> {
    let folder = setup.scratch.join("live/leak");
    let has_row =
        |text: &str| text.lines().any(|line| line.contains('%') && line.ends_with("log_in"));
    for tool in [&setup.reference, &setup.ours] {
        let ask = |flags: &[&str]| {
            let answer = run(setup, tool, &[flags, &[source]].concat(), &folder)?;
            Ok::<_, String>(String::from_utf8_lossy(&answer.output).into_owned())
        };
        let largest = ask(&["-tags", "-tagshow=route"])?;
        let by_stack = ask(&["-top", "-cum", "-tagfocus=route=log_in"])?;
        let others = ask(&["-top", "-cum", "-tagignore=route=log_in"])?;
        let is_found = largest.lines().nth(1).is_some_and(|line| line.ends_with(": log_in"))
            && has_row(&by_stack)
            && !has_row(&others);
        if !is_found {
            return Err(format!("{}:\n{largest}\n{by_stack}\n{others}", tool.display()));
        }
    }
    Ok(())
}

/// A tool must fetch what it shows on web pages, too.
fn on_a_page(tool: &Path, source: &str, shows: &str, setup: &Setup) -> Result<(), String> {
    let page = pages::server::Server::start(tool, &[], Path::new(source), setup)?.get("/ui/top")?;
    if page.status == 200 && page.body.contains(shows) {
        return Ok(());
    }
    Err(format!("{} -http {source}: {} without {shows}", tool.display(), page.status))
}

/// A program that ends when its standard input does.
#[derive(Debug)]
struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Starts it, and takes from its first line where it listens: an address, or one of a page.
    fn start(program: &Path, words: &[&str]) -> Result<Self, String> {
        let fail = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(fail)?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(fail)?;
        }
        let address = line.trim_end().trim_start_matches("http://");
        let address = address.split_once('/').map_or(address, |(address, _)| address).to_owned();
        Ok(Self { process, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It has nothing left to do; how it ends is no matter.
        let _ = self.process.wait();
    }
}

/// One command line that fetches.
struct Fetch<'a> {
    setup: &'a Setup,
    /// The folder for what is kept.
    name: String,
    flags: Vec<String>,
    sources: Vec<String>,
    shows: &'a str,
}

/// What one tool showed, and the copy that it kept.
struct Fetched {
    answer: Answer,
    copy: PathBuf,
}

impl Fetch<'_> {
    fn judge(&self) -> Result<(), String> {
        let (reference, ours) = (&self.setup.reference, &self.setup.ours);
        let theirs = self.by(reference, "theirs")?;
        let own = self.by(ours, "ours")?;
        if theirs.copy.file_name() != own.copy.file_name() {
            return Err(format!("copies: {} and {}", theirs.copy.display(), own.copy.display()));
        }
        // Base and source are fetched at the same moment: there may be nothing between them.
        let has_base = self.flags.iter().any(|flag| flag.contains("base="));
        for answer in [&theirs.answer, &own.answer].into_iter().filter(|_| !has_base) {
            let text = String::from_utf8_lossy(&answer.output);
            if !text.contains(self.shows) {
                return Err(format!("{} is not in:\n{text}", self.shows));
            }
        }
        self.shown_again(&theirs, ours)?;
        self.shown_again(&own, reference)
    }

    fn by(&self, tool: &Path, name: &str) -> Result<Fetched, String> {
        let folder = self.setup.scratch.join(&self.name).join(name);
        let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(fail)?;
        }
        let words: Vec<&str> = self.flags.iter().chain(&self.sources).map(String::as_str).collect();
        let answer = run(self.setup, tool, &words, &folder)?;
        let copies = fs::read_dir(&folder).map_err(fail)?;
        let copies: Vec<PathBuf> = copies.filter_map(|entry| Some(entry.ok()?.path())).collect();
        match &copies[..] {
            [copy] if answer.code == 0 => Ok(Fetched { answer, copy: copy.clone() }),
            _ => Err(format!("{name} kept {copies:?}: {}", said(&answer))),
        }
    }

    /// Asks `tool` for what the other one fetched: without a base, which the copy has in it.
    fn shown_again(&self, fetched: &Fetched, tool: &Path) -> Result<(), String> {
        let flags = self.flags.iter().map(String::as_str).filter(|flag| !flag.contains("base="));
        let copy = fetched.copy.to_string_lossy();
        let words: Vec<&str> = flags.chain([&*copy]).collect();
        let again = run(self.setup, tool, &words, &self.setup.scratch)?;
        if again.output == fetched.answer.output {
            return Ok(());
        }
        let how = difference::between(&fetched.answer.output, &again.output);
        Err(format!("{} shows {copy} otherwise: {how}", tool.display()))
    }
}

/// Both tools must say why, in the same words as far as the reference has any.
fn refused(setup: &Setup, source: &str) -> Result<(), String> {
    let folder = setup.scratch.join("live/refused");
    let ask = |tool: &Path| run(setup, tool, &["-top", source], &folder);
    let (theirs, ours) = (ask(&setup.reference)?, ask(&setup.ours)?);
    let agree = theirs.code == ours.code && theirs.output == ours.output && theirs.code != 0;
    let lacking = said(&theirs);
    let lacking = lacking.lines().find(|line| !said(&ours).contains(line));
    match lacking {
        None if agree => Ok(()),
        _ => Err(format!("{source}:\n{}{}", said(&theirs), said(&ours))),
    }
}

fn run(setup: &Setup, tool: &Path, words: &[&str], copies: &Path) -> Result<Answer, String> {
    let mut command = Command::new(tool);
    command.args(words).current_dir(&setup.working_folder).env_clear();
    command.env("TZ", "UTC").env("PATH", "/usr/bin:/bin").env("PPROF_TMPDIR", copies);
    tool::run(&mut command, "").map_err(|error| format!("{}: {error}", tool.display()))
}

fn said(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.messages).into_owned()
}
