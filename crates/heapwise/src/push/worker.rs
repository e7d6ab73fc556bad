//! Takes profiles and sends them, turn by turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver as Ends, RecvTimeoutError};
use std::time::{Duration, Instant};

use heapwise_profile::{Profile, encode};

use super::Failure;
use super::backlog::{Backlog, Waiting};
use super::backoff::wait;
use super::body::Series;
use super::failure::Teller;
use super::fit::fit;
use super::post::{Outcome, Post, STEP};
use super::pusher::{Counters, LAST};
use super::receiver::Receiver;
use super::source::Source;
use crate::Error;
use crate::chance::chance;

/// What the thread has to do with.
pub struct Worker {
    /// The kind of server.
    pub receiver: &'static Receiver,
    /// What is pushed.
    pub sources: Vec<Box<dyn Source>>,
    /// Checked and sorted.
    pub labels: Vec<(String, String)>,
    /// Who sends.
    pub post: Post,
    /// From one profile to the next.
    pub interval: Duration,
    /// Who is told of failures.
    pub teller: Teller,
}

/// What is still to be sent, and from when on.
#[derive(Default)]
struct Pending {
    backlog: Backlog,
    /// Failures in a row.
    failures: u32,
    /// Nothing is sent before that.
    not_before: Option<Instant>,
}

impl Worker {
    /// Works until the other end of `ends` is dropped; then does what is to be done last.
    pub fn run(mut self, ends: &Ends<()>, counters: &Counters) {
        let mut pending = Pending::default();
        let mut next = Instant::now() + self.interval;
        loop {
            let wake = pending.next_try().map_or(next, |at| at.min(next));
            let nap = wake.saturating_duration_since(Instant::now());
            if ends.recv_timeout(nap) != Err(RecvTimeoutError::Timeout) {
                break;
            }
            let now = Instant::now();
            if now >= next {
                self.take(&mut pending, counters);
                // One that is late does not bring the next one closer.
                next = (next + self.interval).max(now + self.interval / 2);
            }
            if pending.is_due(Instant::now()) {
                self.send(&mut pending, counters, None);
            }
        }
        self.take(&mut pending, counters);
        self.send(&mut pending, counters, Some(Instant::now() + LAST));
    }

    /// One profile of each kind.
    fn take(&mut self, pending: &mut Pending, counters: &Counters) {
        let Self { receiver, sources, labels, teller, .. } = self;
        let taken = Instant::now();
        let mut each = |name, profile: Result<Profile, Error>| {
            let profile = profile.map_err(|error| error.to_string());
            match profile.and_then(|profile| body(name, &profile, receiver, labels)) {
                Ok(body) => {
                    let dropped = pending.backlog.push(Waiting { body, taken });
                    tell_dropped(teller, dropped, counters);
                }
                Err(why) => teller.tell(&Failure::Profile(why), Instant::now()),
            }
        };
        sources.iter_mut().for_each(|source| source.take(&mut each));
    }

    /// Sends what there is, until something is to be tried again. With `until`, each step takes no longer
    /// than the time to it.
    fn send(&mut self, pending: &mut Pending, counters: &Counters, until: Option<Instant>) {
        let old = pending.backlog.drop_older(self.receiver.oldest, Instant::now());
        tell_dropped(&mut self.teller, old, counters);
        while let Some(first) = pending.backlog.first() {
            let left = |until: Instant| until.saturating_duration_since(Instant::now());
            let step = until.map_or(STEP, left).min(STEP);
            if step.is_zero() {
                return;
            }
            match self.post.send(&first.body, step) {
                Outcome::Taken => pending.sent(&counters.sent),
                Outcome::Refused(failure) => {
                    pending.sent(&counters.refused);
                    self.teller.tell(&failure, Instant::now());
                }
                Outcome::Later(failure, asked) => {
                    pending.failures += 1;
                    let pause = wait(pending.failures, asked, chance());
                    pending.not_before = Some(Instant::now() + pause);
                    count(&counters.retries, 1);
                    return self.teller.tell(&failure, Instant::now());
                }
            }
        }
    }
}

/// The body of a request with a profile of one kind.
fn body(
    name: &'static str,
    profile: &Profile,
    receiver: &Receiver,
    labels: &[(String, String)],
) -> Result<Vec<u8>, String> {
    let fitted = fit(profile, receiver, labels).map_err(|error| error.to_string())?;
    let series = Series { name, labels, profile: &encode(&fitted) };
    (receiver.body)(&series).map_err(|error| error.to_string())
}

impl Pending {
    /// The server answered about the first.
    fn sent(&mut self, counter: &AtomicU64) {
        self.backlog.pop();
        (self.failures, self.not_before) = (0, None);
        count(counter, 1);
    }

    /// When to try again, if there is something to.
    fn next_try(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.backlog.first().is_some())
    }

    fn is_due(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }
}

fn tell_dropped(teller: &mut Teller, dropped: usize, counters: &Counters) {
    if dropped > 0 {
        count(&counters.dropped, dropped as u64);
        teller.tell(&Failure::Dropped, Instant::now());
    }
}

fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
