//! On Linux: the library goes into the program by the dynamic loader's `LD_PRELOAD`.

mod library;
mod outcome;
mod program;
mod refusal;
mod scratch;
mod shebang;
mod supervise;

use std::env;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result, bail};

use super::request::Request;
use crate::output;
use library::Library;
use program::Program;
use refusal::Refusal;
use scratch::Scratch;
use supervise::Signals;

/// Starts the program, waits for its end, and writes the profile.
///
/// # Errors
/// When it cannot be started with the library in it.
pub fn launch(request: &Request) -> Result<ExitCode> {
    match Program::find(&request.program) {
        Ok(program) => watch(&program, request),
        Err(refusal) => Ok(refuse(&refusal)),
    }
}

fn refuse(refusal: &Refusal) -> ExitCode {
    output::note(&format!("heapwise: {refusal}"));
    ExitCode::from(refusal.exit_code())
}

fn watch(program: &Program, request: &Request) -> Result<ExitCode> {
    check_writable(&request.output)?;
    let library = Library::provide().context("no place for the library")?;
    let scratch = Scratch::new().context("no place for the recording")?;
    // From here on: a signal that comes before the program is there waits for it.
    let signals = Signals::hold()?;
    let mut command = command(program, &library, &scratch, request);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(refuse(&Refusal::of_start(&program.path, &error))),
    };
    if let (Some(note), false) = (program.note(), request.quiet) {
        output::note(&format!("heapwise: {note}"));
    }
    let status = signals.wait(&mut child).context("the program was started and lost")?;
    outcome::tell(request, scratch);
    Ok(exit_code(status))
}

/// Says before the program is started that what it will take long to record could not be written.
fn check_writable(output: &Path) -> Result<()> {
    if output.is_dir() {
        bail!("{}: is a directory", output.display());
    }
    if output.metadata().is_ok_and(|found| !found.is_file()) {
        return Ok(()); // a device or a pipe
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    // A file without a name, of which nothing is left.
    let file = tempfile::tempfile_in(folder.unwrap_or(Path::new(".")));
    file.map(drop).with_context(|| format!("{}: nothing can be written there", output.display()))
}

fn command(program: &Program, library: &Library, scratch: &Scratch, request: &Request) -> Command {
    let mut command = Command::new(&program.path);
    command.arg0(&request.program).args(&request.arguments);
    let mut preload = library.path().as_os_str().to_owned();
    match env::var_os("LD_PRELOAD") {
        Some(outer) => {
            preload.push(":");
            preload.push(&outer);
            command.env("HEAPWISE_PRELOAD_OUTER", outer);
        }
        None => {
            command.env_remove("HEAPWISE_PRELOAD_OUTER");
        }
    }
    command.env("LD_PRELOAD", preload).env("HEAPWISE_PRELOAD_FILE", scratch.recording());
    match request.interval {
        Some(interval) => command.env("HEAPWISE_PRELOAD_INTERVAL", interval.to_string()),
        None => command.env_remove("HEAPWISE_PRELOAD_INTERVAL"),
    };
    command
}

/// What shells make of the end of a program.
fn exit_code(status: ExitStatus) -> ExitCode {
    let by_signal = || status.signal().map(|signal| 128 + signal);
    let code = status.code().or_else(by_signal).and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(u8::MAX))
}
