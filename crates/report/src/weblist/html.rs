//! The page.

use std::io::{self, Write};

use heapwise_units::percentage;

use super::{InlinedCall, Pair, WebFunction, WebInstruction, WebLine, WebList, functions};
use crate::text::{width, write_right};

/// How far a tab goes.
const TAB: usize = 8;

/// How much further than its line an instruction is indented, and each inlined call within it.
const STEP: usize = 4;

/// The column that the places in the source begin after.
const CODE_COLUMN: usize = 80;

const STYLE: &str = "
  body { font-family: sans-serif; }
  .legend { font-size: 1.2em; }
  .line, .nop, .unimportant { color: #999; }
  .inlinesrc { color: #006; }
  .livesrc { cursor: pointer; }
  .livesrc:hover { background: #eee; }
  .asm { color: #070; display: none; }
  .asm.shown { display: block; }
";

/// A click on a line of source shows or hides its instructions.
const SCRIPT: &str = "
  function pprof_toggle_asm(event) {
    const code = event.target.nextElementSibling;
    if (code && code.classList.contains('asm')) {
      code.classList.toggle('shown');
      event.preventDefault();
    }
  }
";

impl WebList {
    /// Writes the page: it needs nothing beside it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_html(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"<!DOCTYPE html>\n<html>\n<head>\n  <meta charset=\"utf-8\">\n  <title>")?;
        out.write_all(&escaped(&self.title))?;
        writeln!(out, "</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>")?;
        out.write_all(b"<body>\n\n<div class=\"legend\">")?;
        let about: Vec<Vec<u8>> = self.about.iter().map(|line| escaped(line)).collect();
        out.write_all(&about.join(&b"<br>\n"[..]))?;
        out.write_all(&[b"<br>Total: ", &self.values.text(self.total)[..], b"</div>"].concat())?;
        let script = b" onClick=\"pprof_toggle_asm(event)\"";
        self.functions
            .iter()
            .try_for_each(|function| self.write_function(function, script, out))?;
        out.write_all(b"\n</body>\n</html>\n")
    }

    /// Writes the functions alone, for a page that has a style and a script.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_functions(&self, out: &mut dyn Write) -> io::Result<()> {
        self.functions.iter().try_for_each(|function| self.write_function(function, b"", out))
    }

    /// Writes a function; `attributes` are those of its lines.
    fn write_function(
        &self,
        function: &WebFunction,
        attributes: &[u8],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (name, file) = (escaped(&function.name), escaped(&function.file));
        out.write_all(&[b"<h2>", &name[..], b"</h2><p class=\"filename\">", &file[..]].concat())?;
        out.write_all(&[b"</p>\n<pre", attributes, b">\n  Total:  "].concat())?;
        write_right(out, &self.values.text(function.sums.flat), 10)?;
        out.write_all(b" ")?;
        write_right(out, &self.values.text(function.sums.cum), 10)?;
        writeln!(out, " (flat, cum) {}", percentage(function.sums.cum, self.total))?;
        function.lines.iter().try_for_each(|line| self.write_line(line, out))?;
        out.write_all(b"</pre>\n")
    }

    fn write_line(&self, line: &WebLine, out: &mut dyn Write) -> io::Result<()> {
        let class = match () {
            () if !line.has_code => "nop",
            () if line.code.is_empty() => "deadsrc",
            () => "livesrc",
        };
        write!(out, "<span class=line> {:6}</span> <span class={class}>  ", line.number)?;
        self.write_sums(line.sums, out)?;
        write!(out, " {:8}  ", "")?;
        out.write_all(&escaped(&line.text))?;
        out.write_all(b" </span>")?;
        if !line.code.is_empty() {
            out.write_all(b"<span class=asm>")?;
            self.write_code(line, out)?;
            out.write_all(b"</span>")?;
        }
        out.write_all(b"\n")
    }

    fn write_code(&self, line: &WebLine, out: &mut dyn Write) -> io::Result<()> {
        let indentation = indentation(&line.text);
        let mut entered: &[InlinedCall] = &[];
        for instruction in &line.code {
            if instruction.starts_block {
                writeln!(out, " {:8} {:>28}", "", "\u{22ee}")?;
                entered = &[];
            }
            let calls = &instruction.calls;
            let same = entered.iter().zip(calls).take_while(|(a, b)| a.frame == b.frame).count();
            for (depth, call) in calls.iter().enumerate().skip(same) {
                write_call(call, indentation + STEP * (depth + 1), out)?;
            }
            entered = calls;
            self.write_instruction(instruction, indentation, out)?;
        }
        Ok(())
    }

    fn write_instruction(
        &self,
        instruction: &WebInstruction,
        indentation: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, " {:8} ", "")?;
        self.write_sums(instruction.sums, out)?;
        write!(out, " {:8x}: ", instruction.address)?;
        let indentation = indentation + STEP * (instruction.calls.len() + 1);
        let text = padded(instruction.text.as_bytes(), indentation);
        out.write_all(&escaped(&text))?;
        write_place(&instruction.place, out)
    }

    /// Writes both sums, a dot for what is 0.
    fn write_sums(&self, sums: Pair, out: &mut dyn Write) -> io::Result<()> {
        let text = |sum| if sum == 0 { b".".to_vec() } else { self.values.text(sum) };
        write_right(out, &text(sums.flat), 10)?;
        out.write_all(b" ")?;
        write_right(out, &text(sums.cum), 10)
    }
}

fn write_call(call: &InlinedCall, indentation: usize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, " {:8} {:10} {:10} {:8}  <span class=inlinesrc>", "", "", "", "")?;
    out.write_all(&escaped(&padded(&call.text, indentation)))?;
    out.write_all(b"</span>")?;
    write_place(&functions::place(&call.frame), out)
}

fn write_place(place: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let place = escaped(place);
    out.write_all(&[b" <span class=unimportant>", &place[..], b"</span>\n"].concat())
}

/// Text at an indentation, filled up to the column of places.
fn padded(text: &[u8], indentation: usize) -> Vec<u8> {
    let mut padded = vec![b' '; indentation];
    for &byte in text {
        match byte {
            b'\t' => padded.resize(padded.len() + TAB - width(&padded) % TAB, b' '),
            byte => padded.push(byte),
        }
    }
    let missing = CODE_COLUMN.saturating_sub(width(&padded));
    padded.resize(padded.len() + missing, b' ');
    padded
}

/// How many columns a line is indented.
fn indentation(text: &[u8]) -> usize {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.fold(
        0,
        |column, byte| if *byte == b'\t' { column + TAB - column % TAB } else { column + 1 },
    )
}

/// Text as HTML.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b'&' => escaped.extend_from_slice(b"&amp;"),
            b'<' => escaped.extend_from_slice(b"&lt;"),
            b'>' => escaped.extend_from_slice(b"&gt;"),
            b'"' => escaped.extend_from_slice(b"&#34;"),
            b'\'' => escaped.extend_from_slice(b"&#39;"),
            b'+' => escaped.extend_from_slice(b"&#43;"),
            0 => escaped.extend_from_slice("\u{fffd}".as_bytes()),
            byte => escaped.push(*byte),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped(b"<b a=\"'&+\0"), "&lt;b a=&#34;&#39;&amp;&#43;\u{fffd}".as_bytes());
    }

    #[test]
    fn tabs_fill_columns() {
        assert_eq!(indentation(b"\t  x"), 10);
        assert_eq!(indentation(b"  \tx"), 8);
        let padded = padded(b"a\tb", 6);
        assert!(padded.starts_with(b"      a b ") && padded.len() == CODE_COLUMN);
    }
}
