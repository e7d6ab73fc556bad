//! Profiles of memory, as they are served.

use heapwise_recorder::Muted;

use super::legacy_text;
use crate::Error;
use crate::go_heap::{self, Baseline, Wanted};
use crate::zipped::zipped;

/// The profile of now, whole.
///
/// # Errors
/// If what was recorded cannot be read.
pub fn whole(wanted: Wanted) -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    zipped(&go_heap::whole(wanted)?)
}

/// What is allocated by now.
///
/// # Errors
/// As [`whole`].
pub fn baseline() -> Result<Baseline, Error> {
    let _muted = Muted::new();
    go_heap::baseline()
}

/// What is in use now, and what was allocated since `baseline`: since the start, without one. Also
/// the baseline for the next time.
///
/// # Errors
/// As [`whole`].
pub fn since(baseline: Option<&Baseline>, wanted: Wanted) -> Result<(Vec<u8>, Baseline), Error> {
    let _muted = Muted::new();
    let (profile, next) = go_heap::since(baseline, wanted)?;
    Ok((zipped(&profile)?, next))
}

/// The profile of now as text.
///
/// # Errors
/// As [`whole`].
pub fn text() -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    let (snapshot, recorded) = go_heap::now()?;
    Ok(legacy_text::write(&snapshot, &recorded))
}
