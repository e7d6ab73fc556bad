//! Answers that take a while.

use std::fmt;
use std::time::Duration;

use ::http::{Response, StatusCode};

use super::place::{Place, Places};
use super::reply::{self, Refused};
use super::{encoded, memory};
use crate::Error;
use crate::cpu::{self, Sampling, StartError};
use crate::go_heap::{Baseline, Wanted};

/// How many waits there may be at a time: each for memory holds some 50 bytes a stack.
pub const AT_ONCE: u32 = 8;

static WAITING: Places = Places::new(AT_ONCE);

/// A response, or what there is to do for one.
///
/// ```
/// use heapwise::http::{Answer, answer};
///
/// let request = http::Request::get("/debug/pprof/cmdline").body("").unwrap();
/// match answer(&request) {
///     Answer::Now(response) => assert_eq!(response.status(), 200),
///     Answer::After(pending) => panic!("it waits {:?} for nothing", pending.wait()),
/// }
/// ```
#[derive(Debug)]
#[must_use = "the request has no answer before the response is sent"]
pub enum Answer {
    /// The response.
    Now(Response<Vec<u8>>),
    /// A response that is of a time which has only begun.
    After(Pending),
}

/// What has begun and is to be finished after a wait. Dropping it gives up, and costs nothing. There are
/// 8 at a time; who asks for more is answered 503.
///
/// ```
/// use heapwise::http::{Answer, answer};
///
/// let request = http::Request::get("/debug/pprof/profile?seconds=10").body("").unwrap();
/// for _ in 0..2 {
///     let Answer::After(pending) = answer(&request) else { panic!("one at a time") };
///     drop(pending); // the client has gone; the next may ask
/// }
/// ```
#[must_use = "the response is there after `finish`"]
pub struct Pending {
    wait: Duration,
    begun: Begun,
    file: &'static str,
    _place: Place,
}

/// What there is to finish.
enum Begun {
    /// Memory, since then.
    Memory { baseline: Baseline, wanted: Wanted },
    /// A CPU profile, which stops when this is dropped.
    Cpu { sampling: Sampling, symbolize: bool },
}

impl Pending {
    /// Begins a profile of the memory that is allocated in the next `wait`.
    ///
    /// # Errors
    /// If too many wait already, or what was recorded cannot be read.
    pub(super) fn memory(
        wait: Duration,
        wanted: Wanted,
        file: &'static str,
    ) -> Result<Self, Refused> {
        Self::begin(wait, file, || {
            let baseline = memory::baseline()?;
            Ok(Begun::Memory { baseline, wanted })
        })
    }

    /// Begins a CPU profile of the next `wait`.
    ///
    /// # Errors
    /// If too many wait already, one is being taken, or none can be.
    pub(super) fn cpu(
        wait: Duration,
        symbolize: bool,
        file: &'static str,
    ) -> Result<Self, Refused> {
        Self::begin(wait, file, || {
            let sampling = cpu::start().map_err(|error| no_cpu_profile(&error))?;
            Ok(Begun::Cpu { sampling, symbolize })
        })
    }

    fn begin(
        wait: Duration,
        file: &'static str,
        begin: impl FnOnce() -> Result<Begun, Refused>,
    ) -> Result<Self, Refused> {
        let busy = || {
            let why = format!("{AT_ONCE} requests with \"seconds\" are waiting: try again later");
            Refused::new(StatusCode::SERVICE_UNAVAILABLE, why)
        };
        let place = WAITING.take().ok_or_else(busy)?;
        Ok(Self { wait, begun: begin()?, file, _place: place })
    }

    /// How long to wait before [`Self::finish`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use heapwise::http::{Answer, answer};
    ///
    /// let request = http::Request::get("/debug/pprof/allocs?seconds=30").body("").unwrap();
    /// let Answer::After(pending) = answer(&request) else { panic!("nothing to wait for") };
    /// assert_eq!(pending.wait(), Duration::from_secs(30));
    /// ```
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The response. It is of the time since the question, however long that was.
    ///
    /// ```
    /// use heapwise::http::{Answer, answer};
    ///
    /// let request = http::Request::get("/debug/pprof/heap?seconds=30").body("").unwrap();
    /// let Answer::After(pending) = answer(&request) else { panic!("nothing to wait for") };
    /// let response = pending.finish(); // before its time: of the moment since the question
    /// assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"heap-delta\"");
    /// ```
    #[must_use]
    pub fn finish(self) -> Response<Vec<u8>> {
        let bytes = match self.begun {
            Begun::Memory { baseline, wanted } => {
                memory::since(Some(&baseline), wanted).map(|(bytes, _)| bytes)
            }
            Begun::Cpu { sampling, symbolize } => encoded::sampled(sampling, symbolize),
        };
        match bytes {
            Ok(bytes) => reply::profile(bytes, self.file),
            Err(error) => Refused::from(error).into(),
        }
    }
}

/// In Go's words, as far as it has any.
fn no_cpu_profile(error: &Error) -> Refused {
    let status = match error {
        Error::Cpu(StartError::Running) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Cpu(StartError::Unsupported) => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Refused::new(status, format!("Could not enable CPU profiling: {error}"))
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("wait", &self.wait).finish_non_exhaustive()
    }
}
