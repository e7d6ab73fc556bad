//! The thread that takes samples out of the ring while a profile is being taken.

use std::io;
use std::mem;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use heapwise_cpu_sampler::{
    Error as StartError, Losses, Session, fork_generation, without_signals,
};
use heapwise_recorder::Muted;

use super::label;
use super::tally::Tally;
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
    thread: Option<JoinHandle<(Tally, Losses)>>,
    /// By [`fork_generation`].
    process: u32,
    period: Duration,
    started: i64,
    begin: Instant,
}

impl Sampler {
    /// Starts sampling, and the thread.
    pub fn start(hz: u32) -> Result<Self, Error> {
        let (started, begin) = (moment::time_nanos(), Instant::now());
        label::prepare();
        let session = Session::begin(hz, label::of_interrupted)?;
        let period = session.period();
        let (running, stopped) = mpsc::sync_channel::<()>(0);
        // No handler of the program runs on a thread that it does not know.
        let spawned: io::Result<_> = without_signals(|| {
            let builder = thread::Builder::new().name("heapwise-cpu".to_owned());
            builder.spawn(move || tend(session, &|| stopped.recv_timeout(EVERY)))
        });
        let thread = Some(spawned.map_err(Error::Thread)?);
        let process = fork_generation();
        Ok(Self { running: Some(running), thread, process, period, started, begin })
    }

    /// Stops, and waits for the thread.
    pub fn stop(mut self) -> Result<Outcome, Error> {
        let duration = self.begin.elapsed();
        let (tally, losses) = self.join().ok_or(StartError::Forked)?;
        let Self { period, started, .. } = self;
        Ok(Outcome { tally, losses, period, started, duration })
    }

    /// Nothing in a child of a fork, which has no such thread.
    fn join(&mut self) -> Option<(Tally, Losses)> {
        let (running, thread) = (self.running.take(), self.thread.take()?);
        if self.process != fork_generation() {
            // Nobody lets go of a lock that the thread held, and its number may be another's.
            mem::forget((running, thread));
            return None;
        }
        drop(running);
        thread.join().ok()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
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
    let losses = session.end(&mut |sample| tally.add(sample));
    (tally, losses)
}
