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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::TestProfile;

    #[test]
    fn only_a_profile_without_mappings_gets_one() {
        let unmapped =
            with_fake_mapping(&TestProfile::counting().sample(&["f", "g"], &[1]).build());
        assert_eq!(unmapped.mappings.rows(), [Mapping { id: 1, ..Mapping::default() }]);
        assert!(unmapped.locations.iter().all(|(row, _)| row.mapping == Some(Id::ZERO)));
        assert_eq!(unmapped.validate(), Ok(()));
        let mapped = TestProfile::counting().sample(&["f in x", "g"], &[1]).build();
        let same = with_fake_mapping(&mapped);
        assert_eq!(same.mappings.rows(), mapped.mappings.rows());
        assert_eq!(same.locations.rows, mapped.locations.rows);
    }
}
