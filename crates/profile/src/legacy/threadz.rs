//! Stacks of all threads of a C++ server.

use super::draft::Draft;
use super::error::LegacyError;
use super::lines::{Line, Lines, contains};
use super::scan::{Scan, read_addresses};
use super::{Parsed, memory_map};

/// `--- Thread ID (name: NAME/ID) stack: ---` before each stack, after `--- threadz N ---` or not,
/// and the memory map.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let Some(mut line) = first_thread(&mut lines)? else { return Ok(None) };
    let mut draft = Draft::new(&[(b"thread", b"count")]);
    draft.set_period(1, b"thread", b"count");
    let mut addresses = Vec::new();
    while !memory_map::announces_map(line.text) {
        if line.text.starts_with(b"---- no stack trace for") {
            break;
        }
        if !is_thread(line.text) {
            return Ok(None);
        }
        let Some(next) = read_stack(&mut lines, &mut addresses)? else { return Ok(None) };
        line = next;
        match &addresses[..] {
            [] => draft.repeat_last(),
            stack => draft.push_with_leaf_once(stack, &[1]),
        }
    }
    Ok(Some(draft.finish(memory_map::parse_after(Some(line), &mut lines)?)))
}

/// The line where threads, or what stands for them, begin; nothing if this is not the format.
fn first_thread<'a>(lines: &mut Lines<'a>) -> Result<Option<Line<'a>>, LegacyError> {
    let Some(first) = lines.next_with_content()? else { return Ok(None) };
    if !is_header(first.text) {
        return Ok(Some(first).filter(|line| is_thread(line.text)));
    }
    while let Some(line) = lines.next()? {
        if line.text.starts_with(b"-") || memory_map::announces_map(line.text) {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

/// Replaces `addresses` by those up to the next line that starts with `---`, which is returned, or
/// up to a last line that announces a map; nothing if there is neither. A stack that is the same as
/// that of the thread before has none.
fn read_stack<'a>(
    lines: &mut Lines<'a>,
    addresses: &mut Vec<u64>,
) -> Result<Option<Line<'a>>, LegacyError> {
    let mut same_as_before = false;
    let mut of_line = Vec::new();
    let mut end = None;
    addresses.clear();
    while let Some(line) = lines.next()? {
        let ends_stack = line.text.trim_ascii().starts_with(b"---");
        end = Some(line).filter(|_| ends_stack || memory_map::announces_map(line.text));
        if ends_stack {
            break;
        }
        same_as_before |= contains(line.text, b"same as previous thread");
        if same_as_before {
            addresses.clear();
        } else {
            read_addresses(line.text, line.number, &mut of_line)?;
            addresses.append(&mut of_line);
        }
    }
    for address in addresses.iter_mut().skip(1) {
        *address = address.wrapping_sub(1);
    }
    Ok(end)
}

/// Whether `--- threadz N ---` is in the line.
fn is_header(line: &[u8]) -> bool {
    matches_after(line, b"--- threadz ", |mut scan| {
        scan.digits()?;
        scan.literal(b" ---")
    })
}

/// Whether the line starts a thread.
fn is_thread(line: &[u8]) -> bool {
    matches_after(line, b"--- Thread ", |mut scan| {
        scan.hex()?;
        scan.literal(b" (name: ")?;
        matches_after(scan.rest(), b"/", |mut scan| {
            scan.digits()?;
            scan.literal(b") stack: ---")
        })
        .then_some(())
    })
}

/// Whether the grammar matches after any occurrence of `start`.
fn matches_after<'a>(
    text: &'a [u8],
    start: &[u8],
    grammar: impl Fn(Scan<'a>) -> Option<()>,
) -> bool {
    let starts = (0..text.len()).filter(|&at| text[at..].starts_with(start));
    starts.map(|at| Scan::new(&text[at + start.len()..])).any(|scan| grammar(scan).is_some())
}
