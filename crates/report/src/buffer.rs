//! Text on its way to a writer, for reports of many lines.

use std::io::{self, Write};

/// From how many bytes on text is written.
const FULL: usize = 64 << 10;

/// The most bytes of a [`Word`].
const WORD: usize = 8;

/// Collects text and writes it in blocks. Nothing here formats: numbers are put together by hand,
/// since millions of them make a report.
pub(crate) struct Buffer<'w> {
    text: Vec<u8>,
    out: &'w mut dyn Write,
}

impl<'w> Buffer<'w> {
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { text: Vec::with_capacity(2 * FULL), out }
    }

    /// Appends text.
    #[inline]
    pub fn put(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Appends a number at the right end of a column of `width` characters.
    pub fn right(&mut self, number: i64, width: usize) {
        let mut digits = [b' '; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        self.spaces(width.saturating_sub(digits.len() - at));
        self.put(&digits[at..]);
    }

    /// Appends spaces.
    #[inline]
    pub fn spaces(&mut self, count: usize) {
        self.text.resize(self.text.len() + count, b' ');
    }

    /// Appends the words of `words` that `rows` names.
    #[inline]
    pub fn words(&mut self, words: &Words, rows: impl ExactSizeIterator<Item = usize>) {
        if !words.long.is_empty() {
            rows.for_each(|row| self.word(words, row));
            return;
        }
        let mut at = self.text.len();
        self.text.resize(at + rows.len() * WORD, 0);
        for row in rows {
            // Each word covers the unused bytes of the one before.
            let word = words.short[row];
            self.text[at..at + WORD].copy_from_slice(&word.to_le_bytes());
            at += length(word);
        }
        self.text.truncate(at);
    }

    fn word(&mut self, words: &Words, row: usize) {
        match words.long.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => self.put(&words.long[at].1),
            Err(_) => {
                let word = words.short[row];
                self.put(&word.to_le_bytes()[..length(word)]);
            }
        }
    }

    /// Writes what is there, if it is a block.
    ///
    /// # Errors
    /// Those of the writer.
    #[inline]
    pub fn end_item(&mut self) -> io::Result<()> {
        if self.text.len() < FULL { Ok(()) } else { self.flush() }
    }

    /// Writes what is there.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

/// Short texts without a zero byte that are written again and again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// Texts of at most eight bytes; 0 for a longer one.
    short: Vec<u64>,
    /// The longer ones by row, in order.
    long: Vec<(usize, Vec<u8>)>,
}

impl Words {
    pub fn push(&mut self, word: &[u8]) {
        let mut bytes = [0; WORD];
        match bytes.get_mut(..word.len()) {
            Some(start) => start.copy_from_slice(word),
            None => self.long.push((self.short.len(), word.to_vec())),
        }
        self.short.push(u64::from_le_bytes(bytes));
    }
}

/// How many bytes a short word has.
#[inline]
fn length(word: u64) -> usize {
    WORD - word.leading_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Buffer<'_>)) -> String {
        let mut out = Vec::new();
        let mut buffer = Buffer::new(&mut out);
        write(&mut buffer);
        buffer.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_everywhere() {
        for number in [0, 7, -7, 10, 1_234_567_890, -1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(text(|out| out.right(number, 0)), number.to_string());
            assert_eq!(text(|out| out.right(number, 12)), format!("{number:12}"));
        }
    }

    #[test]
    fn words_of_any_length_follow_one_another() {
        let all: [&[u8]; 6] =
            [b"", b"a", b"1234567", b"12345678", b"123456789", b"0123456789abcdef01"];
        for rows in [&[0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0][..], &[5, 5], &[], &[3, 2, 1, 0, 3]] {
            let mut words = Words::default();
            let known = rows.iter().max().map_or(0, |row| row + 1);
            all[..known].iter().for_each(|word| words.push(word));
            let expected: Vec<u8> = rows.iter().flat_map(|&row| all[row]).copied().collect();
            let shown = text(|out| {
                out.put(b"x");
                out.words(&words, rows.iter().copied());
                out.put(b"y");
            });
            assert_eq!(shown.as_bytes(), [b"x", &expected[..], b"y"].concat());
        }
    }
}
