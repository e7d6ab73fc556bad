//! What stays without names.

use heapwise_profile::{Id, Mapping, Profile};

/// A mapping of which locations stayed without lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The mapping.
    pub mapping: Id<Mapping>,
    /// How many locations have no line.
    pub locations: usize,
    /// Why.
    pub reason: Reason,
}

/// Why addresses could not be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The mapping names no file.
    NoFileName,
    /// The file cannot be opened or is no program; the text says which.
    NotOpened(String),
    /// The file here has another build id.
    OtherBuild,
    /// The file knows nothing about the addresses: it is stripped, or they lie outside.
    NoSymbols,
}

impl Missing {
    /// Counts the locations without lines anew; whether there are any.
    pub(crate) fn still_lacks_in(&mut self, profile: &Profile) -> bool {
        let bare = profile
            .locations
            .iter()
            .filter(|(location, lines)| location.mapping == Some(self.mapping) && lines.is_empty());
        self.locations = bare.count();
        self.locations > 0
    }
}

impl Reason {
    /// Whether a file is what is missing, which the user may have elsewhere. That the first mapping
    /// has no name is told apart from this.
    pub(crate) fn is_missing_file(&self, first: bool) -> bool {
        match self {
            Self::NoFileName => !first,
            Self::NotOpened(_) => true,
            Self::OtherBuild | Self::NoSymbols => false,
        }
    }
}

/// The mappings in `unknown` with the number of their locations that have no line in `profile`,
/// in the order of the mappings; those that lack nothing are left out.
pub(crate) fn missing(profile: &Profile, unknown: &[(Id<Mapping>, Reason)]) -> Vec<Missing> {
    let mut bare = vec![0; profile.mappings.len()];
    for (location, lines) in profile.locations.iter() {
        if let Some(mapping) = location.mapping.filter(|_| lines.is_empty()) {
            bare[mapping.row()] += 1;
        }
    }
    let rows = unknown.iter().map(|(mapping, reason)| Missing {
        mapping: *mapping,
        locations: bare[mapping.row()],
        reason: reason.clone(),
    });
    rows.filter(|missing| missing.locations > 0).collect()
}
