//! The label set of the thread that a handler interrupts.
//!
//! It is in a thread-local. Those of the program and of the libraries that it starts with are made with each thread,
//! and reading one is a load. Those of a library that is loaded later (`dlopen`) the C library makes when a
//! thread first touches them, by `malloc`: which the handler may have interrupted. Which kind ours is shows
//! in where it lies: of the first, as far from what the C library has of a thread, in every thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use heapwise_cpu_sampler::without_signals;
use heapwise_recorder::labels;

/// Whether a handler may read ours.
static IS_MADE_WITH_THREADS: AtomicBool = AtomicBool::new(false);

/// Far more than it takes.
const PATIENCE: Duration = Duration::from_secs(5);

thread_local! {
    /// Made together with the one that matters: a library's are made at once.
    static PROBE: u8 = const { 0 };
}

/// To be called before handlers run. Finds out what they may do.
pub fn prepare() {
    if IS_MADE_WITH_THREADS.load(Ordering::Relaxed) {
        return;
    }
    let (tell, told) = channel();
    // Not waited for without end: in the child of a fork, a thread may not get going.
    let started = without_signals(|| thread::Builder::new().spawn(move || tell.send(distance())));
    let other = started.ok().and_then(|_| told.recv_timeout(PATIENCE).ok()).flatten();
    IS_MADE_WITH_THREADS.store(other.is_some() && other == distance(), Ordering::Relaxed);
}

/// The number of the label set of this thread; that of none, if it cannot be read. For handlers.
pub fn of_interrupted() -> u32 {
    if IS_MADE_WITH_THREADS.load(Ordering::Relaxed) { labels::current().number() } else { 0 }
}

/// How far this thread's own memory of ours is from that of the C library.
#[cfg(unix)]
fn distance() -> Option<usize> {
    // SAFETY: takes nothing, and gives what the C library knows the thread by: the address of its data.
    let thread = unsafe { libc::pthread_self() } as usize;
    Some(PROBE.with(|probe| (&raw const *probe).addr()).wrapping_sub(thread))
}

/// Nothing is sampled here.
#[cfg(not(unix))]
fn distance() -> Option<usize> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_program_can_be_read() {
        prepare();
        let label = crate::label("cpu", "labels");
        assert_ne!(label.scope(of_interrupted), 0);
        assert_eq!(of_interrupted(), 0);
    }
}
