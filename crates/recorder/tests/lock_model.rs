//! The recorder's lock under every order of events that two or three threads can have.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-recorder --release --test lock_model`. The lock is
//! the one of the recorder, to the letter: `src/lock.rs`. What it asks of the kernel is modelled
//! below: a sleep that ends only when it is woken, so that a wake-up that is lost is a deadlock.
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

#[path = "../src/lock.rs"]
mod lock;

mod entry {
    /// Stands for the entry guard, which the lock only asks to see.
    #[derive(Debug)]
    pub struct Outermost;
}

mod futex {
    use std::sync::OnceLock;
    use std::sync::atomic::Ordering;

    use loom::sync::{Condvar, Mutex};

    /// One look is as good as a hundred, and has fewer orders.
    pub const LOOKS: u32 = 1;

    /// A word with the kernel's queue for it. Made at its first use, because the model's own cannot
    /// be made in a constant.
    #[derive(Debug)]
    pub struct AtomicU32 {
        initial: u32,
        made: OnceLock<(loom::sync::atomic::AtomicU32, Mutex<()>, Condvar)>,
    }

    impl AtomicU32 {
        pub const fn new(initial: u32) -> Self {
            Self { initial, made: OnceLock::new() }
        }

        fn made(&self) -> &(loom::sync::atomic::AtomicU32, Mutex<()>, Condvar) {
            let make = || {
                let word = loom::sync::atomic::AtomicU32::new(self.initial);
                (word, Mutex::new(()), Condvar::new())
            };
            self.made.get_or_init(make)
        }

        pub fn load(&self, order: Ordering) -> u32 {
            self.made().0.load(order)
        }

        pub fn swap(&self, value: u32, order: Ordering) -> u32 {
            self.made().0.swap(value, order)
        }

        pub fn compare_exchange(
            &self,
            current: u32,
            new: u32,
            success: Ordering,
            failure: Ordering,
        ) -> Result<u32, u32> {
            self.made().0.compare_exchange(current, new, success, failure)
        }
    }

    /// As the kernel: looks and goes to sleep in one step.
    pub fn sleep_while(state: &AtomicU32, seen: u32) {
        let (word, queue, woken) = state.made();
        let queue = queue.lock().unwrap();
        if word.load(Ordering::SeqCst) == seen {
            drop(woken.wait(queue).unwrap());
        }
    }

    pub fn wake_one(state: &AtomicU32) {
        let (_, queue, woken) = state.made();
        drop(queue.lock().unwrap());
        woken.notify_one();
    }
}

/// `threads` threads add to one number, `rounds` times each, and the model watches that no two are
/// at it at once.
fn count(threads: usize, rounds: usize) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let lock = Arc::new(lock::Lock::new(UnsafeCell::new(0)));
        // The word is made before others see it.
        drop(lock.lock(&entry::Outermost));
        let add = move |lock: &lock::Lock<UnsafeCell<usize>>| {
            for _ in 0..rounds {
                let held = lock.lock(&entry::Outermost);
                // SAFETY: the lock is held; the model panics if that is not enough.
                held.with_mut(|number| unsafe { *number += 1 });
            }
        };
        let others: Vec<_> = (1..threads)
            .map(|_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || add(&lock))
            })
            .collect();
        add(&lock);
        others.into_iter().for_each(|other| other.join().unwrap());
        let held = lock.lock(&entry::Outermost);
        // SAFETY: all others have ended.
        held.with(|number| assert_eq!(unsafe { *number }, threads * rounds));
    });
}

#[test]
fn two_threads_take_turns() {
    count(2, 2);
}

#[test]
fn three_threads_take_turns_and_none_sleeps_for_ever() {
    count(3, 1);
}
