//! Text with tabs as a table of right-aligned columns.

use std::io::{self, Write};

use crate::text::{width, write_right};

/// Between two of these bytes, tabs and line ends are text. The byte is never part of valid UTF-8.
const LITERAL: u8 = 0xff;

/// The cells of a line. Each but the last one belongs to a column.
type Line<'a> = Vec<&'a [u8]>;

/// Writes `text`, in which a tab ends a cell: cells of a column, which is as long as the lines in a
/// row that have it, are padded on the left to one more than the widest of them. What follows the
/// last tab of a line is written as it is.
///
/// Vertical tabs end cells and form feeds end lines too.
pub(crate) fn write_aligned(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let lines = lines(text);
    let widths = column_widths(&lines);
    for (row, (line, widths)) in lines.iter().zip(&widths).enumerate() {
        if row > 0 {
            out.write_all(b"\n")?;
        }
        for (cell, &column) in line.iter().zip(widths) {
            write_right(out, cell, column)?;
        }
        out.write_all(line.last().copied().unwrap_or_default())?;
    }
    Ok(())
}

/// The lines of `text`; what follows the last line end is a line too, were it empty.
fn lines(text: &[u8]) -> Vec<Line<'_>> {
    let (mut lines, mut line) = (Vec::new(), Line::new());
    let (mut start, mut literal) = (0, false);
    for (at, &byte) in text.iter().enumerate() {
        literal ^= byte == LITERAL;
        if literal || !matches!(byte, b'\t' | b'\x0b' | b'\n' | b'\x0c') {
            continue;
        }
        line.push(&text[start..at]);
        start = at + 1;
        if matches!(byte, b'\n' | b'\x0c') {
            lines.push(std::mem::take(&mut line));
        }
    }
    line.push(&text[start..]);
    lines.push(line);
    lines
}

/// For each line, the width of the column of each of its cells but the last.
fn column_widths(lines: &[Line<'_>]) -> Vec<Vec<usize>> {
    let mut widths: Vec<Vec<usize>> = vec![Vec::new(); lines.len()];
    let mut rows: Vec<usize> = (0..lines.len()).collect();
    for column in 0.. {
        rows.retain(|&row| lines[row].len() > column + 1);
        if rows.is_empty() {
            break;
        }
        for run in rows.chunk_by(|&above, &below| above + 1 == below) {
            let widest = run.iter().map(|&row| width(lines[row][column])).max();
            let width = widest.unwrap_or(0) + 1;
            run.iter().for_each(|&row| widths[row].push(width));
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_aligned(text, &mut out).unwrap();
        out
    }

    #[test]
    fn a_column_ends_where_a_line_does_without_it() {
        let text = "key:\tfirst\n\ta:\tx\n\tlong:\ty\nplain\n\tb:\tz\n";
        let expected = " key:first\n         a:x\n      long:y\nplain\n  b:z\n";
        assert_eq!(aligned(text.as_bytes()), expected.as_bytes());
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(aligned("é\tx\nab\ty".as_bytes()), "  éx\n aby".as_bytes());
    }

    #[test]
    fn tabs_between_literal_marks_are_text() {
        assert_eq!(aligned(b"\xffa\tb\xff\tc"), b" \xffa\tb\xffc");
        assert_eq!(aligned(b"a\x0bb\x0cc"), b" ab\nc");
    }
}
