//! Profiles of memory, as they are served.

use heapwise_profile::{Recorded, encode, gzip};
use heapwise_recorder::{self as recorder, Muted, Snapshot};

use super::baseline::{Baseline, size_class};
use super::legacy_text;
use crate::moment::Moment;
use crate::{Error, heap_profile, mapped};

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
    mapped::map_all(&mut profile);
    let mut bytes = Vec::new();
    gzip(&encode(&profile), &mut bytes).map_err(Error::Write)?;
    Ok(bytes)
}
