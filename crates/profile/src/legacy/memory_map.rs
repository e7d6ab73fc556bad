//! The memory map at the end of a legacy profile.

use super::error::LegacyError;
use super::lines::{Line, Lines, contains};
use super::scan::{Scan, hex_value, is_blank};

/// A range of addresses that the process had mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MapEntry {
    /// The first address.
    pub(super) start: u64,
    /// The address after the last one.
    pub(super) limit: u64,
    /// The position in the file of the byte at `start`.
    pub(super) offset: u64,
    /// The path of the file, empty if there is none.
    pub(super) file: Vec<u8>,
    /// The identity of the file, empty if unknown.
    pub(super) build_id: Vec<u8>,
}

/// Whether a line announces the memory map.
pub(super) fn announces_map(line: &[u8]) -> bool {
    contains(line, b"--- Memory map: ---") || contains(line, b"MAPPED_LIBRARIES:")
}

/// The memory map after the samples: `last` is the line that ended them, which may announce it.
/// No entries if no line does.
pub(super) fn parse_after(
    last: Option<Line<'_>>,
    lines: &mut Lines<'_>,
) -> Result<Vec<MapEntry>, LegacyError> {
    let mut line = last;
    while let Some(current) = line {
        if announces_map(current.text) {
            return parse(lines);
        }
        line = lines.next()?;
    }
    Ok(Vec::new())
}

/// The entries of the lines that are executable mappings. Lines `name = value` define what `$name`
/// stands for in later lines; others are skipped.
pub(super) fn parse(lines: &mut Lines<'_>) -> Result<Vec<MapEntry>, LegacyError> {
    let mut entries = Vec::new();
    let mut attributes = Attributes::default();
    while let Some(line) = lines.next()? {
        let Some(line) = attributes.substitute(without_log_prefix(line.text)) else { continue };
        match MapLine::parse(&line) {
            MapLine::Entry(entry) => entries.push(entry),
            MapLine::NotExecutable => {}
            MapLine::Other => attributes.define(&line),
        }
    }
    Ok(entries)
}

/// The line without `file.cc:123] ` and what precedes it, if it starts so.
fn without_log_prefix(line: &[u8]) -> &[u8] {
    let prefix = |line| {
        let mut scan = Scan::new(line);
        let before = scan.some(|byte| !matches!(byte, b'[' | b']'))?;
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let before = &before[..before.len() - digits];
        let is_position = digits > 0 && before.len() > 1 && before.ends_with(b":");
        scan.literal(b"]")?;
        let rest = scan.rest();
        rest.first().copied().filter(|&byte| is_position && is_blank(byte))?;
        Some(&rest[1..])
    };
    prefix(line).unwrap_or(line)
}

/// What `$name` stands for.
#[derive(Default)]
struct Attributes {
    /// Names with their `$`, and values, in order of definition.
    known: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Above this many bytes a line is not worth reading: values can hold other values.
const LONGEST_LINE: usize = 1 << 16;

/// Above this many names further ones are not defined.
const MOST_ATTRIBUTES: usize = 1 << 10;

impl Attributes {
    /// The line with every name replaced by its value, the name defined first where several fit;
    /// nothing if that would be too long.
    fn substitute(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut whole = Vec::with_capacity(line.len());
        let mut rest = line;
        while let Some(&byte) = rest.first() {
            let named = (byte == b'$')
                .then(|| self.known.iter().find(|(name, _)| rest.starts_with(name)))
                .flatten();
            match named {
                Some((name, value)) => {
                    whole.extend_from_slice(value);
                    rest = &rest[name.len()..];
                }
                None => {
                    whole.push(byte);
                    rest = &rest[1..];
                }
            }
            if whole.len() >= LONGEST_LINE {
                return None;
            }
        }
        Some(whole)
    }

    fn define(&mut self, line: &[u8]) {
        if let Some((name, value)) = super::attribute::split(line)
            && self.known.len() < MOST_ATTRIBUTES
        {
            self.known.push(([b"$", name].concat(), value.to_vec()));
        }
    }
}

/// What a line of the map is.
enum MapLine {
    Entry(MapEntry),
    NotExecutable,
    Other,
}

impl MapLine {
    /// The line in its full form, as in `/proc/PID/maps`, else in its brief one.
    fn parse(line: &[u8]) -> Self {
        let ranges = || ranges(line);
        let fields = ranges().find_map(full_form).or_else(|| ranges().next().map(brief_form));
        match fields.map(|fields| (fields.permissions, fields.entry())) {
            None | Some((_, None)) => Self::Other,
            Some((b"", Some(entry))) => Self::Entry(entry),
            Some((permissions, Some(entry))) if permissions.contains(&b'x') => Self::Entry(entry),
            Some(_) => Self::NotExecutable,
        }
    }
}

/// The parts of a line, as text.
#[derive(Clone, Copy, Default)]
struct Fields<'a> {
    start: &'a [u8],
    limit: &'a [u8],
    permissions: &'a [u8],
    offset: &'a [u8],
    file: &'a [u8],
    build_id: &'a [u8],
}

