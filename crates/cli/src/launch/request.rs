//! What the words after `run` ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use heapwise_units::conversion;

/// What is asked for.
#[derive(Debug, PartialEq)]
pub enum Asked {
    /// How to use it.
    Help,
    /// A program to profile.
    Launch(Request),
}

/// A program, and how to profile it.
#[derive(Debug, PartialEq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nothing is started there"))]
pub struct Request {
    /// The program as it was named, and its arguments.
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// Where the profile goes.
    pub output: PathBuf,
    /// Bytes from one recorded allocation to the next, on average; the library's own choice if absent.
    pub interval: Option<u64>,
    /// Whether only errors are told.
    pub quiet: bool,
}

/// Reads the words; they end where the program begins: behind `--`, or at the first that is no option.
///
/// # Errors
/// What is wrong with them, in a line.
pub fn read(words: &[OsString]) -> Result<Asked, String> {
    let mut request = Request {
        program: OsString::new(),
        arguments: Vec::new(),
        output: PathBuf::from("mem.pb.gz"),
        interval: None,
        quiet: false,
    };
    let mut words = words.iter();
    loop {
        let Some(word) = words.next() else {
            return Err("which program? It stands behind --".to_owned());
        };
        match Word::of(word) {
            Word::End => request.program = words.next().cloned().unwrap_or_default(),
            Word::Program => request.program = word.clone(),
            Word::Option { name, value } => {
                let mut value = || {
                    let value = value.clone().or_else(|| words.next().cloned());
                    value.ok_or_else(|| format!("-{name} needs a value"))
                };
                match name.as_str() {
                    "h" | "help" => return Ok(Asked::Help),
                    "q" => request.quiet = true,
                    "o" | "output" => request.output = PathBuf::from(value()?),
                    "interval" => request.interval = Some(bytes(&value()?)?),
                    _ => return Err(format!("no option -{name}")),
                }
                continue;
            }
        }
        request.arguments = words.cloned().collect();
        return match request.program.is_empty() {
            true => Err("which program? It stands behind --".to_owned()),
            false => Ok(Asked::Launch(request)),
        };
    }
}

/// One word before the program.
enum Word {
    End,
    Program,
    /// With one dash or two; its value may follow `=`.
    Option {
        name: String,
        value: Option<OsString>,
    },
}

impl Word {
    fn of(word: &OsString) -> Self {
        if word == "--" {
            return Self::End;
        }
        let bytes = word.as_encoded_bytes();
        let Some(name) = bytes.strip_prefix(b"--").or_else(|| bytes.strip_prefix(b"-")) else {
            return Self::Program;
        };
        let end = name.iter().position(|byte| *byte == b'=').unwrap_or(name.len());
        let start = String::from_utf8_lossy(&name[..end]).into_owned();
        Self::Option { name: start, value: (end < name.len()).then(|| text(&name[end + 1..])) }
    }
}

/// A part of a word.
fn text(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    {
        std::os::unix::ffi::OsStringExt::from_vec(bytes.to_owned())
    }
    #[cfg(not(unix))]
    {
        OsString::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// A number of bytes above 0, with a unit or without: `4096`, `64kB`, `512KiB`, `1MB`, in powers of 1024.
fn bytes(text: &OsString) -> Result<u64, String> {
    let wrong = || format!("-interval: no number of bytes: {}", text.display());
    let words = text.to_str().ok_or_else(wrong)?.trim();
    let end = words.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, unit) = words.split_at(end.unwrap_or(words.len()));
    let unit = unit.trim().replace("iB", "B");
    let unit = if unit.is_empty() { "B" } else { &unit };
    let factor = conversion(unit.as_bytes(), b"B").ok_or_else(wrong)?;
    let bytes = number.parse::<f64>().map_err(|_| wrong())? * factor;
    if (1.0..=MOST_BYTES).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

/// The largest interval: a terabyte, far beyond any heap, and exact as a floating-point number.
const MOST_BYTES: f64 = (1_u64 << 40) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Asked, String> {
        read(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn launch(words: &[&str]) -> Request {
        match asked(words).unwrap() {
            Asked::Launch(request) => request,
            Asked::Help => panic!("no help was asked for"),
        }
    }

    #[test]
    fn options_end_where_the_program_begins() {
        let plain = launch(&["--", "ls", "-l", "--", "-q"]);
        assert_eq!(plain.program, "ls");
        assert_eq!(plain.arguments, ["-l", "--", "-q"]);
        assert_eq!((plain.output, plain.interval, plain.quiet), ("mem.pb.gz".into(), None, false));
        let all = launch(&["-q", "-o", "a", "--interval=64kB", "ls", "-o", "b"]);
        assert_eq!(all.arguments, ["-o", "b"]);
        assert_eq!((all.output, all.interval, all.quiet), ("a".into(), Some(65536), true));
        assert_eq!(launch(&["-output=x=y", "--", "ls"]).output, PathBuf::from("x=y"));
        assert_eq!(asked(&["-q", "-help", "ls"]), Ok(Asked::Help));
    }

    #[test]
    fn what_is_no_request_is_told() {
        for (words, wrong) in [
            (&[][..], "which program? It stands behind --"),
            (&["-q", "--"], "which program? It stands behind --"),
            (&["-o"], "-o needs a value"),
            (&["-speed", "ls"], "no option -speed"),
            (&["-interval", "ls"], "-interval: no number of bytes: ls"),
            (&["-interval=0", "ls"], "-interval: no number of bytes: 0"),
            (&["-interval=5s", "ls"], "-interval: no number of bytes: 5s"),
            (&["-interval=9999999TB", "ls"], "-interval: no number of bytes: 9999999TB"),
        ] {
            assert_eq!(asked(words), Err(wrong.to_owned()), "{words:?}");
        }
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        for (text, expected) in [
            ("1", 1),
            ("4096", 4096),
            ("64kB", 64 << 10),
            ("512KiB", 512 << 10),
            ("1.5MB", 3 << 19),
            ("1 GB", 1 << 30),
        ] {
            assert_eq!(bytes(&text.into()), Ok(expected), "{text}");
        }
    }
}
