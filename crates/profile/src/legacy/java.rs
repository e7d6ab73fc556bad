//! Heap and contention profiles of Java, and the locations that name the addresses in all of Java's
//! profiles.

use super::draft::{Draft, Source};
use super::error::LegacyError;
use super::lines::{Line, Lines, contains};
use super::scan::{
    Scan, address_list, decimal_value, find_from_number, hex_value, is_blank, read_addresses,
};
use super::unsample::unsample;
use super::{Parsed, attribute};

/// The sampling interval of Java's heap profiles, in bytes.
const HEAP_INTERVAL: i64 = 524_288;

/// `--- heapz 1 ---` or `--- contentionz 1 ---`, attributes, `value count @ address...` lines, and
/// `address function (file:line)` lines.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let kind = match lines.next_of_any_length().map(|line| line.text.trim_ascii_end()) {
        Some(b"--- heapz 1 ---") => Kind::Heap,
        Some(b"--- contentionz 1 ---") => Kind::Contention,
        _ => return Ok(None),
    };
    let Some(attributes) = Attributes::read(&mut lines, kind)? else { return Ok(None) };
    let mut draft = attributes.draft();
    attributes.read_samples(&mut lines, &mut draft)?;
    parse_locations(&mut lines, &mut draft)?;
    Ok(Some(draft.finish_without_addresses()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heap,
    Contention,
}

struct Attributes {
    kind: Kind,
    /// The unit of the second sample type; without it there are no sample types.
    resolution: Option<Vec<u8>>,
    period: Option<i64>,
    duration_millis: i64,
}

impl Attributes {
    /// The attributes up to the first line that is none; nothing if one is not of this format.
    fn read(lines: &mut Lines<'_>, kind: Kind) -> Result<Option<Self>, LegacyError> {
        let mut read = Self { kind, resolution: None, period: None, duration_millis: 0 };
        let mut ahead = lines.clone();
        while let Some(line) = ahead.next_of_any_length() {
            if !line.text.trim_ascii().is_empty() {
                let Some((name, value)) = split_attribute(line.text.trim_ascii()) else { break };
                if read.set(name, value, line.number)?.is_none() {
                    return Ok(None);
                }
            }
            *lines = ahead.clone();
        }
        Ok(Some(read))
    }

    fn set(&mut self, name: &[u8], value: &[u8], line: usize) -> Result<Option<()>, LegacyError> {
        let number = || attribute::integer(value).ok_or(LegacyError::BadAttribute { line });
        match (self.kind, name) {
            (_, b"format") if value == b"java" => {}
            (_, b"resolution") => self.resolution = Some(value.to_vec()),
            (Kind::Contention, b"sampling period") => self.period = Some(number()?),
            (Kind::Contention, b"ms since reset") => self.duration_millis = number()?,
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn draft(&self) -> Draft {
        let (count, value) = match self.kind {
            Kind::Heap => (&b"inuse_objects"[..], &b"inuse_space"[..]),
            Kind::Contention => (&b"contentions"[..], &b"delay"[..]),
        };
        let types = self.resolution.as_deref().map(|unit| [(count, &b"count"[..]), (value, unit)]);
        let mut draft = Draft::new(types.as_ref().map_or(&[], |types| &types[..]));
        if let Some(period) = self.period {
            draft.set_period(period, b"contentions", b"count");
        }
        draft.set_duration_millis(self.duration_millis);
        draft
    }

    /// Reads samples up to the first line that is none. A last line without an end is none.
    fn read_samples(&self, lines: &mut Lines<'_>, draft: &mut Draft) -> Result<(), LegacyError> {
        let mut addresses = Vec::new();
        let mut ahead = lines.clone();
        while let Some(line) = ahead.next_of_any_length().filter(|line| line.ended) {
            if !line.text.trim_ascii().is_empty() {
                let Some(parts) = sample_parts(line.text.trim_ascii()) else { break };
                if self.resolution.is_none() {
                    return Err(LegacyError::MissingSampleTypes { line: line.number });
                }
                self.push(draft, line, parts, &mut addresses)?;
            }
            *lines = ahead.clone();
        }
        Ok(())
    }

    fn push(
        &self,
        draft: &mut Draft,
        line: Line<'_>,
        (value, count, stack): (&[u8], &[u8], &[u8]),
        addresses: &mut Vec<u64>,
    ) -> Result<(), LegacyError> {
        let number =
            |digits| decimal_value(digits).ok_or(LegacyError::NumberTooLarge { line: line.number });
        let (value, count) = (number(value)?, number(count)?);
        read_addresses(stack, line.number, addresses)?;
        if self.kind == Kind::Heap {
            if count == 0 {
                return Err(LegacyError::ZeroCount { line: line.number });
            }
            let (objects, bytes) = unsample(count, value, HEAP_INTERVAL);
            draft.push_blocks(addresses, &[objects, bytes], value.wrapping_div(count));
        } else {
            let period = self.period.filter(|&period| period != 0).unwrap_or(1);
            draft.push(addresses, &[count, value].map(|value| value.wrapping_mul(period)));
        }
        Ok(())
    }
}

/// The words before and after the first `=` that has words on both sides.
fn split_attribute(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let in_words = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ');
    let equals = (0..line.len()).filter(|&at| line[at] == b'=');
    equals.map(|at| (&line[..at], &line[at + 1..])).find_map(|(before, after)| {
        let outside = before.iter().rposition(|&byte| !in_words(byte));
        let name = &before[outside.map_or(0, |at| at + 1)..];
        let value = Scan::new(after).some(in_words)?;
        (!name.is_empty()).then(|| (name.trim_ascii(), value.trim_ascii()))
    })
}

/// The value, the count and the addresses of a sample, with at least one space between all parts.
fn sample_parts(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    find_from_number(line, |mut scan| {
        let value = scan.digits()?;
        scan.literal(b" ")?;
        let count = scan.spaces().digits()?;
        scan.literal(b" ")?;
        scan.spaces().literal(b"@ ")?;
        Some((value, count, address_list(scan.rest())))
    })
}

/// Reads `address function (file:line)` lines, which say what the addresses of samples are. Other
/// lines are skipped.
pub(super) fn parse_locations(lines: &mut Lines<'_>, draft: &mut Draft) -> Result<(), LegacyError> {
    while let Some(line) = lines.next_of_any_length() {
        let Some((digits, text)) = location_parts(line.text) else { continue };
        let too_large = LegacyError::AddressTooLarge { line: line.number };
        let address = hex_value(digits).ok_or(too_large)?;
        draft.set_source(address, |draft| source(text, draft));
    }
    Ok(())
}

/// The address and the text after it.
fn location_parts(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut scan = Scan::new(line);
    scan.run(is_blank);
    scan.literal(b"0x")?;
    let digits = scan.some(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))?;
    scan.blanks()?;
    let text = scan.rest().trim_ascii_end();
    (!text.is_empty()).then_some((digits, text))
}

/// What the text of a location says: `function (file:line)`, `function (path)`, code without a name,
/// or a function alone.
fn source(text: &[u8], draft: &mut Draft) -> Source {
    let (name, file, line) = match function_and_place(text) {
        _ if contains(text, b"generated stub/JIT") => (&b"STUB"[..], &b""[..], 0),
        None => (text, &b""[..], 0),
        Some((name, place)) => match file_and_line(place) {
            Some((file, line)) => (name, file, line),
            None => (name, base_name(place), 0),
        },
    };
    Source { name: draft.text(name), file: draft.text(file), line: line.max(0) }
}

/// Splits `function (place)` at the last opening parenthesis with a space before it.
fn function_and_place(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_suffix(b")")?;
    let at = inner.windows(2).rposition(|window| window == b" (")?;
    Some((&inner[..at], &inner[at + 2..]))
}

/// Splits `file:line` at the last colon. A line that is no 64-bit number counts as unknown.
fn file_and_line(place: &[u8]) -> Option<(&[u8], i64)> {
    let colon = place.iter().rposition(|&byte| byte == b':').filter(|&at| at > 0)?;
    let mut scan = Scan::new(&place[colon + 1..]);
    let digits = scan.signed_digits()?;
    scan.rest().is_empty().then(|| (&place[..colon], decimal_value(digits).unwrap_or(0)))
}

/// The last element of a path; `.` for none and `/` for slashes alone.
fn base_name(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
    match (path, &path[..end]) {
        ([], _) => b".",
        (_, []) => b"/",
        (_, path) => path.rsplit(|&byte| byte == b'/').next().unwrap_or(path),
    }
}
