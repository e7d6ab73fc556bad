//! Go's `debug=1` profiles that count stacks: goroutine, threadcreate and those of users.

use super::draft::Draft;
use super::error::LegacyError;
use super::lines::Lines;
use super::scan::{Scan, decimal_value, is_blank, read_addresses};
use super::{Parsed, memory_map};

/// `NAME profile: total N`, then `count @ address...` lines.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let Some(header) = lines.next_with_content()? else { return Ok(None) };
    let Some(name) = profile_name(header.text) else { return Ok(None) };
    let mut draft = Draft::new(&[(name, b"count")]);
    draft.set_period(1, name, b"count");
    let mut addresses = Vec::new();
    let mut line = lines.next()?;
    while let Some(current) = line
        && !current.text.starts_with(b"---")
    {
        if !current.is_blank_or_comment() {
            let malformed = LegacyError::MalformedLine { line: current.number };
            let (count, stack) = count_and_stack(current.text).ok_or(malformed)?;
            read_addresses(stack, current.number, &mut addresses).map_err(|_| malformed)?;
            addresses.iter_mut().for_each(|address| *address = address.wrapping_sub(1));
            draft.push(&addresses, &[count]);
        }
        line = lines.next()?;
    }
    Ok(Some(draft.finish(memory_map::parse_after(line, &mut lines)?)))
}

fn profile_name(line: &[u8]) -> Option<&[u8]> {
    let mut scan = Scan::new(line);
    let name = scan.some(|byte| !is_blank(byte))?;
    scan.literal(b" profile: total ")?;
    scan.digits()?;
    scan.rest().is_empty().then_some(name)
}

/// `count @ 0x.. 0x..`, with exactly one space between all of them.
fn count_and_stack(line: &[u8]) -> Option<(i64, &[u8])> {
    let mut scan = Scan::new(line);
    let count = decimal_value(scan.digits()?)?;
    scan.literal(b" @")?;
    let stack = scan.rest();
    while !scan.rest().is_empty() {
        scan.literal(b" 0x")?;
        scan.some(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))?;
    }
    (!stack.is_empty()).then_some((count, stack))
}
