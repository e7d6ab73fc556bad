//! Columns of bytes.

use std::io::{self, Write};

/// How many characters `text` has. A byte that is not part of valid UTF-8 counts as one.
pub(crate) fn width(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let chunks = text.utf8_chunks();
    chunks.map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// `text` at the right end of a column of `column` characters; a longer text is not cut.
pub(crate) fn right(text: &[u8], column: usize) -> Vec<u8> {
    let mut right = vec![b' '; column.saturating_sub(width(text))];
    right.extend_from_slice(text);
    right
}

/// Writes `text` at the right end of a column of `column` characters; a longer text is not cut.
pub(crate) fn write_right(out: &mut dyn Write, text: &[u8], column: usize) -> io::Result<()> {
    out.write_all(&right(text, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invalid_byte_is_one_character() {
        assert_eq!(width("añ€".as_bytes()), 3);
        assert_eq!(width(b"\xff\xfe"), 2);
        // The start of a three-byte character, cut off: two bytes.
        assert_eq!(width(b"a\xe2\x82b"), 4);
    }

    #[test]
    fn columns_are_padded_and_never_cut() {
        let mut out = Vec::new();
        write_right(&mut out, "€".as_bytes(), 3).unwrap();
        write_right(&mut out, b"long", 3).unwrap();
        assert_eq!(out, "  €long".as_bytes());
    }
}
