//! Profiles for tests, from text.

use std::sync::Arc;

use heapwise_profile::{
    Function, Id, Line, Location, Locations, Mapping, Profile, RuntimeAddr, Sample, Samples,
    Strings, Table, ValueType,
};

/// A profile with a location for each distinct word of `stacks`, each given as words from root to
/// leaf and values. The word `a+b` is one location: `b` inlined into `a`. The word `?` has no lines.
pub(crate) fn profile(stacks: &[(&str, &[i64])]) -> Profile {
    let mut strings = Strings::new();
    let (mut functions, mut locations) = (Table::new(), Locations::new());
    let mut words: Vec<&str> = Vec::new();
    let width = stacks.first().map_or(1, |(_, values)| values.len());
    let mut samples = Samples::new(width);
    for (stack, values) in stacks {
        let rows = stack.split_whitespace().map(|word| {
            words.iter().position(|&known| known == word).unwrap_or_else(|| {
                words.push(word);
                let mut line = |name: &str| {
                    let (id, name) = (functions.len() as u64 + 1, strings.intern(name.as_bytes()));
                    let file = strings.intern(b"src/../x.go");
                    let function =
                        functions.push(Function { id, name, file, ..Function::default() });
                    Line { function, line: id as i64, column: 2 }
                };
                let names = if word == "?" { Vec::new() } else { word.split('+').rev().collect() };
                let lines: Vec<Line> = names.into_iter().map(&mut line).collect();
                let id = words.len() as u64;
                let address = RuntimeAddr(0x1000 + id);
                let mapping = Some(Id::from_row(0));
                locations.push(Location { id, mapping, address, folded: false }, &lines);
                words.len() - 1
            })
        });
        let mut stack: Vec<_> = rows.map(Id::from_row).collect();
        stack.reverse();
        samples.push(Sample { stack: &stack, values, labels: &[] });
    }
    let file = strings.intern(b"/bin/server");
    let mappings = Table::from_iter([Mapping { id: 1, file, ..Mapping::default() }]);
    let mut profile = Profile {
        strings: Arc::new(strings),
        functions: Arc::new(functions),
        mappings: Arc::new(mappings),
        locations: Arc::new(locations),
        samples: Arc::new(samples),
        ..Profile::default()
    };
    profile.header.sample_types = vec![ValueType::default(); width];
    profile
}
