//! Instructions to lines, lines to functions.

use std::collections::BTreeMap;

use heapwise_graph::base_name;

use super::asm::{Step, Steps};
use super::interest::Interest;
use super::{InlinedCall, Pair, WebFunction, WebInstruction, WebLine, canonical};
use crate::{CodeFrame, Input};

/// Lines of one function that are nearer than this belong together.
const GAP: i64 = 20;

/// How many lines are shown around those that have code.
const CONTEXT: i64 = 5;

/// What stands for a line whose text is not at hand.
const NO_TEXT: &[u8] = b"???";

/// What stands for the text of line 0.
const NO_LINE: &[u8] = b"<instructions with unknown line numbers>";

/// The code of a file, by line.
#[derive(Default)]
struct File<'a> {
    lines: BTreeMap<i64, Vec<Part<'a>>>,
    /// The function of each line: the first one met.
    names: BTreeMap<i64, &'a [u8]>,
}

/// An instruction under a line: what lies below that line of its inlined calls, innermost first.
struct Part<'a> {
    step: &'a Step,
    calls: &'a [CodeFrame],
}

/// The functions that are asked for, with their code.
pub(super) fn group(input: &Input<'_>, interest: &Interest, steps: &Steps) -> Vec<WebFunction> {
    let mut files: BTreeMap<Vec<u8>, File<'_>> = BTreeMap::new();
    for step in steps.values() {
        for (depth, frame) in step.frames.iter().enumerate() {
            if !interest.functions.contains(&frame.function) || frame.function.is_empty() {
                continue;
            }
            let file = files.entry(canonical(&frame.file)).or_default();
            let part = Part { step, calls: &step.frames[..depth] };
            file.lines.entry(frame.line).or_default().push(part);
            file.names.entry(frame.line).or_insert(&frame.function);
        }
    }
    let mut texts = Texts { input, read: BTreeMap::new() };
    let mut functions = Vec::new();
    for (name, file) in &files {
        for span in spans(file) {
            let function = function(name, file, &span, &mut texts);
            if function.sums.cum != 0 {
                functions.push(function);
            }
        }
    }
    functions
}

/// Neighbouring lines of one function.
struct Span<'a> {
    name: &'a [u8],
    first: i64,
    last: i64,
}

fn spans<'a>(file: &File<'a>) -> Vec<Span<'a>> {
    let mut spans: Vec<Span<'_>> = Vec::new();
    for (&line, &name) in &file.names {
        match spans.last_mut() {
            Some(span) if span.name == name && line - span.last < GAP => span.last = line,
            _ => spans.push(Span { name, first: line, last: line }),
        }
    }
    widen(&mut spans);
    spans
}

/// Adds the lines around each, up to half of the way to the next.
fn widen(spans: &mut [Span<'_>]) {
    let inner: Vec<(i64, i64)> = spans.iter().map(|span| (span.first, span.last)).collect();
    for (row, span) in spans.iter_mut().enumerate() {
        let before = row.checked_sub(1).map(|row| inner[row].1);
        let after = inner.get(row + 1).map(|next| next.0);
        let room = |gap: i64| CONTEXT.min((gap - 1).max(0) / 2);
        let (first, last) = inner[row];
        span.first = match before {
            Some(end) => first - room(first - end),
            None => (first - CONTEXT).max(first.min(1)),
        };
        span.last = match after {
            Some(start) => last + room(start - last),
            None => last.saturating_add(CONTEXT),
        };
    }
}

fn function(name: &[u8], file: &File<'_>, span: &Span<'_>, texts: &mut Texts<'_>) -> WebFunction {
    let mut sums = Pair::default();
    let mut lines = Vec::new();
    let end = texts.length(name).map_or(span.last, |length| {
        let code = file.lines.range(..=span.last).next_back().map_or(0, |(line, _)| *line);
        span.last.min(length.max(code))
    });
    for number in span.first..=end {
        let parts = file.lines.get(&number).map_or(&[][..], Vec::as_slice);
        let line = line(name, number, parts, texts);
        sums.add(line.sums);
        lines.push(line);
    }
    WebFunction { name: span.name.to_vec(), file: name.to_vec(), sums, lines }
}

fn line(file: &[u8], number: i64, parts: &[Part<'_>], texts: &mut Texts<'_>) -> WebLine {
    let mut sums = Pair::default();
    let (mut code, mut before) = (Vec::new(), None);
    for part in parts {
        sums.add(part.step.sums);
        let Some(text) = &part.step.text else { continue };
        let starts_block = before.is_some_and(|end| end != part.step.address);
        before = Some(part.step.end);
        let call = |frame: &CodeFrame| InlinedCall {
            frame: frame.clone(),
            text: texts.line(&canonical(&frame.file), frame.line).trim_ascii().to_vec(),
        };
        code.push(WebInstruction {
            address: part.step.address,
            text: text.clone(),
            sums: part.step.sums,
            place: place(&part.step.place),
            starts_block,
            calls: part.calls.iter().rev().map(call).collect(),
        });
    }
    let text = if number == 0 { NO_LINE.to_vec() } else { texts.line(file, number) };
    WebLine { number, text, sums, has_code: !parts.is_empty(), code }
}

/// `file:line`.
pub(super) fn place(frame: &CodeFrame) -> Vec<u8> {
    if frame.file.is_empty() {
        return Vec::new();
    }
    [base_name(&frame.file), format!(":{}", frame.line).as_bytes()].concat()
}

/// Source files, each read once.
struct Texts<'a> {
    input: &'a Input<'a>,
    read: BTreeMap<Vec<u8>, Option<Vec<Vec<u8>>>>,
}

impl Texts<'_> {
    fn lines(&mut self, file: &[u8]) -> Option<&Vec<Vec<u8>>> {
        if !self.read.contains_key(file) {
            self.read.insert(file.to_vec(), self.input.sources.lines(file).ok());
        }
        self.read.get(file)?.as_ref()
    }

    /// How many lines a file has, if it can be read.
    fn length(&mut self, file: &[u8]) -> Option<i64> {
        self.lines(file).map(|lines| i64::try_from(lines.len()).unwrap_or(i64::MAX))
    }

    fn line(&mut self, file: &[u8], number: i64) -> Vec<u8> {
        let row = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let text = row.and_then(|row| self.lines(file)?.get(row).cloned());
        text.unwrap_or_else(|| NO_TEXT.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widened(spans: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let mut all: Vec<_> =
            spans.iter().map(|&(first, last)| Span { name: b"f", first, last }).collect();
        widen(&mut all);
        all.iter().map(|span| (span.first, span.last)).collect()
    }

    #[test]
    fn context_goes_half_of_the_way_to_the_neighbour() {
        assert_eq!(widened(&[(12, 20)]), [(7, 25)]);
        assert_eq!(widened(&[(3, 4), (9, 10)]), [(1, 6), (7, 15)]);
        assert_eq!(widened(&[(0, 0)]), [(0, 5)]);
    }
}
