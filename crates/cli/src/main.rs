//! The command `heapwise`: parse, run, exit code.
#![forbid(unsafe_code)]

mod child;
mod delivery;
mod hints;
mod http_client;
mod launch;
mod local_zone;
mod machine;
mod output;
mod pages;
mod progress;
mod recording;
mod recover;
mod run;
mod shell;
mod viewer;

use std::process::ExitCode;

fn main() -> ExitCode {
    match run::run(std::env::args_os().skip(1)) {
        Ok(code) => code,
        // Whoever reads the output has seen enough: that is no failure.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&error.to_string());
            ExitCode::from(2)
        }
    }
}
