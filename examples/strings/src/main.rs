//! Grows a vector of a million strings, drops it, and writes a heap profile at the end: nothing is
//! in use, and `alloc_space` shows what the growing took.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

const USAGE: &str = "usage: strings [--interval BYTES] [PROFILE]

Writes a heap profile of growing and dropping a vector of a million strings.

  --interval BYTES  record one allocation in so many bytes; 1 records all (default: all of the first 4 MiB, then fewer)
  PROFILE           the file to write (default: strings.pb.gz)";

fn main() -> ExitCode {
    let (interval, profile) = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => return fail(&format!("{error}\n{USAGE}"), 2),
    };
    if let Some(interval) = interval {
        heapwise::heap::set_interval(interval);
    }
    grow();
    match heapwise::write_heap_profile(&profile) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), 1),
    }
}

/// Not inlined, so that it has a name of its own in tools that do not resolve inlined calls.
#[inline(never)]
fn grow() {
    let mut strings: Vec<&str> = Vec::new();
    for _ in 0..1_000_000 {
        strings.push(black_box("my string"));
    }
    black_box(&strings);
}

/// The interval, if given, and the file to write. The error is a line for the user.
fn parse(arguments: impl Iterator<Item = String>) -> Result<(Option<u64>, String), String> {
    let mut arguments = arguments;
    let mut interval = None;
    let mut profile = None;
    while let Some(argument) = arguments.next() {
        if argument == "--interval" {
            let value = arguments.next().ok_or("--interval needs a value")?;
            let bytes = value.parse();
            interval =
                Some(bytes.map_err(|_| format!("--interval: {value} is not a number of bytes"))?);
        } else if argument.starts_with('-') {
            return Err(format!("unknown option {argument}"));
        } else if profile.replace(argument).is_some() {
            return Err("more than one profile to write".to_owned());
        }
    }
    Ok((interval, profile.unwrap_or_else(|| "strings.pb.gz".to_owned())))
}

fn fail(message: &str, code: u8) -> ExitCode {
    // Standard error may be closed; the exit code still tells.
    let _ = writeln!(io::stderr(), "strings: {message}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<(Option<u64>, String), String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_the_interval_and_the_profile() {
        assert_eq!(parse_line(""), Ok((None, "strings.pb.gz".to_owned())));
        assert_eq!(parse_line("--interval 1 mem.pb.gz"), Ok((Some(1), "mem.pb.gz".to_owned())));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(parse_line("--interval"), Err("--interval needs a value".to_owned()));
        assert_eq!(
            parse_line("--interval x"),
            Err("--interval: x is not a number of bytes".to_owned())
        );
        assert_eq!(parse_line("a b"), Err("more than one profile to write".to_owned()));
        assert_eq!(parse_line("--alloc"), Err("unknown option --alloc".to_owned()));
    }
}
