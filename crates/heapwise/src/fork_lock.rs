//! A lock that no fork leaves locked.
//!
//! The child of a fork has a copy of every lock, and no thread of its parent's but one. What another thread held
//! at that moment nobody will ever let go there, and what it was changing may be half done. So a
//! process has locks of its own: at its first use of one it takes over what its parent had, or, if that was
//! held, begins anew.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

use heapwise_cpu_sampler::fork_generation;
use heapwise_recorder::Muted;

/// A mutex of each process.
pub struct ForkLock<T: 'static> {
    /// The last that was made, in this process or in one of which it is a fork; null before the first.
    lock: AtomicPtr<Lock<T>>,
    begin: fn() -> T,
}

/// The mutex of one process. Never freed: there is one a process and use.
struct Lock<T> {
    process: u32,
    /// The last child that takes over what is here; 0 for none. The memory of a child is its own, so this says
    /// nothing of others.
    heir: AtomicU32,
    value: Mutex<T>,
}

impl<T> ForkLock<T> {
    /// A lock around what `begin` gives, which is called when there is nothing to take over.
    pub const fn new(begin: fn() -> T) -> Self {
        Self { lock: AtomicPtr::new(std::ptr::null_mut()), begin }
    }

    /// Waits until no other thread of this process has it. After a panic under it, it goes on as it was left.
    pub fn lock(&'static self) -> MutexGuard<'static, T> {
        let own = fork_generation();
        loop {
            match self.current() {
                Some(lock) if lock.process == own => {
                    return lock.value.lock().unwrap_or_else(PoisonError::into_inner);
                }
                Some(lock) => self.inherit(lock, own),
                None => self.make(std::ptr::null_mut(), own, (self.begin)()),
            }
        }
    }

    fn current(&self) -> Option<&'static Lock<T>> {
        // SAFETY: null, or a box that was leaked.
        unsafe { self.lock.load(Ordering::Acquire).as_ref() }
    }

    /// Takes over what a parent left, or lets the thread do it that was first.
    #[cold]
    fn inherit(&self, left: &'static Lock<T>, own: u32) {
        let heir = left.heir.load(Ordering::Acquire);
        let is_first = heir != own
            && left.heir.compare_exchange(heir, own, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if !is_first {
            return thread::yield_now();
        }
        let value = match left.value.try_lock() {
            Ok(mut left) => mem::replace(&mut *left, (self.begin)()),
            Err(TryLockError::Poisoned(left)) => {
                mem::replace(&mut *left.into_inner(), (self.begin)())
            }
            Err(TryLockError::WouldBlock) => (self.begin)(),
        };
        self.make((&raw const *left).cast_mut(), own, value);
    }

    /// Puts a lock of this process in the place of `before`, unless another thread has.
    #[cold]
    fn make(&self, before: *mut Lock<T>, process: u32, value: T) {
        let _muted = Muted::new();
        let lock = Lock { process, heir: AtomicU32::new(0), value: Mutex::new(value) };
        let lock = Box::into_raw(Box::new(lock));
        if self.lock.compare_exchange(before, lock, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // SAFETY: made above, and nobody else knows it.
            drop(unsafe { Box::from_raw(lock) });
        }
    }
}

impl<T> fmt::Debug for ForkLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForkLock").finish_non_exhaustive()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::forked;

    fn seven() -> u32 {
        7
    }

    #[test]
    fn a_child_goes_on_with_what_its_parent_had() {
        static LOCK: ForkLock<u32> = ForkLock::new(seven);
        *LOCK.lock() += 1;
        forked::check(|| {
            *LOCK.lock() += 1;
            // And its child with what it had.
            forked::check(|| *LOCK.lock() == 9);
            *LOCK.lock() == 9
        });
        assert_eq!(*LOCK.lock(), 8);
    }

    #[test]
    fn a_child_begins_anew_where_a_thread_of_its_parent_was() {
        static LOCK: ForkLock<u32> = ForkLock::new(seven);
        let (taken, is_taken) = channel();
        let (let_go, waits) = channel();
        let holder = thread::spawn(move || {
            let mut held = LOCK.lock();
            *held = 1;
            taken.send(()).unwrap();
            waits.recv().unwrap();
            drop(held);
        });
        is_taken.recv().unwrap();
        forked::check(|| {
            *LOCK.lock() += 1;
            *LOCK.lock() == 8
        });
        let_go.send(()).unwrap();
        holder.join().unwrap();
        assert_eq!(*LOCK.lock(), 1);
    }

    #[test]
    fn all_threads_of_a_child_find_the_same() {
        static LOCK: ForkLock<u32> = ForkLock::new(seven);
        *LOCK.lock() = 0;
        for _ in 0..20 {
            forked::check(|| {
                forked::on_four_threads(|| *LOCK.lock() += 1);
                *LOCK.lock() == 4
            });
        }
    }

    #[test]
    fn a_panic_spoils_nothing() {
        static LOCK: ForkLock<u32> = ForkLock::new(seven);
        let panics = thread::spawn(|| {
            let held = LOCK.lock();
            assert_eq!(*held, 0, "on purpose");
        });
        assert!(panics.join().is_err());
        assert_eq!(*LOCK.lock(), 7);
        forked::check(|| *LOCK.lock() == 7);
    }
}
