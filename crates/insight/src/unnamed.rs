//! Locations without names.

use std::fmt;

use heapwise_profile::{Id, Location, Mapping, Profile};

use crate::Hint;

/// A file of which locations have no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnnamedFile {
    /// The path in the profile; empty if it has none.
    pub file: String,
    /// The build id; empty if the profile has none.
    pub build_id: String,
    /// Whether it is on this machine, without symbols.
    pub without_symbols: bool,
}

impl UnnamedFile {
    /// The name without folders.
    pub(crate) fn name(&self) -> &str {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        if name.is_empty() { "a file without name" } else { name }
    }
}

impl fmt::Display for UnnamedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.build_id.as_str() {
            "" => f.write_str(" (no build id)"),
            id => write!(f, " (build id {id})"),
        }
    }
}

/// The locations without names that samples with a value in column `index` hold; nothing if they are
/// fewer than one in ten. Parts of the kernel and of no file count as named. The files in
/// `without_symbols` are here and of no use.
pub fn unnamed(profile: &Profile, index: usize, without_symbols: &[Vec<u8>]) -> Option<Hint> {
    let mut counts = vec![0_usize; profile.mappings.len()];
    let (mut all, mut bare) = (0, 0);
    for id in used(profile, index) {
        all += 1;
        if let Some(mapping) = nameless(profile, id) {
            counts[mapping.row()] += 1;
            bare += 1;
        }
    }
    if bare == 0 || bare * 10 < all {
        return None;
    }
    let mut rows: Vec<_> = profile.mappings.ids().filter(|id| counts[id.row()] > 0).collect();
    rows.sort_by_key(|id| std::cmp::Reverse(counts[id.row()]));
    let file = |id| unnamed_file(profile, &profile.mappings[id], without_symbols);
    let files = rows.into_iter().map(file).collect();
    Some(Hint::Unnamed { locations: bare, of: all, files })
}

/// The locations in samples with a value in column `index`, each once.
fn used(profile: &Profile, index: usize) -> impl Iterator<Item = Id<Location>> + use<> {
    let mut used = vec![false; profile.locations.len()];
    for sample in profile.samples.iter().filter(|s| s.values.get(index).is_some_and(|&v| v != 0)) {
        sample.stack.iter().for_each(|id| used[id.row()] = true);
    }
    let rows = used.into_iter().enumerate().filter(|(_, used)| *used);
    rows.map(|(row, _)| Id::from_row(row))
}

/// The mapping of a location without lines, unless it is one that never has names.
fn nameless(profile: &Profile, id: Id<Location>) -> Option<Id<Mapping>> {
    let mapping = profile.locations.get(id).mapping?;
    let file = profile.text(profile.mappings[mapping].file);
    let never =
        file.starts_with(b"[") || file.starts_with(b"//anon") || file.starts_with(b"linux-");
    (profile.locations.lines(id).is_empty() && !never).then_some(mapping)
}

fn unnamed_file(profile: &Profile, mapping: &Mapping, without_symbols: &[Vec<u8>]) -> UnnamedFile {
    let text = |id| String::from_utf8_lossy(profile.text(id)).into_owned();
    UnnamedFile {
        file: text(mapping.file),
        build_id: text(mapping.build_id),
        without_symbols: without_symbols.iter().any(|file| file == profile.text(mapping.file)),
    }
}
