//! The code around interesting addresses.

use std::collections::BTreeMap;

use heapwise_profile::{Id, Mapping};

use super::Pair;
use super::interest::Interest;
use crate::{CodeFrame, Error, Input, Instruction, MappedFile, Object};

/// Addresses nearer than this to one another are read together.
const GAP: u64 = 1000;

/// How much is read around them.
const MARGIN: u64 = 500;

/// The most ranges that are read: those with the largest values.
const MOST_RANGES: usize = 25;

/// An instruction without a line takes that of the one before if it is at most so far away.
const NEIGHBOURHOOD: u64 = 32;

/// An instruction, or an address of which nothing else is known.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The address in the file.
    pub(super) address: u64,
    /// Where the next one starts; the same as the runtime address plus 1 if that is not known.
    pub(super) end: u64,
    /// The text; nothing if the code is not at hand.
    pub(super) text: Option<String>,
    /// Innermost first.
    pub(super) frames: Vec<CodeFrame>,
    /// The place that is shown beside it.
    pub(super) place: CodeFrame,
    pub(super) sums: Pair,
}

/// Steps by runtime address.
pub(super) type Steps = BTreeMap<u64, Step>;

/// Reads the code around the interesting addresses.
pub(super) fn read(input: &Input<'_>, interest: &Interest) -> Result<Steps, Error> {
    let mut steps = Steps::new();
    let mut refused = Ok(());
    let mut opened = Vec::new();
    let ranges = ranges(input, interest);
    for mapping in input.profile.mappings.ids() {
        let own: Vec<Range> =
            ranges.iter().filter(|range| range.mapping == mapping).copied().collect();
        let present = interest.addresses.values().any(|spot| spot.mapping == Some(mapping));
        if !present {
            continue;
        }
        let file = MappedFile::of(input.profile, &input.profile.mappings[mapping]);
        if file.file.is_empty() {
            continue;
        }
        let read = input.objects.open(&file, &mut |object| {
            for range in &own {
                if let Err(why) = read_range(object, *range, interest, &mut steps) {
                    refused = Err(Error::Code(why));
                }
            }
        });
        if read.is_ok() {
            opened.push(mapping);
        }
    }
    refused?;
    for (&runtime, spot) in &interest.addresses {
        let known = !spot.made_up && spot.mapping.is_some_and(|row| opened.contains(&row));
        if known {
            continue;
        }
        let place = spot.frames.first().cloned().unwrap_or_default();
        let sums = interest.values.get(&runtime).copied().unwrap_or_default();
        let (address, end, frames) = (runtime, runtime.saturating_add(1), spot.frames.clone());
        steps.insert(runtime, Step { address, end, text: None, frames, place, sums });
    }
    Ok(steps)
}

/// Runtime addresses of one mapping.
#[derive(Clone, Copy, Debug)]
struct Range {
    mapping: Id<Mapping>,
    start: u64,
    end: u64,
    flat: i64,
}

fn ranges(input: &Input<'_>, interest: &Interest) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for (&at, spot) in &interest.addresses {
        let Some(mapping) = spot.mapping.filter(|_| !spot.made_up) else { continue };
        let flat = interest.values.get(&at).map_or(0, |values| values.flat);
        match ranges.last_mut() {
            Some(last) if last.mapping == mapping && at - last.end <= GAP => {
                last.end = at;
                last.flat = last.flat.wrapping_add(flat);
            }
            _ => ranges.push(Range { mapping, start: at, end: at, flat }),
        }
    }
    for range in &mut ranges {
        let mapping = &input.profile.mappings[range.mapping];
        range.start = range.start.saturating_sub(MARGIN).max(mapping.start.0);
        range.end = range.end.saturating_add(MARGIN);
        if mapping.limit.0 != 0 {
            range.end = range.end.min(mapping.limit.0);
        }
    }
    ranges.sort_by_key(|range| std::cmp::Reverse(range.flat));
    ranges.truncate(MOST_RANGES);
    ranges.sort_by_key(|range| range.start);
    ranges
}

fn read_range(
    object: &dyn Object,
    range: Range,
    interest: &Interest,
    steps: &mut Steps,
) -> Result<(), String> {
    let Some(start) = object.address(range.start) else { return Ok(()) };
    let end = start.saturating_add(range.end - range.start);
    let instructions = object.instructions(start, end)?;
    let ends = instructions.iter().skip(1).map(|next| next.address).chain([end]);
    let ends: Vec<u64> = ends.collect();
    let mut last: Option<(u64, Vec<CodeFrame>)> = None;
    for (instruction, end) in instructions.into_iter().zip(ends) {
        let runtime = range.start.wrapping_add(instruction.address.wrapping_sub(start));
        let until = range.start.wrapping_add(end.wrapping_sub(start));
        let mut sums = Pair::default();
        for (_, values) in interest.values.range(runtime..until.max(runtime)) {
            sums.add(*values);
        }
        let own = frames(object, &instruction, interest);
        let place = own.first().cloned().unwrap_or_default();
        let known = own.first().is_some_and(|innermost| innermost.line != 0);
        let frames = match &last {
            Some((at, frames)) if !known && !own.is_empty() && runtime - at <= NEIGHBOURHOOD => {
                frames.clone()
            }
            _ => own,
        };
        if known {
            last = Some((runtime, frames.clone()));
        }
        let (address, text) = (instruction.address, Some(instruction.text));
        steps.insert(runtime, Step { address, end, text, frames, place, sums });
    }
    Ok(())
}

/// The functions that an instruction lies in; what the disassembler says if nothing else does. Those
/// that the profile knows by their linker's names are shown under these.
fn frames(object: &dyn Object, instruction: &Instruction, interest: &Interest) -> Vec<CodeFrame> {
    let mut frames = object.frames(instruction.address);
    if frames.is_empty() && !instruction.function.is_empty() {
        frames.push(CodeFrame {
            function: instruction.function.clone(),
            file: instruction.file.clone(),
            line: instruction.line,
            ..CodeFrame::default()
        });
    }
    for frame in &mut frames {
        let known = |name| interest.functions.contains(name);
        if !known(&frame.function) && known(&frame.symbol) {
            frame.function.clone_from(&frame.symbol);
        }
    }
    frames
}
