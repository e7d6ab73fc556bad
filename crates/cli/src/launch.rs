//! `heapwise run -- PROGRAM`: the heap profile of a program that knows nothing of it.
//!
//! ```text
//! words -> request -> program, checked -> started with the library -> ended -> recording -> profile
//! ```

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod request;

#[cfg(not(target_os = "linux"))]
use elsewhere::launch;
#[cfg(target_os = "linux")]
use linux::launch;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use heapwise_session::help::subcommand;
use request::Asked;

use crate::output;

/// The words behind `run`, if that is the first. A file of that name is a profile, unless `--` follows.
pub fn asked(words: &[OsString]) -> Option<&[OsString]> {
    let (first, rest) = words.split_first()?;
    let starts_program = || rest.iter().any(|word| word == "--") || !Path::new("run").exists();
    (first == "run" && starts_program()).then_some(rest)
}

/// Does it. The exit code is the program's.
///
/// # Errors
/// When the program is not started.
pub fn run(words: &[OsString]) -> Result<ExitCode> {
    match request::read(words) {
        Ok(Asked::Help) => {
            output::note(&subcommand::RUN.text());
            Ok(ExitCode::SUCCESS)
        }
        // What is said beside what the program says tells who says it.
        Ok(Asked::Launch(request)) => launch(&request).map_err(|why| anyhow!("heapwise: {why}")),
        Err(wrong) => {
            output::note(&format!("{wrong}\n{}", subcommand::RUN.text()));
            Ok(ExitCode::from(2))
        }
    }
}
