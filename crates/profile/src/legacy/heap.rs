//! Heap, growth and fragmentation profiles of tcmalloc, and Go's `debug=1` heap profiles.

use super::draft::Draft;
use super::error::LegacyError;
use super::lines::{Line, Lines};
use super::scan::{Scan, address_list, decimal_value, find_from_number, read_addresses};
use super::unsample::unsample;
use super::{Parsed, memory_map};

/// `heap profile: I: B [ AI: AB] @ TYPE/PERIOD`, then `N: S [AN: AS] @ address...` lines.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let Some(first) = lines.next()? else { return Ok(None) };
    let Some(header) = Header::parse(first.text) else { return Ok(None) };
    let mut draft = header.draft();
    let mut addresses = Vec::new();
    let mut line = lines.next()?;
    while let Some(current) = line
        && !memory_map::announces_map(current.text)
    {
        if !current.is_blank_or_comment() {
            let sample = HeapSample::parse(current)?;
            read_addresses(sample.addresses, current.number, &mut addresses)?;
            addresses.iter_mut().for_each(|address| *address = address.wrapping_sub(1));
            header.push(&mut draft, &sample, &addresses, current.number)?;
        }
        line = lines.next()?;
    }
    Ok(Some(draft.finish(memory_map::parse_after(line, &mut lines)?)))
}

/// What the first line says of the samples.
struct Header {
    /// Whether samples are of allocated blocks as well as of those in use.
    has_allocations: bool,
    /// The sampling interval in bytes, when the samples are not yet scaled up by it.
    interval: Option<i64>,
    period: i64,
}

impl Header {
    fn parse(line: &[u8]) -> Option<Self> {
        let starts = || positions(line, b"heap profile:").map(|at| Scan::new(&line[at..]));
        let heap = starts().find_map(HeaderLine::heap);
        if let Some((line, kind, period)) = heap {
            return Self::of_heap(&line, kind, period);
        }
        starts().find_map(HeaderLine::growth).map(|()| Self {
            has_allocations: false,
            interval: None,
            period: 1,
        })
    }

    fn of_heap(line: &HeaderLine<'_>, kind: &[u8], period: &[u8]) -> Option<Self> {
        let period = if period.is_empty() { 0 } else { decimal_value(period)? };
        let (interval, period) = match kind {
            b"heapz_v2" | b"heap_v2" => (Some(period), period),
            b"heap" => (Some(period / 2), period / 2),
            b"heapprofile" => (None, 1),
            _ => return None,
        };
        Some(Self { has_allocations: line.has_allocations(), interval, period })
    }

    fn draft(&self) -> Draft {
        const BOTH: &[(&[u8], &[u8])] = &[
            (b"alloc_objects", b"count"),
            (b"alloc_space", b"bytes"),
            (b"inuse_objects", b"count"),
            (b"inuse_space", b"bytes"),
        ];
        const IN_USE: &[(&[u8], &[u8])] = &[(b"objects", b"count"), (b"space", b"bytes")];
        let mut draft = Draft::new(if self.has_allocations { BOTH } else { IN_USE });
        draft.set_period(self.period, b"space", b"bytes");
        draft
    }

    fn push(
        &self,
        draft: &mut Draft,
        sample: &HeapSample<'_>,
        addresses: &[u64],
        line: usize,
    ) -> Result<(), LegacyError> {
        let number = |digits| decimal_value(digits).ok_or(LegacyError::NumberTooLarge { line });
        let both = [(true, sample.allocated), (false, sample.in_use)];
        let pairs = if self.has_allocations { &both[..] } else { &both[1..] };
        let mut values = Vec::with_capacity(4);
        let mut block = 0;
        for &(allocated, (count, bytes)) in pairs {
            let (count, bytes) = (number(count)?, number(bytes)?);
            if count == 0 && bytes != 0 {
                return Err(LegacyError::BytesWithoutBlocks { line, allocated, bytes });
            }
            if count != 0 {
                block = bytes.wrapping_div(count);
            }
            let (count, bytes) = match self.interval {
                Some(interval) => unsample(count, bytes, interval),
                None => (count, bytes),
            };
            values.extend([count, bytes]);
        }
        draft.push_blocks(addresses, &values, block);
        Ok(())
    }
}

/// The numbers of the first line, as text.
struct HeaderLine<'a> {
    in_use: Pair<'a>,
    allocated: Pair<'a>,
}

impl<'a> HeaderLine<'a> {
    /// Up to and with the closing bracket.
    fn totals(scan: &mut Scan<'a>) -> Option<Self> {
        scan.literal(b"heap profile:")?;
        let in_use = pair(scan.spaces(), Scan::digits)?;
        scan.spaces().literal(b"[")?;
        let allocated = pair(scan.spaces(), Scan::digits)?;
        scan.spaces().literal(b"]")?;
        Some(Self { in_use, allocated })
    }

    /// A heap profile, its kind and its period, which may be missing.
    fn heap(mut scan: Scan<'a>) -> Option<(Self, &'a [u8], &'a [u8])> {
        let line = Self::totals(&mut scan)?;
        scan.spaces().literal(b"@")?;
        scan.spaces();
        let class = |byte: u8| matches!(byte, b'_' | b'a'..=b'z' | b'0'..=b'9');
        let kind = scan.run(class);
        scan.optional(b"/");
        let period = scan.run(|byte| byte.is_ascii_digit());
        Some((line, kind, period)).filter(|_| kind.starts_with(b"heap"))
    }

    fn growth(mut scan: Scan<'a>) -> Option<()> {
        Self::totals(&mut scan)?;
        scan.literal(b" @ ")?;
        let kind = scan.rest();
        (kind.starts_with(b"growth") || kind.starts_with(b"fragmentation")).then_some(())
    }

    /// Whether what was allocated differs from what is in use, and is known.
    fn has_allocations(&self) -> bool {
        self.allocated != self.in_use && self.allocated != (b"0", b"0")
    }
}

/// One line of the profile, as text: blocks with their bytes, and a stack.
struct HeapSample<'a> {
    in_use: Pair<'a>,
    allocated: Pair<'a>,
    addresses: &'a [u8],
}

impl<'a> HeapSample<'a> {
    fn parse(line: Line<'a>) -> Result<Self, LegacyError> {
        let sample = find_from_number(line.text, |mut scan| {
            let in_use = pair(&mut scan, Scan::signed_digits)?;
            scan.spaces().literal(b"[")?;
            let allocated = pair(scan.spaces(), Scan::signed_digits)?;
            scan.spaces().literal(b"] @")?;
            Some(Self { in_use, allocated, addresses: address_list(scan.rest()) })
        });
        sample.ok_or(LegacyError::NotASample { line: line.number })
    }
}

/// The digits of a count of blocks and of their bytes.
type Pair<'a> = (&'a [u8], &'a [u8]);

/// `count: bytes`, with spaces after the colon only.
fn pair<'a>(
    scan: &mut Scan<'a>,
    number: impl Fn(&mut Scan<'a>) -> Option<&'a [u8]>,
) -> Option<Pair<'a>> {
    let count = number(scan)?;
    scan.literal(b":")?;
    Some((count, number(scan.spaces())?))
}

/// Where `part` starts in `text`.
fn positions<'a>(text: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    (0..text.len()).filter(|&at| text[at..].starts_with(part))
}
