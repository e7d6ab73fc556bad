//! Answers that take a while.

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use ::http::{Response, StatusCode};

use super::baseline::Baseline;
use super::memory::{self, Wanted};
use super::place::Place;
use super::reply::{self, Refused};

/// How many waits there may be at a time: each holds some 50 bytes a stack.
pub const AT_ONCE: usize = 8;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// A response, or what there is to do for one.
#[derive(Debug)]
pub enum Answer {
    /// The response.
    Now(Response<Vec<u8>>),
    /// A response that is of a time which has only begun.
    After(Pending),
}

/// What has begun and is to be finished after a wait. Dropping it gives up, and costs nothing.
#[must_use = "the response is there after `finish`"]
pub struct Pending {
    wait: Duration,
    baseline: Baseline,
    wanted: Wanted,
    file: &'static str,
    _place: Place,
}

impl Pending {
    /// Begins a profile of the next `wait`.
    ///
    /// # Errors
    /// If too many wait already, or what was recorded cannot be read.
    pub(super) fn begin(
        wait: Duration,
        wanted: Wanted,
        file: &'static str,
    ) -> Result<Self, Refused> {
        let busy = || {
            let why = format!("{AT_ONCE} requests with \"seconds\" are waiting: try again later");
            Refused::new(StatusCode::SERVICE_UNAVAILABLE, why)
        };
        let place = Place::take(&WAITING, AT_ONCE).ok_or_else(busy)?;
        let baseline = memory::baseline()?;
        Ok(Self { wait, baseline, wanted, file, _place: place })
    }

    /// How long to wait before [`Self::finish`].
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The response. It is of the time since the question, however long that was.
    #[must_use]
    pub fn finish(self) -> Response<Vec<u8>> {
        match memory::since(Some(&self.baseline), self.wanted) {
            Ok((bytes, _)) => reply::profile(bytes, self.file),
            Err(error) => Refused::from(error).into(),
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("wait", &self.wait).finish_non_exhaustive()
    }
}
