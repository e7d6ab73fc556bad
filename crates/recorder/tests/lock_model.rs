//! The recorder's lock under every order of events that two or three threads can have.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-recorder --release --test lock_model`. The lock is
//! the one of the recorder, to the letter: `linux/lock.rs`. What it asks of the kernel is modelled in
//! `loom_futex`.
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

#[path = "../src/linux/lock.rs"]
mod lock;

#[path = "loom_entry/mod.rs"]
mod entry;

#[path = "loom_futex/mod.rs"]
mod futex;

/// Where the recorder has them.
mod platform {
    pub mod kernel {
        pub(crate) use crate::futex;
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
