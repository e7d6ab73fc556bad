//! A mapping for profiles that have none.

use std::sync::Arc;

use crate::{Id, Mapping, Profile, Table};

/// A profile with at least one mapping: one without any gets a mapping with id 1 and nothing else,
/// to which all its locations belong. The reference does so to all it loads, and shows it in the
/// `raw` and `proto` outputs.
pub fn with_fake_mapping(profile: &Profile) -> Profile {
    let mut mapped = profile.clone();
    if profile.mappings.is_empty() {
        mapped.mappings = Arc::new(Table::from_iter([Mapping { id: 1, ..Mapping::default() }]));
        for location in Arc::make_mut(&mut mapped.locations).rows_mut() {
            location.mapping = Some(Id::ZERO);
        }
    }
    mapped
}
