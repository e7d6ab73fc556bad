//! Answers to a new profile.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use heapwise_profile::{
    FixedState, Function, Id, Line, Location, Locations, Mapping, Profile, Resolved, Str, Strings,
    Table,
};

use crate::look_up::{Answers, FoundFunction};

/// `profile` with the lines of the locations that `answers` knows replaced.
pub(crate) fn apply(profile: &Profile, answers: &[Answers]) -> Profile {
    let mut tables = Tables::new(profile);
    let new = NewLines::read(profile, answers, &mut tables);
    let (locations, resolved) = rebuild(profile, &new, &tables);
    let mappings = profile.mappings.ids().map(|id| {
        let mapping = profile.mappings[id];
        Mapping { resolved: union(mapping.resolved, resolved[id.row()]), ..mapping }
    });
    Profile {
        mappings: Arc::new(mappings.collect()),
        locations: Arc::new(locations),
        strings: Arc::new(tables.strings),
        functions: Arc::new(tables.functions),
        ..profile.clone()
    }
}

/// The new lines of all answers one after the other.
struct NewLines {
    lines: Vec<Line>,
    /// For each location its rows of `lines`; empty for a location that keeps what it has.
    of_location: Vec<Range<usize>>,
}

impl NewLines {
    fn read(profile: &Profile, answers: &[Answers], tables: &mut Tables) -> Self {
        let of_location = vec![0..0; profile.locations.len()];
        let mut new = Self { lines: Vec::new(), of_location };
        for answers in answers {
            let found = answers.functions.iter();
            let functions: Vec<_> = found.map(|found| tables.function(found)).collect();
            let first = new.lines.len();
            new.lines.extend(answers.frames.iter().map(|frame| Line {
                function: functions[frame.function],
                line: i64::from(frame.line),
                column: i64::from(frame.column),
            }));
            let mut start = first;
            for &(location, end) in &answers.ends {
                new.of_location[location.row()] = start..first + end;
                start = first + end;
            }
        }
        new
    }

    fn of(&self, location: Id<Location>) -> &[Line] {
        &self.lines[self.of_location[location.row()].clone()]
    }
}

/// The locations with their new lines, and what is now known of each mapping.
fn rebuild(profile: &Profile, new: &NewLines, tables: &Tables) -> (Locations, Vec<Resolved>) {
    let mut locations = Locations::new();
    let mut resolved = vec![Resolved::default(); profile.mappings.len()];
    for id in profile.locations.ids() {
        let (location, lines) = (*profile.locations.get(id), new.of(id));
        if lines.is_empty() {
            locations.push(location, profile.locations.lines(id));
            continue;
        }
        locations.push(Location { folded: false, ..location }, lines);
        if let Some(mapping) = location.mapping {
            let known = &mut resolved[mapping.row()];
            *known = union(*known, tables.resolved(lines));
        }
    }
    (locations, resolved)
}

fn union(a: Resolved, b: Resolved) -> Resolved {
    Resolved {
        functions: a.functions || b.functions,
        filenames: a.filenames || b.filenames,
        line_numbers: a.line_numbers || b.line_numbers,
        inline_frames: a.inline_frames || b.inline_frames,
    }
}

/// The tables that grow.
struct Tables {
    strings: Strings,
    functions: Table<Function>,
    /// Functions added here, by everything but their wire id.
    added: HashMap<(Str, Str, Str, i64), Id<Function>, FixedState>,
    next_id: u64,
}

impl Tables {
    fn new(profile: &Profile) -> Self {
        let last = profile.functions.rows().iter().map(|function| function.id).max();
        Self {
            strings: (*profile.strings).clone(),
            functions: (*profile.functions).clone(),
            added: HashMap::default(),
            next_id: last.unwrap_or(0).wrapping_add(1).max(1),
        }
    }

    fn function(&mut self, found: &FoundFunction) -> Id<Function> {
        let name = self.strings.intern(&found.name);
        let system_name = self.strings.intern(&found.system_name);
        let file = self.strings.intern(found.file.as_bytes());
        let start_line = i64::from(found.start_line);
        let key = (name, system_name, file, start_line);
        if let Some(&known) = self.added.get(&key) {
            return known;
        }
        let function = Function { id: self.next_id, name, system_name, file, start_line };
        self.next_id += 1;
        let id = self.functions.push(function);
        self.added.insert(key, id);
        id
    }

    fn resolved(&self, lines: &[Line]) -> Resolved {
        let functions = || lines.iter().map(|line| &self.functions[line.function]);
        Resolved {
            functions: functions().any(|function| function.name != Strings::EMPTY),
            filenames: functions().any(|function| function.file != Strings::EMPTY),
            line_numbers: lines.iter().any(|line| line.line != 0),
            inline_frames: true,
        }
    }
}
