//! The first line of a script: what runs it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The most of a first line that the kernel reads.
const MOST_BYTES: u64 = 256;

/// The interpreter that a file begins with; nothing if it does not begin with `#!`.
///
/// # Errors
/// When the file cannot be read.
pub fn interpreter(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut start = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut start)?;
    Ok(parse(&start))
}

fn parse(start: &[u8]) -> Option<PathBuf> {
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let word = line.trim_ascii().split(|byte| b" \t".contains(byte)).next()?;
    (!word.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_as_the_kernel_reads_it() {
        for (text, expected) in [
            ("#!/bin/sh\necho", Some("/bin/sh")),
            ("#! /bin/sh -e x \n", Some("/bin/sh")),
            ("#!\t/usr/bin/env\tpython3", Some("/usr/bin/env")),
            ("#!\n/bin/sh", None),
            ("# !/bin/sh", None),
            ("", None),
        ] {
            assert_eq!(parse(text.as_bytes()), expected.map(PathBuf::from), "{text:?}");
        }
    }
}
