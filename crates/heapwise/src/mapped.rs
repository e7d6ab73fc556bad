//! A mapping on every location: some readers fail on one that has none.

use std::sync::Arc;

use heapwise_profile::{Id, Mapping, Profile};

/// Gives locations outside all mappings (code made at run time, say) one without a file.
pub fn map_all(profile: &mut Profile) {
    let lacks = profile.locations.iter().any(|(location, _)| location.mapping.is_none());
    if !lacks && !profile.mappings.is_empty() {
        return;
    }
    let mappings = Arc::make_mut(&mut profile.mappings);
    let row = mappings.len();
    mappings.push(Mapping { id: row as u64 + 1, ..Mapping::default() });
    for location in Arc::make_mut(&mut profile.locations).rows_mut() {
        location.mapping.get_or_insert(Id::from_row(row));
    }
}

#[cfg(test)]
mod tests {
    use heapwise_profile::{CodeFile, Recorded, RecordedRow};

    use super::*;

    fn profile(mappings: Vec<CodeFile>) -> Profile {
        let row = |stack, values| RecordedRow { stack, labels: 0, size: 8, values };
        let rows = vec![row(0x20, [1, 8, 1, 8, 1, 8]), row(0x500, [0, 0, 0, 0, 1, 8])];
        let recorded = Recorded { mappings, rows, ..Recorded::default() };
        recorded.profile(|stack, frames| frames.push(u64::from(stack)))
    }

    #[test]
    fn every_location_has_a_mapping() {
        let mut none = profile(Vec::new());
        map_all(&mut none);
        assert_eq!(none.mappings.len(), 1);
        let code = CodeFile { start: 0x10, limit: 0x30, ..CodeFile::default() };
        let mut one = profile(vec![code]);
        map_all(&mut one);
        assert_eq!(one.mappings.rows().iter().map(|row| row.id).collect::<Vec<_>>(), [1, 2]);
        for profile in [none, one] {
            assert!(profile.locations.iter().all(|(location, _)| location.mapping.is_some()));
            profile.validate().unwrap();
            map_all(&mut profile.clone());
        }
    }
}
