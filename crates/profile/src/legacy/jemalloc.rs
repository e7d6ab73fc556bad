//! jemalloc's heap dumps, which the reference does not read.

use std::sync::Arc;

use super::draft::Draft;
use super::error::LegacyError;
use super::lines::{Line, Lines};
use super::scan::{Scan, decimal_value, is_blank, read_addresses};
use super::unsample::unsample;
use super::{Parsed, memory_map, prune_patterns};

/// `heap_v2/INTERVAL`, the totals, then stacks of return addresses, each followed by its counts;
/// at last `MAPPED_LIBRARIES:` and `/proc/self/maps`. The format is that of "HEAP PROFILE FORMAT"
/// in jemalloc(3).
///
/// ```text
/// heap_v2/524288
///   t*: 28106: 56637512 [0: 0]
/// @ 0x5f86da8 0x5f5a1dc
///   t*: 13: 6688 [0: 0]
///   t3: 12: 6496 [0: 0]
/// ```
///
/// Counts are of sampled blocks and need [`unsample`]. jemalloc 5.3 shifts what it writes so that
/// the estimate from the average size is right for a stack with blocks of several sizes too.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let Some(first) = lines.next_of_any_length() else { return Ok(None) };
    let Some(interval) = interval(first.text) else { return Ok(None) };
    let interval = decimal_value(interval).ok_or(LegacyError::NumberTooLarge { line: 1 })?;
    let mut dump = Dump::new(interval, totals(lines.clone())?);
    let mut line = lines.next()?;
    while let Some(current) = line
        && !memory_map::announces_map(current.text)
    {
        dump.read(current)?;
        line = lines.next()?;
    }
    let mut profile = dump.draft.finish(memory_map::parse_after(line, &mut lines)?);
    let drop = prune_patterns::drop_for_jemalloc();
    profile.header.drop_frames = Arc::make_mut(&mut profile.strings).intern(drop.as_bytes());
    Ok(Some(profile))
}

/// The digits of a first line `heap_v2/INTERVAL`.
fn interval(line: &[u8]) -> Option<&[u8]> {
    let mut scan = Scan::new(line);
    scan.literal(b"heap_v2/")?;
    let digits = scan.digits()?;
    scan.rest().trim_ascii().is_empty().then_some(digits)
}

/// The counts of the whole process: those that stand before the first stack, if any do.
fn totals(mut lines: Lines<'_>) -> Result<Option<Counts>, LegacyError> {
    while let Some(line) = lines.next_with_content()? {
        match Entry::parse(line)? {
            Entry::AllThreads(counts) => return Ok(Some(counts)),
            Entry::OneThread => {}
            Entry::Stack(_) => break,
        }
    }
    Ok(None)
}

/// The part of a dump that is read.
struct Dump {
    draft: Draft,
    /// The mean distance between samples, in bytes.
    interval: i64,
    /// Whether blocks that are freed by now were counted too (`prof_accum`).
    has_allocations: bool,
    /// The stack that the next counts are of; nothing before the first one.
    stack: Option<Vec<u64>>,
}

impl Dump {
    fn new(interval: i64, totals: Option<Counts>) -> Self {
        const BOTH: &[(&[u8], &[u8])] = &[
            (b"alloc_objects", b"count"),
            (b"alloc_space", b"bytes"),
            (b"inuse_objects", b"count"),
            (b"inuse_space", b"bytes"),
        ];
        let has_allocations = totals.is_none_or(|totals| totals.allocated != (0, 0));
        let mut draft = Draft::new(if has_allocations { BOTH } else { &BOTH[2..] });
        draft.set_period(interval, b"space", b"bytes");
        Self { draft, interval, has_allocations, stack: None }
    }

    /// Reads one line before the memory map.
    fn read(&mut self, line: Line<'_>) -> Result<(), LegacyError> {
        if line.is_blank_or_comment() {
            return Ok(());
        }
        match Entry::parse(line)? {
            Entry::Stack(text) => {
                let stack = self.stack.get_or_insert_default();
                read_addresses(text, line.number, stack)?;
                stack.iter_mut().for_each(|address| *address = address.saturating_sub(1));
            }
            Entry::AllThreads(counts) => self.push(&counts),
            Entry::OneThread => {}
        }
        Ok(())
    }

    fn push(&mut self, counts: &Counts) {
        let Some(stack) = &self.stack else { return };
        let known = if self.has_allocations { counts.allocated } else { counts.in_use };
        let (count, bytes) = if counts.in_use.0 == 0 { known } else { counts.in_use };
        let scaled = |(count, bytes)| unsample(count, bytes, self.interval);
        let (allocated, in_use) = (scaled(counts.allocated), scaled(counts.in_use));
        let values = [allocated.0, allocated.1, in_use.0, in_use.1];
        let values = if self.has_allocations { &values[..] } else { &values[2..] };
        self.draft.push_blocks(stack, values, bytes.checked_div(count).unwrap_or(0));
    }
}

/// Sampled blocks and their bytes.
struct Counts {
    in_use: (i64, i64),
    /// Since the start, freed or not; zeros unless the program asked for them.
    allocated: (i64, i64),
}

/// What a line is.
enum Entry<'a> {
    /// `@` and addresses, innermost first.
    Stack(&'a [u8]),
    /// The counts of all threads together.
    AllThreads(Counts),
    /// The share of one thread, which may have a name after it.
    OneThread,
}

impl<'a> Entry<'a> {
    fn parse(line: Line<'a>) -> Result<Self, LegacyError> {
        let text = line.text.trim_ascii();
        if let Some(addresses) = text.strip_prefix(b"@") {
            return Ok(Self::Stack(addresses));
        }
        let malformed = LegacyError::MalformedLine { line: line.number };
        let mut scan = Scan::new(text);
        let thread = thread(&mut scan).ok_or(malformed)?;
        if thread != b"*" {
            return Ok(Self::OneThread);
        }
        let [count, bytes, allocated_count, allocated_bytes] = counts(scan).ok_or(malformed)?;
        let number =
            |digits| decimal_value(digits).ok_or(LegacyError::NumberTooLarge { line: line.number });
        Ok(Self::AllThreads(Counts {
            in_use: (number(count)?, number(bytes)?),
            allocated: (number(allocated_count)?, number(allocated_bytes)?),
        }))
    }
}

/// `t*:` or `tNUMBER:`; what stands between.
fn thread<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    scan.literal(b"t")?;
    let thread = scan.some(|byte| byte == b'*' || byte.is_ascii_digit())?;
    scan.literal(b":")?;
    Some(thread)
}

/// `count: bytes [count: bytes]` and nothing after it, as text.
fn counts(mut scan: Scan<'_>) -> Option<[&[u8]; 4]> {
    scan.blanks()?;
    let count = scan.digits()?;
    scan.literal(b":")?;
    scan.blanks()?;
    let bytes = scan.digits()?;
    scan.blanks()?;
    scan.literal(b"[")?;
    scan.run(is_blank);
    let allocated_count = scan.digits()?;
    scan.literal(b":")?;
    scan.blanks()?;
    let allocated_bytes = scan.digits()?;
    scan.literal(b"]")?;
    scan.rest().is_empty().then_some([count, bytes, allocated_count, allocated_bytes])
}
