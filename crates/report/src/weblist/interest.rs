//! Which addresses of a profile are asked for, and what they are worth.

use std::collections::{BTreeMap, BTreeSet};

use heapwise_profile::{Id, Line, Location, Mapping};

use super::Pair;
use crate::{CodeFrame, Input, Pattern};

/// What the samples say of addresses.
#[derive(Debug, Default)]
pub(super) struct Interest {
    /// The names of the functions that are asked for.
    pub(super) functions: BTreeSet<Vec<u8>>,
    /// The addresses in them, with the locations that they come from.
    pub(super) addresses: BTreeMap<u64, Spot>,
    /// The values of every address.
    pub(super) values: BTreeMap<u64, Pair>,
}

/// What the profile knows of an address.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) mapping: Option<Id<Mapping>>,
    /// Innermost first.
    pub(super) frames: Vec<CodeFrame>,
    /// Whether the profile has no address, so that one was made up.
    pub(super) made_up: bool,
}

impl Interest {
    pub(super) fn of(input: &Input<'_>, pattern: &Pattern<'_>, address: Option<u64>) -> Self {
        let mut interest = Self::default();
        let addresses = Addresses::of(input);
        let profile = input.profile;
        let mut seen = BTreeSet::new();
        for sample in profile.samples.iter() {
            let value = input.value.weight(sample.values).unwrap_or_default().value();
            for (depth, &id) in sample.stack.iter().enumerate() {
                let at = addresses.at(id);
                let values = interest.values.entry(at).or_default();
                let flat = if depth == 0 { value } else { 0 };
                values.add(Pair { flat, cum: value });
                if seen.insert(id) {
                    interest.look_at(input, id, at, pattern, address);
                }
            }
        }
        interest
    }

    fn look_at(
        &mut self,
        input: &Input<'_>,
        id: Id<Location>,
        at: u64,
        pattern: &Pattern<'_>,
        address: Option<u64>,
    ) {
        let profile = input.profile;
        let (location, lines) = (profile.locations.get(id), profile.locations.lines(id));
        let object =
            location.mapping.map_or(&b""[..], |row| profile.text(profile.mappings[row].file));
        let hit = address == Some(location.address.0) && !lines.is_empty();
        let wanted = |(row, line): (usize, &Line)| {
            let function = &profile.functions[line.function];
            let texts = [function.name, function.system_name, function.file];
            texts.iter().any(|text| (pattern.matches)(profile.text(*text)))
                || (row == 0 && (pattern.matches)(object))
                || (hit && row + 1 == lines.len())
        };
        let rows: Vec<usize> = (0..lines.len()).filter(|&row| wanted((row, &lines[row]))).collect();
        if rows.is_empty() {
            return;
        }
        for row in rows {
            let function = &profile.functions[lines[row].function];
            for name in [function.name, function.system_name] {
                self.functions.insert(profile.text(name).to_vec());
            }
        }
        let frame = |line: &Line| {
            let function = &profile.functions[line.function];
            CodeFrame {
                function: profile.text(function.name).to_vec(),
                file: profile.text(function.file).to_vec(),
                line: line.line,
                ..CodeFrame::default()
            }
        };
        self.addresses.insert(
            at,
            Spot {
                mapping: location.mapping,
                frames: lines.iter().map(frame).collect(),
                made_up: location.address.0 == 0,
            },
        );
    }
}

/// The addresses of locations; those that have none get some above everything else.
struct Addresses<'a> {
    input: &'a Input<'a>,
    first_free: u64,
}

impl<'a> Addresses<'a> {
    fn of(input: &'a Input<'a>) -> Self {
        let limits = input.profile.mappings.rows().iter().map(|mapping| mapping.limit.0);
        let addresses = input.profile.locations.iter().map(|(location, _)| location.address.0);
        let last = limits.chain(addresses).filter(|limit| *limit < u64::MAX >> 1).max();
        Self { input, first_free: last.unwrap_or(0) + 1 }
    }

    fn at(&self, id: Id<Location>) -> u64 {
        match self.input.profile.locations.get(id).address.0 {
            0 => self.first_free + id.row() as u64,
            address => address,
        }
    }
}
