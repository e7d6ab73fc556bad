//! Text line by line.

use super::error::LegacyError;

/// The lines of a text, without their ends, each shorter than 64 KiB.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

/// A line and its number, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    pub(super) number: usize,
    /// Whether a line feed ends it, rather than the end of the text.
    pub(super) ended: bool,
}

/// How many bytes are too many for a line.
const TOO_LONG: usize = 1 << 16;

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0 }
    }

    /// The next line, or nothing at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Line<'a>>, LegacyError> {
        match self.next_of_any_length() {
            Some(line) if line.text.len() >= TOO_LONG => {
                Err(LegacyError::LineTooLong { line: line.number })
            }
            line => Ok(line),
        }
    }

    /// The next line, however long.
    pub(super) fn next_of_any_length(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|&byte| byte == b'\n');
        let (text, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        self.number += 1;
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        Some(Line { text, number: self.number, ended: end.is_some() })
    }

    /// The next line that is neither blank nor a comment.
    pub(super) fn next_with_content(&mut self) -> Result<Option<Line<'a>>, LegacyError> {
        while let Some(line) = self.next()? {
            if !line.is_blank_or_comment() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

impl Line<'_> {
    /// Whether there is nothing on the line, or nothing but a comment.
    pub(super) fn is_blank_or_comment(&self) -> bool {
        matches!(self.text.trim_ascii_start().first(), None | Some(b'#'))
    }
}

/// Whether `text` holds `part`.
pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    let Some((first, others)) = part.split_first() else { return true };
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at + 1..];
        if rest.starts_with(others) {
            return true;
        }
    }
    false
}
