//! A lock that only the recorder takes.
//!
//! `std::sync::Mutex` does not promise to stay clear of the global allocator; this one is a word
//! and the kernel's futex.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;

use crate::entry::Outermost;
use crate::platform::kernel::futex::{AtomicU32, LOOKS, sleep_while, wake_one};

/// Nobody holds it.
const FREE: u32 = 0;
/// Held, and nobody sleeps.
const HELD: u32 = 1;
/// Held, and somebody may sleep: who lets go must wake one.
const AWAITED: u32 = 2;

/// Mutual exclusion between threads that are inside the recorder.
///
/// ```text
///   FREE --acquire--> HELD --somebody waits--> AWAITED
///     ^                 |                         |
///     +-----release-----+------release, wake------+
/// ```
#[derive(Debug)]
pub struct Lock<T> {
    state: AtomicU32,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is reached only through a `Held`, of which `acquire` allows one at a time.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    /// A free lock around `value`.
    pub const fn new(value: T) -> Self {
        Self { state: AtomicU32::new(FREE), value: UnsafeCell::new(value) }
    }

    /// The value, which nobody else can reach yet.
    pub const fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Waits until the lock is free and takes it.
    #[inline]
    pub fn lock<'a>(&'a self, _inside: &'a Outermost) -> Held<'a, T> {
        self.acquire();
        Held { lock: self }
    }

    /// Takes the lock without a guard, for a fork: it is given back by [`release`](Self::release)
    /// on both sides.
    #[inline]
    pub fn acquire(&self) {
        let taken = self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed);
        if taken.is_err() {
            self.wait_and_acquire();
        }
    }

    /// Gives back a lock taken by [`acquire`](Self::acquire).
    #[inline]
    pub fn release(&self) {
        if self.state.swap(FREE, Ordering::Release) == AWAITED {
            wake_one(&self.state);
        }
    }

    #[cold]
    fn wait_and_acquire(&self) {
        for _ in 0..LOOKS {
            std::hint::spin_loop();
            if self.state.load(Ordering::Relaxed) == FREE
                && self
                    .state
                    .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                return;
            }
        }
        while self.state.swap(AWAITED, Ordering::Acquire) != FREE {
            sleep_while(&self.state, AWAITED);
        }
    }
}

/// The right to the value of a [`Lock`], given back when dropped.
#[derive(Debug)]
pub struct Held<'a, T> {
    lock: &'a Lock<T>,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one alive, and lends the value no longer than it lives.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Held<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and the guard itself is borrowed exclusively.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Held<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_thread_at_a_time() {
        static COUNT: Lock<u64> = Lock::new(0);
        // Miri takes a thousand times as long.
        const TURNS: u64 = if cfg!(miri) { 100 } else { 50_000 };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        let inside = Outermost::enter().unwrap();
                        let mut count = COUNT.lock(&inside);
                        *count += 1;
                    }
                });
            }
        });
        assert_eq!(*COUNT.lock(&Outermost::enter().unwrap()), 4 * TURNS);
    }

    #[test]
    fn a_sleeper_is_woken() {
        static LOCK: Lock<()> = Lock::new(());
        LOCK.acquire();
        let waiter = std::thread::spawn(|| {
            let inside = Outermost::enter().unwrap();
            drop(LOCK.lock(&inside));
        });
        while LOCK.state.load(Ordering::Relaxed) != AWAITED {
            std::thread::yield_now();
        }
        LOCK.release();
        waiter.join().unwrap();
    }
}
