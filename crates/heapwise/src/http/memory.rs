//! Profiles of memory, as they are served.

use std::sync::Arc;

use heapwise_profile::{Id, Mapping, Profile, Recorded, encode, gzip};
use heapwise_recorder::{self as recorder, Muted, Snapshot};

use super::baseline::{Baseline, size_class};
use super::legacy_text;
use crate::Error;
use crate::heap_profile::{self, Moment};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the sample type that is shown first.
    pub shown_first: &'static str,
    /// Whether the peak comes along.
    pub peak: bool,
}

/// The profile of now, whole.
///
/// # Errors
/// If what was recorded cannot be read.
pub fn whole(wanted: Wanted) -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    let (snapshot, recorded) = now()?;
    finish(&snapshot, recorded, wanted, 0)
}

/// What is allocated by now.
///
/// # Errors
/// As [`whole`].
pub fn baseline() -> Result<Baseline, Error> {
    let _muted = Muted::new();
    now().map(|(_, recorded)| Baseline::of(&recorded))
}

/// What is in use now, and what was allocated since `baseline`: since the start, without one. Also
/// the baseline for the next time.
///
/// # Errors
/// As [`whole`].
pub fn since(baseline: Option<&Baseline>, wanted: Wanted) -> Result<(Vec<u8>, Baseline), Error> {
    let _muted = Muted::new();
    let (snapshot, mut recorded) = now()?;
    let next = Baseline::of(&recorded);
    let duration = baseline.map_or(0, |baseline| baseline.subtract_from(&mut recorded));
    Ok((finish(&snapshot, recorded, wanted, duration)?, next))
}

/// The profile of now as text.
///
/// # Errors
/// As [`whole`].
pub fn text() -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    let (snapshot, recorded) = now()?;
    Ok(legacy_text::write(&snapshot, &recorded))
}

fn now() -> Result<(Snapshot, Recorded), Error> {
    let snapshot = recorder::snapshot()?;
    let moment = Moment::now().map_err(Error::Mappings)?;
    let mut recorded = heap_profile::recorded(&snapshot, &moment);
    // Lifetimes are for profiles in files: scrapers want the sample types of Go.
    recorded.lived = Vec::new();
    Ok((snapshot, recorded))
}

/// From numbers to the bytes that are sent; `duration` is in nanoseconds.
fn finish(
    snapshot: &Snapshot,
    mut recorded: Recorded,
    wanted: Wanted,
    duration: i64,
) -> Result<Vec<u8>, Error> {
    recorded.rows.iter_mut().for_each(|row| row.size = size_class(row.size));
    recorded.without_peak = !wanted.peak;
    if recorded.without_peak {
        // What was in use at the peak was allocated, but perhaps before the time in question.
        recorded.rows.retain(|row| row.values[..4] != [0; 4]);
    }
    let mut profile = heap_profile::profile(snapshot, &recorded);
    profile.header.duration_nanos = duration;
    let mut types = profile.header.sample_types.iter();
    let first = types.find(|of| profile.text(of.kind) == wanted.shown_first.as_bytes());
    if let Some(first) = first {
        profile.header.default_sample_type = first.kind;
    }
    map_all(&mut profile);
    let mut bytes = Vec::new();
    gzip(&encode(&profile), &mut bytes).map_err(Error::Write)?;
    Ok(bytes)
}

/// Gives locations outside all mappings (code made at run time, say) one without a file: some readers
/// fail on a location that has none.
fn map_all(profile: &mut Profile) {
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
    use heapwise_profile::{CodeFile, RecordedRow};

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
