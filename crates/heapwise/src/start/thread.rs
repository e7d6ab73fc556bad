//! Threads of the profiler's own, which do not show: no signal arrives on them, and what they
//! allocate is not recorded.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use heapwise_recorder::Muted;

use super::platform::Blocked;
use crate::own_thread::OwnThread;

/// Starts a thread. A write to a pipe that nobody reads, or beyond the limit of a file, is an error
/// on it and not the end of the program: the signal that these send to the thread does not arrive.
///
/// # Errors
/// If the system has no thread to give.
pub fn start<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<OwnThread<T>> {
    let _muted = Muted::new();
    let _blocked = Blocked::all();
    OwnThread::spawn(Builder::new().name(name.to_owned()), move || {
        let _muted = Muted::new();
        work()
    })
}

/// What `work` gives, done on a thread of its own; nothing if that takes longer than `patience`. Then
/// it goes on, and nobody waits.
///
/// The thread that waits may be at its very end: nothing here needs what is the thread's own.
///
/// # Errors
/// As [`start`]; or if the thread does not begin.
pub fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let place = Arc::new((Mutex::new(None), Condvar::new()));
    let filled = Arc::clone(&place);
    let thread = start("heapwise-end", move || {
        let result = work();
        let (slot, is_filled) = &*filled;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        is_filled.notify_all();
    })?;
    if !thread.has_begun_within(patience) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let (slot, is_filled) = &*place;
    let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = is_filled.wait_timeout_while(slot, patience, |slot| slot.is_none());
    Ok(waited.unwrap_or_else(PoisonError::into_inner).0.take())
}
