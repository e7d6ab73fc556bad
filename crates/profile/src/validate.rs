//! Whether a profile contradicts itself.

use crate::proto::IdIndex;
use crate::{Invalid, LabelValue, Line, Location, Profile, Str, TableName};

impl Profile {
    /// Checks the invariants that are stated on [`Profile`], in the order of the reference: samples,
    /// mappings, functions, locations.
    ///
    /// What was decoded is valid already; this is for what was built in memory. Addresses outside
    /// their mapping, overlapping mappings and negative values are no contradictions.
    ///
    /// # Errors
    ///
    /// The first contradiction.
    pub fn validate(&self) -> Result<(), Invalid> {
        self.check_samples()?;
        self.check_ids()?;
        self.check_locations()?;
        self.check_texts()
    }

    fn check_samples(&self) -> Result<(), Invalid> {
        let (samples, types) = (&self.samples, self.header.sample_types.len());
        if types == 0 && !samples.is_empty() {
            return Err(Invalid::MissingSampleTypes { samples: samples.len() });
        }
        if samples.width() != types && !samples.is_empty() {
            return Err(Invalid::ValueCount { sample: 0, values: samples.width(), types });
        }
        let locations = self.locations.len();
        for (row, sample) in samples.iter().enumerate() {
            if let Some(unknown) = sample.stack.iter().find(|id| id.row() >= locations) {
                let id = unknown.row() as u64;
                return Err(Invalid::UnknownLocation { sample: row, id });
            }
        }
        Ok(())
    }

    fn check_ids(&self) -> Result<(), Invalid> {
        let mappings = self.mappings.rows().iter().map(|mapping| mapping.id);
        let functions = self.functions.rows().iter().map(|function| function.id);
        let (_, bad_mapping) = IdIndex::new(TableName::Mappings, mappings);
        let (_, bad_function) = IdIndex::new(TableName::Functions, functions);
        bad_mapping.or(bad_function).map_or(Ok(()), Err)
    }

    fn check_locations(&self) -> Result<(), Invalid> {
        let ids = self.locations.rows.iter().map(|location| location.id);
        let (_, bad_id) = IdIndex::new(TableName::Locations, ids);
        if let Some(invalid) = bad_id {
            return Err(invalid);
        }
        self.locations.iter().try_for_each(|(row, lines)| self.check_location(row, lines))
    }

    fn check_location(&self, row: &Location, lines: &[Line]) -> Result<(), Invalid> {
        let location = row.id;
        if let Some(unknown) = row.mapping.filter(|id| id.row() >= self.mappings.len()) {
            return Err(Invalid::InconsistentMapping { location, row: unknown.row() });
        }
        match lines.iter().position(|line| line.function.row() >= self.functions.len()) {
            Some(line) => {
                let id = lines[line].function.row() as u64;
                Err(Invalid::UnknownFunction { location, line, id })
            }
            None => Ok(()),
        }
    }

    fn check_texts(&self) -> Result<(), Invalid> {
        let header = &self.header;
        self.check_all(None, header.sample_types.iter().flat_map(|t| [t.kind, t.unit]))?;
        self.check_all(None, header.comments.iter().copied())?;
        let period_type = [header.period_type.kind, header.period_type.unit];
        let frames = [header.drop_frames, header.keep_frames];
        let rest = [header.default_sample_type, header.doc_url];
        self.check_all(None, period_type.into_iter().chain(frames).chain(rest))?;
        let mappings = self.mappings.rows().iter();
        let texts = mappings.flat_map(|m| [m.file, m.build_id, m.kernel_relocation_symbol]);
        self.check_all(Some(TableName::Mappings), texts)?;
        let functions = self.functions.rows().iter();
        let texts = functions.flat_map(|f| [f.name, f.system_name, f.file]);
        self.check_all(Some(TableName::Functions), texts)?;
        let labels = self.samples.all_labels().iter();
        self.check_all(Some(TableName::Samples), labels.flat_map(|l| [l.key, text_of(l.value)]))
    }

    fn check_all(
        &self,
        table: Option<TableName>,
        mut texts: impl Iterator<Item = Str>,
    ) -> Result<(), Invalid> {
        match texts.find(|text| text.row() >= self.strings.len()) {
            Some(text) => Err(Invalid::InconsistentText { table, row: text.row() }),
            None => Ok(()),
        }
    }
}

fn text_of(value: LabelValue) -> Str {
    match value {
        LabelValue::Text(text) => text,
        LabelValue::Number { unit, .. } => unit,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::test_profile::TestProfile;
    use crate::{Id, Mapping, Samples};

    fn profile() -> Profile {
        TestProfile::counting().sample(&["f in x", "g"], &[1]).text("key", "value").build()
    }

    /// What is wrong with a profile after `change`.
    fn invalid(change: impl FnOnce(&mut Profile)) -> Invalid {
        let mut changed = profile();
        assert_eq!(changed.validate(), Ok(()));
        change(&mut changed);
        changed.validate().unwrap_err()
    }

    #[test]
    fn rows_past_the_end_of_a_table_are_found() {
        let no_locations = invalid(|profile| profile.locations = Arc::default());
        assert_eq!(no_locations, Invalid::UnknownLocation { sample: 0, id: 0 });
        let no_functions = invalid(|profile| profile.functions = Arc::default());
        assert_eq!(no_functions, Invalid::UnknownFunction { location: 1, line: 0, id: 0 });
        let no_mappings = invalid(|profile| profile.mappings = Arc::default());
        assert_eq!(no_mappings, Invalid::InconsistentMapping { location: 1, row: 0 });
        let no_texts = invalid(|profile| profile.strings = Arc::default());
        assert!(matches!(no_texts, Invalid::InconsistentText { table: None, .. }), "{no_texts}");
        let comment = invalid(|profile| profile.header.comments.push(Str::from_row(99)));
        assert_eq!(comment.to_string(), "inconsistent text (header, string 99)");
    }

    #[test]
    fn values_need_types() {
        let untyped = invalid(|profile| profile.header.sample_types.clear());
        assert_eq!(untyped, Invalid::MissingSampleTypes { samples: 1 });
        let twice = invalid(|profile| {
            profile.header.sample_types.extend_from_within(..);
        });
        assert_eq!(twice, Invalid::ValueCount { sample: 0, values: 1, types: 2 });
        let mut empty = profile();
        empty.header.sample_types.clear();
        empty.samples = Arc::new(Samples::new(0));
        assert_eq!(empty.validate(), Ok(()));
    }

    #[test]
    fn ids_are_unique_and_not_zero() {
        let zero = invalid(|profile| Arc::make_mut(&mut profile.locations).rows_mut()[1].id = 0);
        assert_eq!(zero, Invalid::ReservedId { table: TableName::Locations, row: 1 });
        let taken = invalid(|profile| Arc::make_mut(&mut profile.functions).rows_mut()[0].id = 2);
        assert_eq!(taken, Invalid::DuplicateId { table: TableName::Functions, row: 1, id: 2 });
        let mapping = invalid(|profile| {
            let again: Id<Mapping> = Id::from_row(0);
            let row = profile.mappings[again];
            Arc::make_mut(&mut profile.mappings).push(row);
        });
        assert_eq!(mapping, Invalid::DuplicateId { table: TableName::Mappings, row: 1, id: 1 });
    }
}
