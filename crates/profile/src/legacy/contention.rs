//! Lock contention profiles of C++ servers.

use super::draft::Draft;
use super::error::LegacyError;
use super::lines::{Line, Lines};
use super::scan::{address_list, decimal_value, read_addresses};
use super::unsample::truncate;
use super::{Parsed, attribute, memory_map};

/// `--- contentionz N ---`, attributes, then `delay count @ address...` lines.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut lines = Lines::new(bytes);
    let Some(first) = lines.next()? else { return Ok(None) };
    const STARTS: [&[u8]; 3] = [b"--- contentionz ", b"--- mutex:", b"--- contention:"];
    if !STARTS.iter().any(|start| first.text.starts_with(start)) {
        return Ok(None);
    }
    let Some((attributes, mut line)) = Attributes::read(&mut lines)? else { return Ok(None) };
    let mut draft = attributes.draft();
    let mut addresses = Vec::new();
    while let Some(current) = line
        && !current.text.starts_with(b"---")
    {
        if !current.is_blank_or_comment() {
            let Some((delay, count, stack)) = parts(current.text) else { return Ok(None) };
            let values = attributes.scale(delay, count, current.number)?;
            read_addresses(stack, current.number, &mut addresses)?;
            addresses.iter_mut().for_each(|address| *address = address.wrapping_sub(1));
            draft.push(&addresses, &values);
        }
        line = lines.next()?;
    }
    Ok(Some(draft.finish(memory_map::parse_after(line, &mut lines)?)))
}

struct Attributes {
    cycles_per_second: i64,
    period: i64,
    duration_millis: i64,
}

impl Attributes {
    /// The attributes and the line after them; nothing if one is not of this format.
    fn read<'a>(lines: &mut Lines<'a>) -> Result<Option<(Self, Option<Line<'a>>)>, LegacyError> {
        let mut read = Self { cycles_per_second: 0, period: 1, duration_millis: 0 };
        while let Some(line) = lines.next_with_content()? {
            let split = attribute::split(line.text).filter(|_| !line.text.starts_with(b"---"));
            match split.map(|(name, value)| read.set(name, value)) {
                None => return Ok(Some((read, Some(line)))),
                Some(Some(())) => {}
                Some(None) => return Ok(None),
            }
        }
        Ok(Some((read, None)))
    }

    fn set(&mut self, name: &[u8], value: &[u8]) -> Option<()> {
        match name {
            b"cycles/second" => self.cycles_per_second = attribute::integer(value)?,
            b"sampling period" => self.period = attribute::integer(value)?,
            b"ms since reset" => self.duration_millis = attribute::integer(value)?,
            b"discarded samples" => {}
            _ => return None,
        }
        Some(())
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::new(&[(b"contentions", b"count"), (b"delay", b"nanoseconds")]);
        draft.set_period(self.period, b"contentions", b"count");
        draft.set_duration_millis(self.duration_millis);
        draft
    }

    /// Contentions and their delay in nanoseconds, when one in `period` was sampled. A delay that
    /// is not in cycles is taken as it is.
    fn scale(&self, delay: &[u8], count: &[u8], line: usize) -> Result<[i64; 2], LegacyError> {
        let number = |digits| decimal_value(digits).ok_or(LegacyError::NumberTooLarge { line });
        let (delay, count) = (number(delay)?, number(count)?);
        if self.period <= 0 {
            return Ok([count, delay]);
        }
        let count = count.wrapping_mul(self.period);
        if self.cycles_per_second <= 0 {
            return Ok([count, delay]);
        }
        let cycles_per_nanosecond = self.cycles_per_second as f64 / 1e9;
        let delay = delay as f64 * self.period as f64 / cycles_per_nanosecond;
        Ok([count, truncate(delay)])
    }
}

/// The delay, the count and the addresses of the first `delay count @ address...` in the line.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let marks = (0..line.len()).filter(|&at| line[at..].starts_with(b" @"));
    marks.map(|at| (&line[..at], &line[at + 2..])).find_map(|(before, after)| {
        let (before, count) = split_digits(before);
        let spaces = before.iter().rev().take_while(|&&byte| byte == b' ').count();
        let (_, delay) = split_digits(&before[..before.len() - spaces]);
        let (delay, count) = match delay {
            // Nothing needs to lie between the two: the last digit alone can be the count.
            [] if count.len() >= 2 => count.split_at(count.len() - 1),
            delay => (delay, count),
        };
        (!delay.is_empty() && !count.is_empty()).then(|| (delay, count, address_list(after)))
    })
}

/// Splits off the decimal digits at the end.
fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(text.len() - digits)
}
