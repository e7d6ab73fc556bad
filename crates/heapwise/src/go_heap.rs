//! Heap profiles as whoever collects them wants them: the four sample types of Go, a mapping on every
//! location, `alloc_*` under keys that never change.

mod baseline;

use heapwise_profile::{Profile, Recorded};
use heapwise_recorder::{self as recorder, Snapshot};

pub use self::baseline::Baseline;
use self::baseline::size_class;
use crate::moment::Moment;
use crate::{Error, heap_profile, mapped, names};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the sample type that is shown first.
    pub shown_first: &'static str,
    /// Whether the peak comes along.
    pub peak: bool,
    /// Whether locations get functions and lines; never, without the feature `symbolize`.
    pub symbolize: bool,
}

impl Wanted {
    /// The four sample types of Go, without names.
    pub fn new(shown_first: &'static str) -> Self {
        Self { shown_first, peak: false, symbolize: false }
    }
}

/// The profile of now, whole. The caller has muted the thread, here and below.
///
/// # Errors
/// If what was recorded cannot be read.
#[cfg(feature = "http")]
pub fn whole(wanted: Wanted) -> Result<Profile, Error> {
    let (snapshot, recorded) = now()?;
    Ok(finish(&snapshot, recorded, wanted, 0))
}

/// What is allocated by now.
///
/// # Errors
/// As [`whole`].
#[cfg(feature = "http")]
pub fn baseline() -> Result<Baseline, Error> {
    now().map(|(_, recorded)| Baseline::of(&recorded))
}

/// What is in use now, and what was allocated since `baseline`: since the start, without one. Also
/// the baseline for the next time.
///
/// # Errors
/// As [`whole`].
pub fn since(baseline: Option<&Baseline>, wanted: Wanted) -> Result<(Profile, Baseline), Error> {
    let (snapshot, mut recorded) = now()?;
    let next = Baseline::of(&recorded);
    let duration = baseline.map_or(0, |baseline| baseline.subtract_from(&mut recorded));
    Ok((finish(&snapshot, recorded, wanted, duration), next))
}

/// What is recorded now, and its stacks.
///
/// # Errors
/// As [`whole`].
pub fn now() -> Result<(Snapshot, Recorded), Error> {
    let snapshot = recorder::snapshot()?;
    let moment = Moment::now()?;
    let mut recorded = heap_profile::recorded(&snapshot, &moment);
    // Lifetimes are for profiles in files: scrapers want the sample types of Go.
    recorded.lived = Vec::new();
    Ok((snapshot, recorded))
}

/// From numbers to a profile; `duration` is in nanoseconds.
fn finish(snapshot: &Snapshot, mut recorded: Recorded, wanted: Wanted, duration: i64) -> Profile {
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
    names::if_wanted(profile, wanted.symbolize)
}
