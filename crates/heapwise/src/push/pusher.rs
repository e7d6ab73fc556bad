//! The thread that pushes, and who ends it.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use heapwise_recorder::Muted;

use super::Error;
use super::worker::Worker;
use crate::own_thread::OwnThread;

/// How long `drop` waits for the last push.
pub const LAST: Duration = Duration::from_secs(5);

/// The stack of the thread. A third of a megabyte is touched by compression in builds without
/// optimization; what is not touched is no memory.
const STACK: usize = 2 << 20;

/// Pushes profiles until it is dropped. Then a last one is sent, for which at most 5 seconds are waited.
///
/// ```no_run
/// fn main() -> Result<(), heapwise::push::Error> {
///     let _push = heapwise::push::pyroscope("http://localhost:4040", "orders").start()?;
///     // ... serve ...
///     Ok(())
/// } // a last profile, of what was not pushed yet
/// ```
#[derive(Debug)]
#[must_use = "pushing ends when this is dropped"]
pub struct Pusher {
    /// Never locked: it is there for `Sync`, so that many may look at what was sent.
    running: Mutex<Option<Running>>,
    counters: Arc<Counters>,
}

#[derive(Debug)]
struct Running {
    /// The thread ends when this is dropped.
    ends: Sender<()>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
    thread: OwnThread<()>,
}

/// What became of profiles so far.
///
/// ```
/// use std::time::Duration;
///
/// use heapwise::push::{Stats, pyroscope};
///
/// let hour = Duration::from_secs(3600);
/// let push = pyroscope("http://localhost:4040", "orders").every(hour).start()?;
/// let Stats { sent, retries, refused, dropped, .. } = push.stats();
/// assert_eq!((sent, retries, refused, dropped), (0, 0, 0, 0)); // the first is sent in an hour
/// # push.detach();
/// # Ok::<(), heapwise::push::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Profiles that a server took.
    pub sent: u64,
    /// Requests that failed and were, or are to be, tried again.
    pub retries: u64,
    /// Profiles that a server refused.
    pub refused: u64,
    /// Profiles that were dropped, because there were too many to send or they were too old.
    pub dropped: u64,
}

/// The same, while they are counted.
#[derive(Debug, Default)]
pub struct Counters {
    pub sent: AtomicU64,
    pub retries: AtomicU64,
    pub refused: AtomicU64,
    pub dropped: AtomicU64,
}

impl Pusher {
    /// Starts the thread.
    pub(super) fn start(worker: Worker) -> Result<Self, Error> {
        let counters = Arc::new(Counters::default());
        let (ends, until) = channel();
        let (ending, ended) = channel();
        let counted = Arc::clone(&counters);
        let work = move || {
            let _muted = Muted::new();
            worker.run(&until, &counted);
            drop::<Sender<()>>(ending);
        };
        let builder = Builder::new().name("heapwise-push".to_owned()).stack_size(STACK);
        let thread = OwnThread::spawn(builder, work).map_err(Error::Thread)?;
        let running = Mutex::new(Some(Running { ends, ended, thread }));
        Ok(Self { running, counters })
    }

    /// What became of profiles so far.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), heapwise::push::Error> {
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders").start()?;
    /// println!("{} profiles arrived", push.stats().sent);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters { sent, retries, refused, dropped } = &*self.counters;
        Stats {
            sent: load(sent),
            retries: load(retries),
            refused: load(refused),
            dropped: load(dropped),
        }
    }

    /// Lets it run until the program ends, which then does not wait for a last push.
    ///
    /// ```
    /// heapwise::push::pyroscope("http://localhost:4040", "orders").start()?.detach();
    /// // ... serve ...
    /// # Ok::<(), heapwise::push::Error>(())
    /// ```
    pub fn detach(mut self) {
        mem::forget(self.take());
    }

    fn take(&mut self) -> Option<Running> {
        self.running.get_mut().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Pusher {
    fn drop(&mut self) {
        let Some(running) = self.take() else { return };
        let _muted = Muted::new();
        let Running { ends, ended, thread } = running;
        if !thread.is_of_this_process() {
            // In a child of a fork, where nobody lets go of a lock that the thread held.
            return mem::forget((ends, ended));
        }
        drop(ends);
        // Nobody waits for a server that hangs: the thread ends when it gives up.
        if ended.recv_timeout(LAST) == Err(RecvTimeoutError::Disconnected) {
            thread.join();
        }
    }
}
