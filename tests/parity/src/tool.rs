//! Running one of the two tools.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

use crate::case::Case;
use crate::setup::Setup;

/// No report of the test set takes a hundredth of this.
const LIMIT: Duration = Duration::from_secs(120);

/// What a tool answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// Exit code; -1 when it was killed.
    pub code: i32,
    /// Standard output and the files that the case names; not compressed.
    pub output: Vec<u8>,
    /// Standard error.
    pub messages: Vec<u8>,
}

/// Runs `tool` on `case`, cut off from the user's environment.
///
/// # Errors
/// When the tool cannot be started, or does not come to an end.
pub fn ask(tool: &Path, case: &Case, setup: &Setup) -> Result<Answer, String> {
    let folder = WorkingFolder::new(case, setup).map_err(|e| format!("working folder: {e}"))?;
    let mut command = command(tool, case, setup);
    command.current_dir(&folder.path);
    let mut answer = run(&mut command, case.script.as_deref().unwrap_or_default())
        .map_err(|error| format!("{}: {error}", tool.display()))?;
    answer.output = decompressed(answer.output);
    for name in case.written {
        answer.output.extend(WorkingFolder::body(folder.written(name)));
    }
    Ok(answer)
}

/// The whole command line, environment included, as one would type it in the working folder.
pub fn line(tool: &Path, case: &Case, setup: &Setup) -> String {
    let command = command(tool, case, setup);
    let quoted =
        |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
    let words: Vec<String> = command.get_args().map(quoted).collect();
    let zone = case.zone.file(&setup.scratch);
    let script = case.script.as_ref().map(|script| {
        format!("printf {} | ", quoted(format!("{script:?}").trim_matches('"').as_ref()))
    });
    format!(
        "{}TZ={} {} {}",
        script.unwrap_or_default(),
        zone.display(),
        tool.display(),
        words.join(" ")
    )
}

/// The command of a case, cut off from the user's environment.
pub fn command(tool: &Path, case: &Case, setup: &Setup) -> Command {
    let mut command = Command::new(tool);
    command
        .args(&case.flags)
        .args(&case.sources)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", setup.scratch.join("home"))
        .env("TZ", case.zone.file(&setup.scratch));
    // Ours looks for sources where the reference does not: each place is named, and empty.
    let places = ["GOROOT", "GOPATH", "GOMODCACHE", "CARGO_HOME", "RUSTUP_HOME"];
    command.envs(places.map(|place| (place, setup.working_folder.join("nowhere"))));
    command
}

/// Runs a program to its end, with `script` as its standard input.
///
/// # Errors
/// When it cannot be started, or does not come to an end.
pub fn run(command: &mut Command, script: &str) -> io::Result<Answer> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (output, messages) = (child.stdout.take(), child.stderr.take());
    let (done, finished) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let output = scope.spawn(move || {
            let bytes = all(output);
            drop(done);
            bytes
        });
        let messages = scope.spawn(|| all(messages));
        feed(&mut child, script)?;
        let late = finished.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            child.kill()?;
        }
        let code = child.wait()?.code().unwrap_or(-1);
        let joined = (output.join().unwrap_or_default(), messages.join().unwrap_or_default());
        if late {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it does not come to an end"));
        }
        Ok(Answer { code, output: joined.0, messages: joined.1 })
    })
}

/// Scripts fit into a pipe; a tool that ends early does not read them.
fn feed(child: &mut Child, script: &str) -> io::Result<()> {
    let Some(mut input) = child.stdin.take() else { return Ok(()) };
    match input.write_all(script.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

fn all(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is still worth comparing.
        let _ = stream.read_to_end(&mut bytes);
    }
    bytes
}

/// What is in a gzip file: two compressors rarely agree on the bytes.
fn decompressed(bytes: Vec<u8>) -> Vec<u8> {
    let mut plain = Vec::new();
    let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
    let read =
        is_gzip.then(|| flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain));
    if matches!(read, Some(Ok(_))) { plain } else { bytes }
}

/// Where one run happens: the common empty folder, or one of its own if it writes a file.
#[derive(Debug)]
struct WorkingFolder {
    path: PathBuf,
    own: bool,
}

impl WorkingFolder {
    fn new(case: &Case, setup: &Setup) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if case.written.is_empty() {
            return Ok(Self { path: setup.working_folder.clone(), own: false });
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = setup.scratch.join(format!("run-{}-{number}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self { path, own: true })
    }

    /// The file, or a text that says that there is none.
    fn written(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).map_or_else(|_| b"no file".to_vec(), decompressed)
    }

    /// A page without its head: the style of the reference is its own.
    fn body(page: Vec<u8>) -> Vec<u8> {
        let start = b"<div class=\"legend\">";
        match page.windows(start.len()).position(|part| part == start) {
            Some(at) => page[at..].to_vec(),
            None => page,
        }
    }
}

impl Drop for WorkingFolder {
    fn drop(&mut self) {
        if self.own {
            // A folder left behind costs nothing but room below the target folder.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &str) -> Answer {
        let mut command = Command::new("sh");
        run(command.args(["-c", script]), input).unwrap()
    }

    #[test]
    fn output_messages_and_code_arrive() {
        let answer = shell("cat; echo problem >&2; exit 3", "line\n");
        let expected =
            Answer { code: 3, output: b"line\n".to_vec(), messages: b"problem\n".to_vec() };
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_program_that_does_not_read_is_no_error() {
        assert_eq!(shell("exit 0", &"x".repeat(1 << 20)).code, 0);
    }

    #[test]
    fn compressed_output_is_compared_by_content() {
        use flate2::{Compression, write::GzEncoder};
        let with = |level| {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(&[7; 1000]).and_then(|()| encoder.finish()).unwrap()
        };
        let (fast, best) = (with(Compression::none()), with(Compression::best()));
        assert_ne!(fast, best);
        assert_eq!(decompressed(fast), decompressed(best));
        assert_eq!(decompressed(vec![0x1f, 0x8b, 1]), [0x1f, 0x8b, 1]);
    }
}
