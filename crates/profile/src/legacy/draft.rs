//! A profile while its samples are read: stacks of addresses.

use std::collections::HashMap;
use std::sync::Arc;

use super::fix_mappings::{fix, map_locations};
use super::memory_map::MapEntry;
use super::prune_patterns;
use crate::{
    FileOffset, FixedState, Function, Header, Id, Label, LabelValue, Line, Location, Locations,
    Mapping, Profile, RuntimeAddr, Sample, Samples, Str, Strings, Table, ValueType,
};

/// The samples read so far, with one location for each distinct address in order of first use.
pub(super) struct Draft {
    strings: Strings,
    header: Header,
    samples: Samples,
    locations: Vec<DraftLocation>,
    by_address: HashMap<u64, Id<Location>, FixedState>,
    /// The file of each function, by its name: the first one given stays.
    files: HashMap<Str, Str, FixedState>,
    stack: Vec<Id<Location>>,
}

struct DraftLocation {
    address: u64,
    source: Option<Source>,
}

/// What the profile itself says of a location.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) name: Str,
    pub(super) file: Str,
    pub(super) line: i64,
}

impl Draft {
    /// A draft without samples, of these sample types.
    pub(super) fn new(types: &[(&[u8], &[u8])]) -> Self {
        let mut draft = Self {
            strings: Strings::new(),
            header: Header::default(),
            samples: Samples::new(types.len()),
            locations: Vec::new(),
            by_address: HashMap::default(),
            files: HashMap::default(),
            stack: Vec::new(),
        };
        draft.header.sample_types =
            types.iter().map(|(kind, unit)| draft.value_type(kind, unit)).collect();
        draft
    }

    /// Sets the distance between samples.
    pub(super) fn set_period(&mut self, period: i64, kind: &[u8], unit: &[u8]) {
        self.header.period = period;
        self.header.period_type = self.value_type(kind, unit);
    }

    /// Sets how long the collection took, in milliseconds.
    pub(super) fn set_duration_millis(&mut self, millis: i64) {
        self.header.duration_nanos = millis.wrapping_mul(1_000_000);
    }

    /// Appends a sample with the stack of these addresses, leaf first.
    pub(super) fn push(&mut self, addresses: &[u64], values: &[i64]) {
        self.locate(addresses);
        self.samples.push(Sample { stack: &self.stack, values, labels: &[] });
    }

    /// Appends a sample of blocks of `block` bytes each.
    pub(super) fn push_blocks(&mut self, addresses: &[u64], values: &[i64], block: i64) {
        self.locate(addresses);
        let value = LabelValue::Number { number: block, unit: Strings::EMPTY };
        let labels = &[Label { key: self.strings.intern(b"bytes"), value }];
        self.samples.push(Sample { stack: &self.stack, values, labels });
    }

    /// Appends a sample whose stack may name its leaf twice: as the program counter, and as a
    /// return address, which was made one less. The second location stays in the profile, unused.
    pub(super) fn push_with_leaf_once(&mut self, addresses: &[u64], values: &[i64]) {
        self.locate(addresses);
        if let [leaf, caller, ..] = *addresses
            && leaf == caller.wrapping_add(1)
        {
            self.stack.remove(1);
        }
        self.samples.push(Sample { stack: &self.stack, values, labels: &[] });
    }

    /// Adds one to the first value of the last sample, if there is one.
    pub(super) fn repeat_last(&mut self) {
        if let Some(value) = self.samples.all_values_mut().last_mut() {
            *value = value.wrapping_add(1);
        }
    }

    /// A text of the profile.
    pub(super) fn text(&mut self, bytes: &[u8]) -> Str {
        self.strings.intern(bytes)
    }

    /// Says what the location of an address is; nothing if no sample has it.
    pub(super) fn set_source(&mut self, address: u64, source: impl FnOnce(&mut Self) -> Source) {
        if let Some(&id) = self.by_address.get(&address) {
            let Source { name, file, line } = source(self);
            let file = *self.files.entry(name).or_insert(file);
            self.locations[id.row()].source = Some(Source { name, file, line });
        }
    }

    /// The profile, in the mappings that the memory map tells. A location that has a source needs
    /// no mapping.
    pub(super) fn finish(mut self, map: Vec<MapEntry>) -> Profile {
        self.set_prune_patterns();
        let to_map = |location: &DraftLocation| match location.source {
            Some(_) => 0,
            None => location.address,
        };
        let addresses: Vec<u64> = self.locations.iter().map(to_map).collect();
        let (entries, mapped) = map_locations(fix(map), &addresses);
        let mappings = entries.iter().zip(1..).map(|(entry, id)| self.mapping(id, entry)).collect();
        let mut functions = NamedFunctions::default();
        let mut locations = Locations::new();
        for ((location, mapping), id) in self.locations.iter().zip(mapped).zip(1..) {
            let line = location.source.map(|source| functions.line(source));
            let mapping = mapping.map(Id::from_row);
            let address = RuntimeAddr(location.address);
            locations.push(Location { id, mapping, address, folded: false }, line.as_slice());
        }
        Profile {
            header: self.header,
            strings: Arc::new(self.strings),
            functions: Arc::new(functions.table),
            mappings: Arc::new(mappings),
            locations: Arc::new(locations),
            samples: Arc::new(self.samples),
        }
    }

    /// The profile when its addresses are but names for locations: they are all 0.
    pub(super) fn finish_without_addresses(self) -> Profile {
        let mut profile = self.finish(Vec::new());
        for location in Arc::make_mut(&mut profile.locations).rows_mut() {
            location.address = RuntimeAddr(0);
        }
        profile
    }

    fn mapping(&mut self, id: u64, entry: &MapEntry) -> Mapping {
        Mapping {
            id,
            start: RuntimeAddr(entry.start),
            limit: RuntimeAddr(entry.limit),
            offset: FileOffset(entry.offset),
            file: self.strings.intern(&entry.file),
            build_id: self.strings.intern(&entry.build_id),
            ..Mapping::default()
        }
    }

    fn set_prune_patterns(&mut self) {
        let types = &self.header.sample_types;
        let kinds: Vec<&[u8]> = types.iter().map(|of| self.strings.get(of.kind)).collect();
        let patterns = prune_patterns::for_types(&kinds);
        self.header.drop_frames = self.strings.intern(patterns.drop.as_bytes());
        self.header.keep_frames = self.strings.intern(patterns.keep.as_bytes());
    }

    /// Replaces `self.stack` by the locations of the addresses.
    fn locate(&mut self, addresses: &[u64]) {
        self.stack.clear();
        for &address in addresses {
            let next = Id::from_row(self.locations.len());
            let id = *self.by_address.entry(address).or_insert(next);
            if id == next {
                self.locations.push(DraftLocation { address, source: None });
            }
            self.stack.push(id);
        }
    }

    fn value_type(&mut self, kind: &[u8], unit: &[u8]) -> ValueType {
        ValueType { kind: self.strings.intern(kind), unit: self.strings.intern(unit) }
    }
}

/// Functions in order of first use, one for each name.
#[derive(Default)]
struct NamedFunctions {
    table: Table<Function>,
    by_name: HashMap<Str, Id<Function>, FixedState>,
}

impl NamedFunctions {
    fn line(&mut self, Source { name, file, line }: Source) -> Line {
        let table = &mut self.table;
        let function = *self.by_name.entry(name).or_insert_with(|| {
            let id = table.len() as u64 + 1;
            table.push(Function { id, name, system_name: name, file, start_line: 0 })
        });
        Line { function, line, column: 0 }
    }
}
