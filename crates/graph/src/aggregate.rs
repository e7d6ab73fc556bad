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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::profile;
    use crate::{Frames, Names, Naming};

    /// The printable names of all locations, outermost line first.
    fn names(granularity: Granularity, no_inlines: bool, columns: bool) -> Vec<String> {
        let profile = profile(&[("main", &[1]), ("outer+inner", &[1]), ("?", &[1])]);
        let aggregated = aggregate(&profile, Aggregation { granularity, no_inlines, columns });
        let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
        let (frames, identities) = Frames::of(&aggregated, naming);
        let names = Names::of(&identities);
        let nodes = aggregated.locations.ids().flat_map(|id| frames.at(id).to_vec());
        let name = |frame: crate::Frame| names.get(frame.node().unwrap()).to_vec();
        nodes.map(|frame| String::from_utf8(name(frame)).unwrap()).collect()
    }

    #[test]
    fn each_granularity_keeps_its_part() {
        let functions = ["main", "outer", "inner", "[server]"];
        assert_eq!(names(Granularity::Functions, false, true), functions);
        let with_files = ["main x.go", "outer x.go", "inner x.go", "[server]"];
        assert_eq!(names(Granularity::FileFunctions, false, true), with_files);
        assert_eq!(names(Granularity::Files, false, true), ["x.go", "x.go", "x.go", "[server]"]);
        let lines = ["main x.go:1", "outer x.go:3", "inner x.go:2", "[server]"];
        assert_eq!(names(Granularity::Lines, false, false), lines);
        let columns = ["main x.go:1:2", "outer x.go:3:2", "[server]"];
        assert_eq!(names(Granularity::Lines, true, true), columns);
    }

    #[test]
    fn addresses_with_inlines_keep_columns_unasked() {
        let addresses = [
            "0000000000001001 main x.go:1:2",
            "0000000000001002 outer x.go:3:2",
            "0000000000001002 inner x.go:2:2",
            "0000000000001003 [server]",
        ];
        assert_eq!(names(Granularity::Addresses, false, false), addresses);
        assert_eq!(names(Granularity::Addresses, true, false)[0], "0000000000001001 main x.go:1");
    }

    #[test]
    fn mappings_lose_what_locations_lost() {
        let mut profile = profile(&[("main", &[1])]);
        let all = heapwise_profile::Resolved {
            functions: true,
            filenames: true,
            line_numbers: true,
            inline_frames: true,
        };
        Arc::make_mut(&mut profile.mappings).rows_mut()[0].resolved = all;
        let aggregation = Aggregation { granularity: Granularity::Files, ..Aggregation::default() };
        let kept = aggregate(&profile, aggregation).mappings.rows()[0].resolved;
        assert_eq!(
            (kept.functions, kept.filenames, kept.line_numbers, kept.inline_frames),
            (false, true, false, true)
        );
    }
}
