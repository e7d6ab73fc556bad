//! Other programs, started without a shell: those that convert, and those that show.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use heapwise_session::host::Ran;

/// The most bytes of standard error that are kept.
const MOST_ERRORS: u64 = 4 << 10;

/// Runs `program` to its end; it reads `input`.
///
/// # Errors
/// When it cannot be started, or writes more than `limit` bytes.
pub fn run(program: &Path, arguments: &[OsString], input: Vec<u8>, limit: u64) -> io::Result<Ran> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // It may write before it has read all: both at once, so that neither waits for the other.
    let stdin = child.stdin.take();
    thread::spawn(move || {
        // What it does not read, it does not need; whether it failed, it says itself.
        stdin.map(|mut pipe| pipe.write_all(&input))
    });
    let ran = collect(&mut child, limit);
    if ran.is_err() {
        // It may have ended by itself; that is as good.
        let _ = child.kill();
        let _ = child.wait();
    }
    ran
}

fn collect(child: &mut Child, limit: u64) -> io::Result<Ran> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both are read at once: a program that fills one pipe waits until it is read.
    let errors = thread::spawn(move || {
        let mut kept = Vec::new();
        let Some(mut stderr) = stderr else { return kept };
        let read = stderr.by_ref().take(MOST_ERRORS).read_to_end(&mut kept);
        let drained = read.and_then(|_| io::copy(&mut stderr, &mut io::sink()));
        drained.map_or_else(|_| Vec::new(), |_| kept)
    });
    let mut output = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(limit.saturating_add(1)).read_to_end(&mut output)?;
    }
    if output.len() as u64 > limit {
        return Err(io::Error::other(format!("it wrote more than {limit} bytes")));
    }
    let success = child.wait()?.success();
    Ok(Ran { success, output, errors: errors.join().unwrap_or_default() })
}

/// Starts the first of `viewers` that there is, with the name of a file after its own words. What it
/// prints goes where ours goes.
///
/// # Errors
/// That of the last one, when none starts.
pub fn show(viewers: &[Vec<String>], file: &Path) -> Result<Child, String> {
    let mut why = "no program is known that could show it".to_owned();
    for words in viewers {
        let Some((program, arguments)) = words.split_first() else { continue };
        match Command::new(program).args(arguments).arg(file).spawn() {
            Ok(child) => return Ok(child),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                why = format!("exec: {program:?}: executable file not found in $PATH");
            }
            Err(error) => why = format!("exec: {program:?}: {error}"),
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: u64) -> io::Result<Ran> {
        run(Path::new("/bin/sh"), &["-c".into(), script.into()], Vec::new(), limit)
    }

    #[test]
    fn what_it_reads_may_be_more_than_a_pipe_holds() {
        let input = vec![b'x'; 1 << 20];
        let cat = run(Path::new("/bin/cat"), &[], input.clone(), 1 << 20).unwrap();
        assert_eq!(cat.output, input);
        let deaf = run(Path::new("/bin/true"), &[], input, 10).unwrap();
        assert!(deaf.success && deaf.output.is_empty());
    }

    #[test]
    fn output_errors_and_success_come_back() {
        let ran = shell("echo out; echo err >&2; exit 3", 100).unwrap();
        assert_eq!(ran, Ran { success: false, output: b"out\n".into(), errors: b"err\n".into() });
        assert!(shell("true", 0).unwrap().success);
    }

    #[test]
    fn too_much_output_ends_the_program() {
        assert!(shell("while :; do echo more; done", 1000).is_err());
        let much = shell("yes e | head -c 1000000 >&2; echo done", 100).unwrap();
        assert_eq!((much.output, much.errors.len() as u64), (b"done\n".to_vec(), MOST_ERRORS));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        assert!(run(Path::new("/no/such/program"), &[], Vec::new(), 10).is_err());
    }
}
