//! The command `heapwise`: parse, run, exit code.
#![forbid(unsafe_code)]

mod machine;
mod output;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    match run::run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough: that is no failure.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}
