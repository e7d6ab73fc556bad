//! The same words through `go tool pprof` and ours: same bytes, same exit code.
//!
//! `cargo xtask test --only parity` sets everything up; a filter picks tests out.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a test program ends with the numbers that it is about")]

use std::path::PathBuf;
use std::process::ExitCode;

use heapwise_parity::{Bench, Setup, trials};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().collect();
    let profiles = taken(&mut words, "--profiles").map(PathBuf::from);
    let is_whole = profiles.is_none();
    let arguments = Arguments::from_iter(words);
    let setup = Setup::from_environment().map(|setup| Setup { profiles, ..setup });
    match setup.and_then(|setup| trials(&setup)) {
        Err(message) => {
            println!("{message}");
            ExitCode::FAILURE
        }
        Ok((bench, trials)) => conclude(&bench, &arguments, trials, is_whole),
    }
}

/// Takes `name VALUE` out of the words and returns the value.
fn taken(words: &mut Vec<String>, name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name)?;
    words.remove(at);
    (at < words.len()).then(|| words.remove(at))
}

fn conclude(bench: &Bench, arguments: &Arguments, trials: Vec<Trial>, is_whole: bool) -> ExitCode {
    let conclusion = libtest_mimic::run(arguments, trials);
    if arguments.list {
        return ExitCode::SUCCESS;
    }
    println!("{}", bench.tally);
    let whole = is_whole && arguments.filter.is_none() && arguments.skip.is_empty();
    let stale = if whole { bench.tally.stale() } else { Vec::new() };
    for exception in &stale {
        println!("exception `{exception}` no longer differs anywhere: remove it");
    }
    if conclusion.has_failed() || !stale.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
