//! What a check said.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

use crate::{Result, process};

/// Everything one check printed, both streams in the order in which they arrived.
#[derive(Debug, Default)]
pub struct Log(Mutex<Vec<u8>>);

impl Log {
    /// Runs one command to its end, passing on every line at once.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed.
    pub fn run(&mut self, command: &mut Command) -> Result<()> {
        let line = process::line(command);
        self.add(format!("$ {line}\n").as_bytes());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("`{line}`: {error}"))?;
        self.follow(&mut child);
        let status = child.wait().map_err(|error| format!("`{line}`: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("`{line}`: {status}")) }
    }

    /// The text so far; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn follow(&self, child: &mut Child) {
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            scope.spawn(|| self.copy(output));
            self.copy(errors);
        });
    }

    fn copy(&self, stream: Option<impl Read>) {
        let Some(stream) = stream else { return };
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            self.add(&line);
            line.clear();
        }
    }

    /// Keeps a line and shows it. A terminal that went away is no reason to stop a check.
    fn add(&self, line: &[u8]) {
        let mut bytes = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        bytes.extend_from_slice(line);
        let mut terminal = io::stdout();
        drop(terminal.write_all(line).and_then(|()| terminal.flush()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_kept_and_a_failure_is_told() {
        let mut log = Log::default();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 1"]);
        let failure = log.run(&mut command).unwrap_err();
        assert!(failure.ends_with("exit status: 1"), "{failure}");
        let text = log.text();
        assert!(text.contains("one\n") && text.contains("two\n"), "{text}");
    }
}
