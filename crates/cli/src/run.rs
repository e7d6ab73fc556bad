//! One run of the program: a report, a shell, or help.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use heapwise_session::flag::{self, Asked, Said};
use heapwise_session::host::Host;
use heapwise_session::{Invocation, InvocationError, Voice, help, load};

use crate::delivery::Delivery;
use crate::machine::Machine;
use crate::{launch, output, pages, recover, shell};

/// The exit code of every error.
const FAILED: u8 = 2;

/// Does what the words after the name of the program ask for.
///
/// # Errors
/// When they ask for what cannot be done.
pub fn run(words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let words: Vec<OsString> = words.collect();
    if let Some(rest) = recover::asked(&words) {
        return recover::run(rest);
    }
    if let Some(rest) = launch::asked(&words) {
        return launch::run(rest);
    }
    match flag::read(words) {
        Ok(Asked::Help) => {
            output::note(&help::usage());
            Ok(ExitCode::SUCCESS)
        }
        Ok(Asked::Version) => say(&format!("heapwise {}", env!("CARGO_PKG_VERSION"))),
        Ok(Asked::Work(said)) => work(said, &Machine::default()),
        Err(error) => {
            output::note(&format!("{error}\n{}", help::usage()));
            Ok(ExitCode::from(FAILED))
        }
    }
}

fn say(text: &str) -> Result<ExitCode> {
    let mut out = output::stdout();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn work(said: Said, host: &dyn Host) -> Result<ExitCode> {
    if let Some(topic) = help_topic(&said, host) {
        return explain(&topic);
    }
    let invocation = Invocation::new(said).inspect_err(|error| {
        if *error == InvocationError::NoSource {
            output::note(&help::usage());
        }
    })?;
    invocation.notes.iter().for_each(|note| output::note(note));
    let loaded = load(&invocation, host)?;
    if !invocation.fetch.http.is_empty() {
        pages::serve(loaded, invocation)?;
        return Ok(ExitCode::SUCCESS);
    }
    match &invocation.report {
        Some(report) => {
            let delivery = Delivery::new(&loaded, host, Voice::CommandLine);
            delivery.deliver(report, &invocation.options)?;
        }
        None => {
            let loaded = loaded.as_written();
            shell::run(invocation.options, &Delivery::new(&loaded, host, Voice::Shell))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The topic of `heapwise help [topic]`, empty if there is none. A file named `help` is a profile.
fn help_topic(said: &Said, host: &dyn Host) -> Option<String> {
    let (first, rest) = said.words.split_first()?;
    let asked = first == "help" && said.values.is_empty() && host.stat(first.as_ref()).is_err();
    asked.then(|| rest.join(" ".as_ref()).to_string_lossy().trim_start_matches('-').to_owned())
}

fn explain(topic: &str) -> Result<ExitCode> {
    let usage = || topic.is_empty().then(help::usage);
    match usage().or_else(|| help::document(topic)).or_else(|| help::topic(topic)) {
        Some(text) => say(&text),
        None => {
            output::note(&format!("no help on {topic:?}: `heapwise help` lists what there is"));
            Ok(ExitCode::from(FAILED))
        }
    }
}
