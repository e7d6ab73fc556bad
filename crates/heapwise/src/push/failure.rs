//! What goes wrong while profiles are pushed, and who is told.

use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Why a push did not arrive. Later ones may.
///
/// ```
/// use heapwise::push::Failure;
///
/// let told = |failure: &Failure| match failure {
///     Failure::Refused { status: 401 | 403, .. } => "the token is wrong".to_owned(),
///     other => other.to_string(), // a sentence
/// };
/// let refused = Failure::Refused { status: 401, said: "no".to_owned() };
/// assert_eq!(told(&refused), "the token is wrong");
/// assert!(told(&Failure::Dropped).contains("dropped"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// There is no profile to send.
    Profile(String),
    /// The server does not answer, or not in time. It is tried again.
    Unreachable(String),
    /// The server is busy or broken. It is tried again.
    Busy {
        /// 429 or 5xx.
        status: u16,
        /// The start of what it said.
        said: String,
    },
    /// The server refuses the profile, which is dropped.
    Refused {
        /// The status of HTTP.
        status: u16,
        /// The start of what it said.
        said: String,
    },
    /// Profiles that could not be sent before are dropped: there are too many, or they are too old.
    Dropped,
}

/// How many kinds of failure there are.
const KINDS: usize = 5;

/// How long nothing more is told of one kind.
const SILENCE: Duration = Duration::from_secs(3600);

impl Failure {
    fn kind(&self) -> usize {
        match self {
            Self::Profile(_) => 0,
            Self::Unreachable(_) => 1,
            Self::Busy { .. } => 2,
            Self::Refused { .. } => 3,
            Self::Dropped => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(why) => write!(f, "no profile to push: {why}"),
            Self::Unreachable(why) => write!(f, "push failed, to be tried again: {why}"),
            Self::Busy { status, said } => {
                write!(f, "push failed, to be tried again: status {status}: {said}")
            }
            Self::Refused { status, said } => {
                write!(f, "the server refused a profile: status {status}: {said}")
            }
            Self::Dropped => f.write_str("profiles that could not be pushed are dropped"),
        }
    }
}

impl std::error::Error for Failure {}

/// Who is told of a failure.
pub type Listener = Box<dyn Fn(&Failure) + Send>;

/// Tells of failures, of each kind at most once an hour.
pub struct Teller {
    listener: Listener,
    last: [Option<Instant>; KINDS],
}

impl Teller {
    /// Tells `listener`; without one, standard error.
    pub fn new(listener: Option<Listener>) -> Self {
        let listener = listener.unwrap_or_else(|| {
            Box::new(|failure| {
                // Standard error may be closed.
                let _ = writeln!(std::io::stderr(), "heapwise: {failure}");
            })
        });
        Self { listener, last: [None; KINDS] }
    }

    /// Tells of a failure at `now`.
    pub fn tell(&mut self, failure: &Failure, now: Instant) {
        let last = &mut self.last[failure.kind()];
        if last.is_some_and(|last| now.saturating_duration_since(last) < SILENCE) {
            return;
        }
        *last = Some(now);
        // A listener that panics has said so; the next push has nothing to do with it.
        let _ = catch_unwind(AssertUnwindSafe(|| (self.listener)(failure)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn each_kind_is_told_once_an_hour() {
        let (sender, receiver) = channel();
        let listener = move |failure: &Failure| sender.send(failure.clone()).unwrap();
        let mut teller = Teller::new(Some(Box::new(listener)));
        let start = Instant::now();
        let busy = |status| Failure::Busy { status, said: String::new() };
        for (failure, seconds) in [
            (busy(503), 0),
            (busy(429), 1),
            (Failure::Dropped, 2),
            (busy(503), 3599),
            (busy(500), 3600),
            (Failure::Dropped, 3601),
        ] {
            teller.tell(&failure, start + Duration::from_secs(seconds));
        }
        let told: Vec<Failure> = receiver.try_iter().collect();
        assert_eq!(told, [busy(503), Failure::Dropped, busy(500)]);
    }

    #[test]
    fn a_listener_that_panics_ends_nothing() {
        let mut teller = Teller::new(Some(Box::new(|_| panic!("a listener of a test"))));
        teller.tell(&Failure::Dropped, Instant::now());
    }
}
