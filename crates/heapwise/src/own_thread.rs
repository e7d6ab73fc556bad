//! A thread of the library's own, and a wait for its end that has an end.
//!
//! In the child of a fork, a thread of the standard library's may never begin: first it takes a lock that a thread of
//! the parent may have held at the fork, and nobody lets go of that. A thread that has begun did get the lock,
//! so nothing keeps it from ending. Hence nobody waits for a thread that has not begun, or not for long.

use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use heapwise_cpu_sampler::fork_generation;

/// How long a thread may take to begin: far more than one does that can.
const PATIENCE: Duration = Duration::from_secs(5);

/// A thread. Dropping this lets it go on by itself.
#[derive(Debug)]
pub struct OwnThread<T> {
    /// There until it is waited for.
    handle: Option<JoinHandle<T>>,
    start: Arc<Start>,
    /// The process that it is of, by [`fork_generation`].
    process: u32,
}

/// Whether a thread has begun.
#[derive(Debug, Default)]
struct Start {
    is_over: Mutex<bool>,
    changed: Condvar,
}

impl<T: Send + 'static> OwnThread<T> {
    /// Does `work` on a thread that `builder` starts.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(builder: Builder, work: impl FnOnce() -> T + Send + 'static) -> io::Result<Self> {
        let start = Arc::new(Start::default());
        let begun = Arc::clone(&start);
        let handle = builder.spawn(move || {
            begun.end();
            work()
        })?;
        Ok(Self { handle: Some(handle), start, process: fork_generation() })
    }

    /// Waits until it has ended, which it was told to do, and gives what it returned. Nothing if it has
    /// panicked, does not begin, or is a thread of the parent, of which this is a fork.
    pub fn join(mut self) -> Option<T> {
        if !self.is_of_this_process() || !self.has_begun_within(PATIENCE) {
            return None;
        }
        self.handle.take()?.join().ok()
    }
}

impl<T> OwnThread<T> {
    /// Waits until it has begun, so long at most, and no longer than one takes that can. Whether it has.
    pub fn has_begun_within(&self, patience: Duration) -> bool {
        let is_over = self.start.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = patience.min(PATIENCE);
        let waited = self.start.changed.wait_timeout_while(is_over, patience, |is_over| !*is_over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether it was started here, and not in a parent of which this is a fork.
    pub fn is_of_this_process(&self) -> bool {
        self.process == fork_generation()
    }
}

impl<T> Drop for OwnThread<T> {
    fn drop(&mut self) {
        if !self.is_of_this_process() {
            // There is no such thread, and its number may be another's.
            mem::forget(self.handle.take());
        }
    }
}

impl Start {
    fn end(&self) {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}
