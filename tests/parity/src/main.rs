//! The same words through `go tool pprof` and ours: same bytes, same exit code.
//!
//! ```text
//! inputs (Go programs, synthetic, corpus) x commands x options -> cases
//! case -> reference (remembered) | ours -> compare -> equal | exception | different
//! ```
//!
//! One test is one command on one input, with every option; it is named `COMMAND/INPUT`, so that a
//! filter picks it out. `cargo xtask test --only parity` sets everything up.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a test program ends with the numbers that it is about")]

mod case;
mod compare;
mod difference;
mod exceptions;
mod inputs;
mod matrix;
mod memory;
mod setup;
mod synthetic;
mod tally;
mod tool;
mod zone;

use std::process::ExitCode;
use std::sync::Arc;

use case::Case;
use compare::Bench;
use libtest_mimic::{Arguments, Failed, Trial};
use setup::Setup;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match Setup::from_environment().and_then(|setup| trials(&setup)) {
        Err(message) => {
            println!("{message}");
            ExitCode::FAILURE
        }
        Ok((bench, trials)) => conclude(&bench, &arguments, trials),
    }
}

fn conclude(bench: &Bench, arguments: &Arguments, trials: Vec<Trial>) -> ExitCode {
    let conclusion = libtest_mimic::run(arguments, trials);
    let whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    if !arguments.list {
        println!("{}", bench.tally);
    }
    let stale = if whole { bench.tally.stale() } else { Vec::new() };
    for exception in &stale {
        println!("exception `{exception}` no longer differs anywhere: remove it");
    }
    if conclusion.has_failed() || !stale.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One test for each command and input.
fn trials(setup: &Setup) -> Result<(Arc<Bench>, Vec<Trial>), String> {
    let inputs = inputs::all(setup)?;
    exceptions::documented(&setup.root)?;
    let bench = Arc::new(Bench::new(setup)?);
    let mut groups: Vec<(String, Vec<Case>)> = inputs.iter().flat_map(matrix::groups).collect();
    groups.extend(matrix::shared::groups(setup)?);
    let trial = |(name, cases): (String, Vec<Case>)| {
        let bench = Arc::clone(&bench);
        let test = name.clone();
        Trial::test(name, move || bench.judge(&test, &cases).map_err(Failed::from))
    };
    let trials = groups.into_iter().map(trial).collect();
    Ok((Arc::clone(&bench), trials))
}
