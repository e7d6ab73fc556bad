//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;

/// The command as one would type it, for messages and logs.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    // Whichever cargo it is, the reader has one in the path.
    let program = if program.ends_with("cargo") { Path::new("cargo") } else { program };
    let words = std::iter::once(program.as_os_str()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// The word as a shell would need it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Runs to the end with our streams, nothing on standard input.
///
/// # Errors
/// When the program is not there or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status();
    let status = status.map_err(|error| format!("`{}`: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command))) }
}

/// Runs to the end and returns standard output.
///
/// # Errors
/// When the program is not there or does not succeed, with the end of its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("`{}`: {error}", line(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = last_lines(&String::from_utf8_lossy(&output.stderr), 10);
    Err(format!("`{}`: {}\n{said}", line(command), output.status))
}

/// The last `count` lines of `text`.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_pasted_into_a_shell() {
        let mut command = Command::new("pprof");
        command.args(["-list=a b", "it's", ""]);
        assert_eq!(line(&command), r"pprof '-list=a b' 'it'\''s' ''");
    }

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let message = output(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(message.contains("exit status: 3") && message.ends_with("why"), "{message}");
        assert!(run(&mut Command::new("/no/such/program")).is_err());
    }

    #[test]
    fn only_the_end_of_a_long_text_is_kept() {
        assert_eq!(last_lines("1\n2\n3\n", 2), "2\n3");
        assert_eq!(last_lines("", 2), "");
    }
}
