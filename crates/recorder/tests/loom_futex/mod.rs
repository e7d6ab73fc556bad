//! What the lock asks of the kernel, as loom sees it: a sleep that ends only when it is woken, so that a
//! wake-up that is lost is a deadlock.

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

    pub fn store(&self, value: u32, order: Ordering) {
        self.made().0.store(value, order);
    }

    pub fn swap(&self, value: u32, order: Ordering) -> u32 {
        self.made().0.swap(value, order)
    }

    pub fn fetch_add(&self, value: u32, order: Ordering) -> u32 {
        self.made().0.fetch_add(value, order)
    }

    pub fn fetch_sub(&self, value: u32, order: Ordering) -> u32 {
        self.made().0.fetch_sub(value, order)
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