impl Fields<'_> {
    /// The entry, unless a number is over 64 bits.
    fn entry(&self) -> Option<MapEntry> {
        Some(MapEntry {
            start: hex_value(self.start)?,
            limit: hex_value(self.limit)?,
            offset: hex_value(self.offset)?,
            file: self.file.to_vec(),
            build_id: self.build_id.to_vec(),
        })
    }
}

/// The ways to read a range and the permissions at the start of a line: up to two, because the
/// numbers need nothing between them, so that the last digit of the first may start the second.
fn ranges(line: &[u8]) -> impl Iterator<Item = (Fields<'_>, Scan<'_>)> {
    let mut scan = Scan::new(line.trim_ascii_start());
    scan.optional(b"0x");
    let after_prefix = scan;
    let digits = scan.hex().unwrap_or_default();
    let apart = (!digits.is_empty()).then(|| {
        scan.optional(b"-");
        scan.run(is_blank);
        (digits, scan)
    });
    let joined = digits.split_last().filter(|(_, first)| !first.is_empty()).map(|(_, first)| {
        let mut scan = after_prefix;
        scan.optional(first);
        (first, scan)
    });
    [apart, joined].into_iter().flatten().filter_map(|(start, mut scan)| {
        let limit = second_number(&mut scan)?;
        scan.optional(b":");
        let permissions = word(&mut scan, |byte| b"-rwxp".contains(&byte));
        Some((Fields { start, limit, permissions, ..Fields::default() }, scan))
    })
}

/// Hexadecimal digits after `0x` or not; of a lone `0x` the `0`.
fn second_number<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let mut prefixed = *scan;
    if prefixed.literal(b"0x").is_some()
        && let Some(digits) = prefixed.hex()
    {
        *scan = prefixed;
        return Some(digits);
    }
    scan.hex()
}

/// `[offset] major:minor inode [file]` after the range.
fn full_form<'a>((fields, scan): (Fields<'a>, Scan<'a>)) -> Option<Fields<'a>> {
    let offset_and_device = |mut scan: Scan<'a>| {
        scan.blanks()?;
        let offset = scan.hex()?;
        Some((offset, device(scan)?))
    };
    let (offset, mut scan) = offset_and_device(scan).or_else(|| Some((&b""[..], device(scan)?)))?;
    scan.blanks()?;
    scan.digits()?;
    let file = word(&mut scan, |byte| !is_blank(byte));
    Some(Fields { offset, file, ..fields })
}

/// What follows ` major:minor`.
fn device(mut scan: Scan<'_>) -> Option<Scan<'_>> {
    scan.blanks()?;
    scan.hex()?;
    scan.literal(b":")?;
    scan.hex()?;
    Some(scan)
}

/// `[file] [(@offset)] [build id]` after the range.
fn brief_form<'a>((fields, mut scan): (Fields<'a>, Scan<'a>)) -> Fields<'a> {
    let file = word(&mut scan, |byte| !is_blank(byte));
    let mut after = scan;
    let offset = parenthesized_offset(&mut after);
    if offset.is_some() {
        scan = after;
    }
    let build_id = word(&mut scan, |byte| byte.is_ascii_hexdigit());
    Fields { offset: offset.unwrap_or_default(), file, build_id, ..fields }
}

fn parenthesized_offset<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    scan.blanks()?;
    scan.literal(b"(@")?;
    let offset = scan.hex()?;
    scan.literal(b")")?;
    Some(offset)
}

/// Blanks and a run of the class after them; nothing is scanned if either is missing.
fn word<'a>(scan: &mut Scan<'a>, class: impl Fn(u8) -> bool) -> &'a [u8] {
    let mut ahead = *scan;
    let found = ahead.blanks().and_then(|()| ahead.some(class));
    if found.is_some() {
        *scan = ahead;
    }
    found.unwrap_or_default()
}
