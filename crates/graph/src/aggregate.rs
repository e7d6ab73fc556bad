//! A profile in which locations keep only what a granularity distinguishes.

use std::sync::Arc;

use heapwise_profile::{
    Function, Line, Location, Locations, Mapping, Profile, RuntimeAddr, Strings, Table,
};

use crate::{Aggregation, Granularity};

/// The profile in which locations keep only what `aggregation` distinguishes.
///
/// Rows stay where they are: samples and strings are shared with `profile`, and functions,
/// mappings and locations are rewritten in place of the old ones. Addresses with inlined lines are
/// the profile as it is, columns included.
pub fn aggregate(profile: &Profile, aggregation: Aggregation) -> Profile {
    let kept = Kept::by(aggregation);
    if kept.address && kept.inlines {
        return profile.clone();
    }
    let functions: Table<Function> =
        profile.functions.rows().iter().map(|f| kept.function(f)).collect();
    let mappings: Table<Mapping> =
        profile.mappings.rows().iter().map(|m| kept.mapping(m)).collect();
    Profile {
        functions: Arc::new(functions),
        mappings: Arc::new(mappings),
        locations: Arc::new(kept.locations(&profile.locations)),
        ..profile.clone()
    }
}

/// What is left of a location.
#[derive(Clone, Copy, Debug)]
struct Kept {
    name: bool,
    file: bool,
    line: bool,
    column: bool,
    address: bool,
    inlines: bool,
}

impl Kept {
    fn by(aggregation: Aggregation) -> Self {
        let granularity = aggregation.granularity;
        let line = matches!(granularity, Granularity::Lines | Granularity::Addresses);
        Self {
            name: granularity != Granularity::Files,
            file: granularity != Granularity::Functions,
            line,
            column: line && aggregation.columns,
            address: granularity == Granularity::Addresses,
            inlines: !aggregation.no_inlines,
        }
    }

    fn function(self, function: &Function) -> Function {
        let keep = |kept, text| if kept { text } else { Strings::EMPTY };
        Function {
            name: keep(self.name, function.name),
            system_name: keep(self.name, function.system_name),
            file: keep(self.file, function.file),
            ..*function
        }
    }

    fn mapping(self, mapping: &Mapping) -> Mapping {
        let mut mapping = *mapping;
        mapping.resolved.functions &= self.name;
        mapping.resolved.filenames &= self.file;
        mapping.resolved.line_numbers &= self.line;
        mapping.resolved.inline_frames &= self.inlines;
        mapping
    }

    fn locations(self, locations: &Locations) -> Locations {
        let mut kept = Locations::new();
        let mut lines = Vec::new();
        for (location, all) in locations.iter() {
            let skipped = if self.inlines { 0 } else { all.len().saturating_sub(1) };
            lines.clear();
            lines.extend(all[skipped..].iter().map(|line| self.line(line)));
            kept.push(self.location(location), &lines);
        }
        kept
    }

    fn location(self, location: &Location) -> Location {
        let address = if self.address { location.address } else { RuntimeAddr(0) };
        Location { address, ..*location }
    }

    fn line(self, line: &Line) -> Line {
        let keep = |kept, number| if kept { number } else { 0 };
        Line {
            function: line.function,
            line: keep(self.line, line.line),
            column: keep(self.column, line.column),
        }
    }
}
