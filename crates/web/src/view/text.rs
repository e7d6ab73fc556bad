//! Reports that are text.

use std::io::{self, Write};

use askama::Template;

use super::{Failure, shown};

/// The most text of a report on a page, in bytes: more is slow in any browser, and nobody reads it.
const MOST: usize = 8 << 20;

#[derive(Template)]
#[template(path = "preformatted.html")]
struct Preformatted {
    text: String,
    is_cut: bool,
}

/// What `write` writes, as it is, up to a limit.
pub(super) fn preformatted(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<String, Failure> {
    let mut text = Limited { bytes: Vec::new(), is_full: false };
    let written = write(&mut text);
    if !text.is_full {
        written?;
    }
    Ok(Preformatted { text: shown(&text.bytes), is_cut: text.is_full }.render()?)
}

/// Text that grows up to a limit; then writing fails.
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MOST - self.bytes.len();
        self.is_full = bytes.len() > room;
        if self.is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_up_to_a_limit() {
        let short = preformatted(|out| out.write_all(b"a < b\n")).unwrap();
        assert!(short.contains("a &#60; b\n") && !short.contains("too long"), "{short}");
        let line = [b'x'; 1 << 20];
        let long = preformatted(|out| (0..9).try_for_each(|_| out.write_all(&line))).unwrap();
        assert!(long.contains("too long") && long.len() > MOST, "{}", long.len());
        let failed = preformatted(|_| Err(io::Error::other("no memory"))).unwrap_err();
        assert_eq!(failed.to_string(), "the page could not be written: no memory");
    }
}
