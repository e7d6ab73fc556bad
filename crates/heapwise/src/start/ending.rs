//! The end of profiling: by whoever comes first, once, and within a bounded time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heapwise_cpu_sampler::fork_generation;

use super::plan::{Cause, Plan};
use super::{notice, platform, thread};
use crate::Error;
use crate::cpu::Sampling;
use crate::fork_lock::ForkLock;

/// How long the end of the program waits for its profile.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it waits until it has said that it waits no longer.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Profiling from its beginning to its end. There is one at a time in a process.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    sampling: Mutex<Option<Sampling>>,
    process: u32,
    state: Mutex<State>,
    changed: Condvar,
}

/// ```text
/// On -> Writing -> Over
///  ^_______|             when a signal did not end the program after all
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    On,
    Writing,
    Over,
}

static CURRENT: ForkLock<Option<Arc<Run>>> = ForkLock::new(|| None);

/// The process that [`CURRENT`] is of, by [`fork_generation`]: the child of a fork has a copy of that, and nothing
/// to write.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Whether profiling began in this process, if it did. May be asked in a signal handler.
pub fn is_of_this_process() -> bool {
    PROCESS.load(Ordering::Relaxed) == fork_generation()
}

impl Run {
    /// Begins.
    ///
    /// # Errors
    /// [`Error::Started`] if another one is not over. That of a parent is none of a forked child's.
    pub fn begin(plan: Plan) -> Result<Arc<Self>, Error> {
        let mut current = CURRENT.lock();
        if current.is_some() && is_of_this_process() {
            return Err(Error::Started);
        }
        let process = fork_generation();
        let (state, changed) = (Mutex::new(State::On), Condvar::new());
        let run = Arc::new(Self { plan, sampling: Mutex::new(None), process, state, changed });
        *current = Some(Arc::clone(&run));
        PROCESS.store(process, Ordering::Relaxed);
        Ok(run)
    }

    /// Whether it began here, and not in a parent of which this is a fork.
    pub fn is_of_this_process(&self) -> bool {
        self.process == fork_generation()
    }

    /// Has the CPU profile end with it.
    pub fn sample(&self, sampling: Sampling) {
        *self.sampling() = Some(sampling);
    }

    fn sampling(&self) -> MutexGuard<'_, Option<Sampling>> {
        self.sampling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it without a profile.
    pub fn cancel(&self) {
        drop(self.sampling().take());
        self.set(State::Over);
        self.leave();
    }

    /// Ends it with a profile, unless it is over. If somebody is writing it already, waits for that. If
    /// a signal is ending the program, waits for that too.
    ///
    /// # Errors
    /// If this was the one to write the profile, and it is not written.
    pub fn end(&self, cause: Cause) -> Result<(), Error> {
        if !self.is_of_this_process() {
            return Ok(());
        }
        let written = if self.claim() {
            let written = self.write(cause);
            self.set(State::Over);
            self.leave();
            written
        } else {
            Ok(())
        };
        drop(self.wait_while(|_| platform::is_ending()));
        written
    }

    /// Writes the profile because of a signal, unless it is over, and then does `die`. If that
    /// returns, the program lives on, and so does this.
    pub fn end_by_signal(&self, die: impl FnOnce()) {
        let is_ours = self.claim();
        if is_ours {
            // What went wrong was said.
            let _ = self.write(Cause::Signal);
        }
        die();
        // Whoever waits for the program's death looks again.
        let state = *self.lock();
        self.set(if is_ours { State::On } else { state });
    }

    /// Whether it is now this thread that writes. Else nobody does: it is over, or as good as.
    fn claim(&self) -> bool {
        let mut state = self.wait_while(|state| state == State::Writing);
        let is_on = *state == State::On;
        if is_on {
            *state = State::Writing;
        }
        is_on
    }

    fn write(&self, cause: Cause) -> Result<(), Error> {
        let (plan, sampling) = (self.plan.clone(), self.sampling().take());
        match thread::within(PATIENCE, move || plan.write(sampling, cause)) {
            Ok(Some(written)) => written,
            Ok(None) => say_elsewhere(Error::Late { waited: PATIENCE }, cause),
            Err(error) => say_elsewhere(Error::Thread(error), cause),
        }
    }

    fn wait_while(&self, waits: impl Fn(State) -> bool) -> MutexGuard<'_, State> {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, PATIENCE, |state| waits(*state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn set(&self, state: State) {
        *self.lock() = state;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes way for another one.
    fn leave(&self) {
        let mut current = CURRENT.lock();
        if current.as_ref().is_some_and(|run| std::ptr::eq(&raw const **run, self)) {
            *current = None;
        }
    }
}

/// Ends what is profiled, if anything is: the program ends, and nobody may drop what would do it.
pub fn end_now() {
    if !is_of_this_process() {
        return;
    }
    let run = CURRENT.lock().clone();
    if let Some(run) = run {
        // What went wrong was said.
        let _ = run.end(Cause::End);
    }
}

/// Says why there is no profile, if nobody else will, on a thread that this cannot end.
fn say_elsewhere(error: Error, cause: Cause) -> Result<(), Error> {
    if cause != Cause::Asked {
        let line = error.to_string();
        // Who finds no thread for this has nobody to tell.
        let _ = thread::within(LAST_WORDS, move || notice::say(&line));
    }
    Err(error)
}
