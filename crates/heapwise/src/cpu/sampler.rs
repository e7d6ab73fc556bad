//! The thread that takes samples out of the ring while a profile is being taken.

use std::io;
use std::mem;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use heapwise_cpu_sampler::{Error as StartError, Losses, Session, without_signals};
use heapwise_recorder::Muted;

use super::label;
use super::tally::Tally;
use crate::own_thread::OwnThread;
use crate::{Error, moment};

/// How often the ring is emptied and threads are looked after.
const EVERY: Duration = Duration::from_millis(50);

/// What was found in the end.
#[derive(Debug)]
pub struct Outcome {
    pub tally: Tally,
    pub losses: Losses,
    pub period: Duration,
    /// Nanoseconds since 1970, at the start.
    pub started: i64,
    pub duration: Duration,
}

/// The thread, and how to stop it.
#[derive(Debug)]
pub struct Sampler {
    /// The thread stops when this is gone.
    running: Option<SyncSender<()>>,
    thread: Option<OwnThread<Option<(Tally, Losses)>>>,
    waiting: Arc<Waiting>,
    period: Duration,
    started: i64,
    begin: Instant,
}

/// The session, until the thread takes it. In the child of a fork it may never come to that.
#[derive(Debug)]
struct Waiting(Mutex<Option<Session>>);

impl Sampler {
    /// Starts sampling, and the thread.
    pub fn start(hz: u32) -> Result<Self, Error> {
        let (started, begin) = (moment::time_nanos(), Instant::now());
        label::prepare();
        let session = Session::begin(hz, label::of_interrupted)?;
        let period = session.period();
        let (running, stopped) = mpsc::sync_channel::<()>(0);
        // No handler of the program runs on a thread that it does not know.
        let waiting = Arc::new(Waiting(Mutex::new(Some(session))));
        let taken = Arc::clone(&waiting);
        let spawned: io::Result<_> = without_signals(|| {
            OwnThread::spawn(Builder::new().name("heapwise-cpu".to_owned()), move || {
                taken.take().map(|session| tend(session, &|| stopped.recv_timeout(EVERY)))
            })
        });
        let thread = Some(spawned.map_err(Error::Thread)?);
        Ok(Self { running: Some(running), thread, waiting, period, started, begin })
    }

    /// Stops, and waits for the thread if it has begun.
    pub fn stop(mut self) -> Result<Outcome, Error> {
        let duration = self.begin.elapsed();
        let (tally, losses) = self.join().ok_or(StartError::Forked)?;
        let Self { period, started, .. } = self;
        Ok(Outcome { tally, losses, period, started, duration })
    }

    /// Nothing in a child of a fork, which has no such thread.
    fn join(&mut self) -> Option<(Tally, Losses)> {
        let (running, thread) = (self.running.take(), self.thread.take()?);
        if !thread.is_of_this_process() {
            // Nobody lets go of a lock that the thread held.
            mem::forget(running);
            return None;
        }
        if let Some(session) = self.waiting.take() {
            // What is in the ring is there all the same.
            return Some(end(session, Tally::new()));
        }
        drop(running);
        thread.join()?
    }
}

impl Waiting {
    fn take(&self) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let _muted = Muted::new();
        // What was found is not wanted.
        let _ = self.join();
    }
}

fn tend(mut session: Session, pause: &dyn Fn() -> Result<(), RecvTimeoutError>) -> (Tally, Losses) {
    // The profiler's own allocations are in no profile.
    let _muted = Muted::new();
    let mut tally = Tally::new();
    while pause() == Err(RecvTimeoutError::Timeout) {
        session.tend();
        session.drain(&mut |sample| tally.add(sample));
    }
    end(session, tally)
}

fn end(session: Session, mut tally: Tally) -> (Tally, Losses) {
    let losses = session.end(&mut |sample| tally.add(sample));
    (tally, losses)
}
