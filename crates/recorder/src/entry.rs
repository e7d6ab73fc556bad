//! How a thread comes into the recorder, and what it may not do there.
//!
//! The recorder runs inside the allocator. Were it to allocate, or were a signal handler to
//! allocate while it runs, it would enter itself: deadlock, or endless recursion. So it is entered
//! once or not at all.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// `const` and without `Drop`, so that it can be read from the first instruction of a thread to
    /// the last, also in the destructors of other thread-locals.
    static ENTRY: Entry =
        const { Entry { inside: Cell::new(false), muted: Cell::new(0), number: Cell::new(0) } };
}

#[derive(Debug)]
struct Entry {
    inside: Cell<bool>,
    /// How many [`Muted`] of this thread are alive.
    muted: Cell<u32>,
    /// Of the thread, in the order in which threads were first recorded, from 1; 0 before.
    number: Cell<usize>,
}

/// Proof that this thread entered the recorder from outside it. Everything that takes a lock or
/// touches a table asks for it.
///
/// Allocations made while it is alive are not recorded and frees are not noticed, so no user code
/// runs under it.
#[derive(Debug)]
pub struct Outermost(());

impl Outermost {
    /// `None` when this thread is inside already.
    #[inline]
    pub fn enter() -> Option<Self> {
        // `then`, not `then_some`: a refused entry must not build, and so drop, an `Outermost`.
        ENTRY.with(|entry| (!entry.inside.replace(true)).then(|| Self(())))
    }

    /// The number of this thread: neighbours differ.
    #[inline]
    pub fn thread(&self) -> usize {
        static THREADS: AtomicUsize = AtomicUsize::new(1);
        ENTRY.with(|entry| {
            if entry.number.get() == 0 {
                entry.number.set(THREADS.fetch_add(1, Ordering::Relaxed));
            }
            entry.number.get()
        })
    }

    /// The entry that was forgotten, not dropped, so that it would outlast a function.
    pub(crate) fn assume() -> Self {
        debug_assert!(ENTRY.with(|entry| entry.inside.get()));
        Self(())
    }
}

impl Drop for Outermost {
    #[inline]
    fn drop(&mut self) {
        ENTRY.with(|entry| entry.inside.set(false));
    }
}

/// While one is alive, allocations of this thread are not recorded; frees of recorded blocks still
/// are.
///
/// For the profiler's own work outside the recorder, such as encoding a profile, which must not
/// show up in what it describes.
#[derive(Debug)]
pub struct Muted(());

impl Muted {
    /// Mutes this thread until the value is dropped.
    pub fn new() -> Self {
        ENTRY.with(|entry| entry.muted.set(entry.muted.get() + 1));
        Self(())
    }

    /// Whether this thread's allocations are left out at the moment.
    #[inline]
    pub fn is_on() -> bool {
        ENTRY.with(|entry| entry.muted.get() != 0)
    }
}

impl Default for Muted {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Muted {
    #[inline]
    fn drop(&mut self) {
        ENTRY.with(|entry| entry.muted.set(entry.muted.get() - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_entry_is_refused_and_does_not_end_the_first() {
        let first = Outermost::enter().unwrap();
        assert!(Outermost::enter().is_none());
        assert!(Outermost::enter().is_none());
        drop(first);
        assert!(Outermost::enter().is_some());
    }

    #[test]
    fn muted_counts_its_nesting() {
        let outer = Muted::new();
        drop(Muted::new());
        assert!(Muted::is_on());
        drop(outer);
        assert!(!Muted::is_on());
    }
}
