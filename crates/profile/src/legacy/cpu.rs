//! The binary CPU profile of gperftools, and what Java made of it.

use std::collections::HashMap;

use super::Parsed;
use super::draft::Draft;
use super::lines::Lines;
use super::{java, memory_map};
use crate::FixedState;

/// `0 3 0 period 0` in machine words, samples `count depth address*depth`, the trailer `0 1 0`, and
/// the memory map as text. The word size and order are those of the first header that fits.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let formats = [(4, false), (4, true), (8, false), (8, true)];
    let words = |(size, big_endian)| Words { rest: bytes, size, big_endian };
    let header = formats.map(words).into_iter().find_map(|mut words| {
        let header = Header::read(&mut words)?;
        Some((header, words))
    });
    let Some((header, words)) = header else { return Ok(None) };
    let Some((stacks, text)) = Stacks::read(words) else { return Ok(None) };
    let mut draft = Draft::new(&[(b"samples", b"count"), (b"cpu", b"nanoseconds")]);
    draft.set_period(header.period_nanos, b"cpu", b"nanoseconds");
    if header.is_java {
        stacks.push_as_they_are(&mut draft, header.period_nanos);
        java::parse_locations(&mut Lines::new(text), &mut draft)?;
        return Ok(Some(draft.finish_without_addresses()));
    }
    stacks.adjusted().push_cleaned(&mut draft, header.period_nanos);
    Ok(Some(draft.finish(memory_map::parse(&mut Lines::new(text))?)))
}

/// Machine words of the profiled process, and what follows them.
#[derive(Clone, Copy)]
struct Words<'a> {
    rest: &'a [u8],
    /// 4 or 8 bytes.
    size: usize,
    big_endian: bool,
}

impl Words<'_> {
    fn next(&mut self) -> Option<u64> {
        let (word, rest) = self.rest.split_at_checked(self.size)?;
        self.rest = rest;
        let push = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
        Some(if self.big_endian {
            word.iter().fold(0, push)
        } else {
            word.iter().rev().fold(0, push)
        })
    }
}

struct Header {
    is_java: bool,
    period_nanos: i64,
}

impl Header {
    fn read(words: &mut Words<'_>) -> Option<Self> {
        let mut next = || words.next();
        let [zero, length, kind, period_micros, padding] =
            [next()?, next()?, next()?, next()?, next()?];
        let fits = zero == 0 && length == 3 && kind <= 1 && period_micros != 0 && padding == 0;
        let period_nanos = (period_micros as i64).wrapping_mul(1000);
        fits.then_some(Self { is_java: kind == 1, period_nanos })
    }
}

/// How often each stack of addresses was seen, in the order of the profile.
struct Stacks {
    counts: Vec<i64>,
    ends: Vec<usize>,
    addresses: Vec<u64>,
}

/// Of 32 samples one may lack the frames that the signal handler leaves in all others.
const UNMARKED_SHARE: usize = 32;

impl Stacks {
    /// The samples up to the trailer or the end, and the text that follows the trailer; nothing if
    /// a stack would be deeper than there are bytes for.
    fn read(mut words: Words<'_>) -> Option<(Self, &[u8])> {
        let mut stacks = Self { counts: Vec::new(), ends: Vec::new(), addresses: Vec::new() };
        while !words.rest.is_empty() {
            let (count, depth) = (words.next()?, words.next()?);
            if depth > words.rest.len() as u64 / 4 {
                return None;
            }
            let first = stacks.addresses.len();
            stacks.read_addresses(&mut words, depth);
            if count == 0 && stacks.addresses[first..] == [0] {
                stacks.addresses.truncate(first);
                break;
            }
            stacks.counts.push(count as i64);
            stacks.ends.push(stacks.addresses.len());
        }
        Some((stacks, words.rest))
    }

    /// Missing words at the end count as 0.
    fn read_addresses(&mut self, words: &mut Words<'_>, depth: u64) {
        for _ in 0..depth {
            let address = words.next().unwrap_or_else(|| {
                words.rest = &[];
                0
            });
            self.addresses.push(address);
        }
    }

    fn iter(&self) -> impl Iterator<Item = (i64, &[u64])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(self.ends.iter().copied());
        self.counts.iter().copied().zip(ranges.map(|(start, end)| &self.addresses[start..end]))
    }

    /// The stacks with return addresses made addresses of calls: all but the leaf are one less.
    fn adjusted(mut self) -> Self {
        let mut start = 0;
        for &end in &self.ends {
            for address in self.addresses[start..end].iter_mut().skip(1) {
                *address = address.wrapping_sub(1);
            }
            start = end;
        }
        self
    }

    fn push_as_they_are(&self, draft: &mut Draft, period: i64) {
        for (count, stack) in self.iter() {
            draft.push(stack, &[count, count.wrapping_mul(period)]);
        }
    }

    /// Appends the stacks without the signal handler's frames, of which there are up to two, and
    /// with the leaf once.
    fn push_cleaned(self, draft: &mut Draft, period: i64) {
        let cleaned = self.without_signal_frame().without_signal_frame();
        for (count, stack) in cleaned.iter() {
            draft.push_with_leaf_once(stack, &[count, count.wrapping_mul(period)]);
        }
    }

    /// The stacks without the address that is the second in nearly all of them, where it is that.
    fn without_signal_frame(self) -> Self {
        let Some(frame) = self.signal_frame() else { return self };
        let mut cleaned = Self { counts: Vec::new(), ends: Vec::new(), addresses: Vec::new() };
        for (count, stack) in self.iter() {
            let from = if stack.get(1) == Some(&frame) { 2 } else { 1 };
            cleaned.addresses.extend(stack.first());
            cleaned.addresses.extend(stack.get(from..).unwrap_or_default());
            cleaned.counts.push(count);
            cleaned.ends.push(cleaned.addresses.len());
        }
        cleaned
    }

    fn signal_frame(&self) -> Option<u64> {
        let mut seen: HashMap<u64, usize, FixedState> = HashMap::default();
        for second in self.iter().filter_map(|(_, stack)| stack.get(1)) {
            *seen.entry(*second).or_default() += 1;
        }
        let stacks = self.counts.len();
        let enough = stacks - stacks / UNMARKED_SHARE;
        seen.into_iter().find(|&(_, times)| times >= enough).map(|(address, _)| address)
    }
}
