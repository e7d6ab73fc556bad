//! Profiles of other kinds than memory, as they are served.

use heapwise_recorder::Muted;

use super::threads;
use crate::cpu::Sampling;
use crate::zipped::zipped;
use crate::{Error, custom, names};

/// A profile of the program's own, as it is now.
///
/// # Errors
/// If it is not known where the program's code is.
pub fn own(profile: custom::Profile, symbolize: bool) -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    zipped(&names::if_wanted(profile.build()?, symbolize))
}

/// Where each thread is.
///
/// # Errors
/// As [`threads::profile`].
pub fn threads(symbolize: bool) -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    zipped(&names::if_wanted(threads::profile()?, symbolize))
}

/// What was sampled.
///
/// # Errors
/// As [`Sampling::stop`].
pub fn sampled(sampling: Sampling, symbolize: bool) -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    zipped(&names::if_wanted(sampling.stop_for_collectors()?, symbolize))
}
