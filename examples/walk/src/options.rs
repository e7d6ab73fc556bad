//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// How to call the program.
pub const USAGE: &str = "usage: walk DIRECTORY [--interval BYTES] [--output DIRECTORY]

Visits every file below DIRECTORY in lexical order and writes two heap profiles:
first-visit.pb.gz and last-visit.pb.gz.

  --interval BYTES    record one allocation in so many bytes; 1 records all
                       (default: all of the first 4 MiB, then fewer)
  --output DIRECTORY  where the profiles go (default: the current directory)";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory to walk.
    pub directory: PathBuf,
    /// The sampling interval in bytes, if not the default one.
    pub interval: Option<u64>,
    /// The directory for the profiles.
    pub output: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name. The error is a line for the user.
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments;
        let mut directory = None;
        let mut interval = None;
        let mut output = PathBuf::from(".");
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--interval") => {
                    interval = Some(bytes(&value("--interval", arguments.next())?)?);
                }
                Some("--output") => output = value("--output", arguments.next())?.into(),
                Some(option) if option.starts_with('-') => {
                    return Err(format!("unknown option {option}"));
                }
                _ if directory.is_some() => return Err("more than one directory".to_owned()),
                _ => directory = Some(argument.into()),
            }
        }
        let directory = directory.ok_or("no directory given")?;
        Ok(Self { directory, interval, output })
    }
}

fn value(option: &str, value: Option<OsString>) -> Result<OsString, String> {
    value.ok_or_else(|| format!("{option} needs a value"))
}

fn bytes(text: &OsString) -> Result<u64, String> {
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| format!("--interval: {} is not a number of bytes", text.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn reads_every_option_in_any_order() {
        let expected =
            Options { directory: "tree".into(), interval: Some(1), output: "out".into() };
        assert_eq!(parse("tree --interval 1 --output out"), Ok(expected));
        let defaults = Options { directory: "tree".into(), interval: None, output: ".".into() };
        assert_eq!(parse("tree"), Ok(defaults));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(parse(""), Err("no directory given".to_owned()));
        assert_eq!(parse("a b"), Err("more than one directory".to_owned()));
        assert_eq!(parse("a --interval"), Err("--interval needs a value".to_owned()));
        assert_eq!(
            parse("a --interval 1k"),
            Err("--interval: 1k is not a number of bytes".to_owned())
        );
        assert_eq!(parse("a --files 3"), Err("unknown option --files".to_owned()));
    }
}
