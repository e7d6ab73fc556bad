//! Profiles that lost their names, and profiles that never had any.

use std::path::Path;
use std::sync::Arc;

use heapwise_profile::{
    Id, Location, Locations, Mapping, Profile, Resolved, RuntimeAddr, Sample, Samples, Strings,
    Table, ValueType,
};

/// `profile` without functions and lines, and without what says that its mappings have some.
pub fn without_names(profile: &Profile) -> Profile {
    let mut locations = Locations::new();
    for (location, _) in profile.locations.iter() {
        locations.push(*location, &[]);
    }
    let bare = |mapping: &Mapping| Mapping { resolved: Resolved::default(), ..*mapping };
    Profile {
        functions: Arc::default(),
        locations: Arc::new(locations),
        mappings: Arc::new(profile.mappings.rows().iter().map(bare).collect()),
        ..profile.clone()
    }
}

/// `profile` without build ids: another build of the same code may stand in for the one that ran.
pub fn without_build_ids(profile: &Profile) -> Profile {
    let free = |mapping: &Mapping| Mapping { build_id: Strings::EMPTY, ..*mapping };
    Profile {
        mappings: Arc::new(profile.mappings.rows().iter().map(free).collect()),
        ..profile.clone()
    }
}

/// A profile of one sample at each of `addresses`, which are those of the file.
pub fn of_addresses(addresses: impl IntoIterator<Item = u64>) -> Profile {
    let (mut strings, mut locations) = (Strings::new(), Locations::new());
    let mut samples = Samples::new(1);
    let kind = ValueType { kind: strings.intern(b"samples"), unit: strings.intern(b"count") };
    for (id, address) in (1..).zip(addresses) {
        let location = Location {
            id,
            mapping: Some(Id::from_row(0)),
            address: RuntimeAddr(address),
            folded: false,
        };
        let stack = [locations.push(location, &[])];
        samples.push(Sample { stack: &stack, values: &[1], labels: &[] });
    }
    let mut profile = Profile::default();
    profile.header.sample_types = vec![kind];
    profile.mappings = Arc::new(Table::from_iter([Mapping { id: 1, ..Mapping::default() }]));
    (profile.strings, profile.locations) = (Arc::new(strings), Arc::new(locations));
    profile.samples = Arc::new(samples);
    profile
}

/// Writes a profile to a file.
///
/// # Errors
/// Names the file.
pub fn write(profile: &Profile, path: &Path) -> Result<(), String> {
    let mut bytes = Vec::new();
    let written = profile.write_to(&mut bytes).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads a profile from a file.
///
/// # Errors
/// Names the file.
pub fn read(path: &Path) -> Result<Profile, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Profile::read(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}
