//! On Linux: the library goes into the program by the dynamic loader's `LD_PRELOAD`.

mod library;
mod outcome;
mod program;
mod refusal;
mod scratch;
mod shebang;
mod start;
mod supervise;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use heapwise_session::host::reason;

use super::request::Request;
use crate::output;
use library::Library;
use program::Program;
use refusal::Refusal;
use scratch::Scratch;
use start::Start;
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
    let library = Library::provide().map_err(|error| anyhow!("no library: {}", reason(&error)))?;
    let scratch = Scratch::new();
    let scratch = scratch.map_err(|error| anyhow!("no place to record to: {}", reason(&error)))?;
    // From here on: a signal that comes before the program is there waits for it.
    let signals = Signals::hold()?;
    let start = Start {
        path: &program.path,
        name: &request.program,
        arguments: &request.arguments,
        library: library.path(),
        recording: &scratch.recording(),
        interval: request.interval,
    };
    let process = match start.process(&signals.mask) {
        Ok(process) => process,
        Err(error) => return Ok(refuse(&Refusal::of_start(&program.path, &error))),
    };
    if let (Some(note), false) = (program.note(), request.quiet) {
        output::note(&format!("heapwise: {note}"));
    }
    let code = signals.wait(process)?;
    outcome::tell(request, scratch);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// Says before the program is started that what it will take long to record could not be written.
fn check_writable(output: &Path) -> Result<()> {
    if output.is_dir() {
        bail!("{}: is a directory", output.display());
    }
    if output.metadata().is_ok_and(|found| !found.is_file()) {
        return Ok(()); // a device or a pipe
    }
    // Where a link leads, it is to stay.
    let real = output.canonicalize().unwrap_or_else(|_| output.to_owned());
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty());
    // A file without a name, of which nothing is left.
    let file = tempfile::tempfile_in(folder.unwrap_or(Path::new(".")));
    file.map(drop).map_err(|error| anyhow!("{}: {}", output.display(), reason(&error)))
}
