//! A bounded number of something.

use std::sync::atomic::{AtomicU64, Ordering};

use heapwise_cpu_sampler::fork_generation;

/// Places, of which some are taken. In the child of a fork, none are: who took them is not there.
#[derive(Debug)]
pub struct Places {
    /// How many are taken, below the process, by [`fork_generation`], that they are taken in.
    taken: AtomicU64,
    most: u32,
}

/// One of them, given back when dropped.
#[derive(Debug)]
pub struct Place {
    of: &'static Places,
    process: u32,
}

impl Places {
    /// So many, all free.
    pub const fn new(most: u32) -> Self {
        Self { taken: AtomicU64::new(0), most }
    }

    /// Takes one, if one is free.
    pub fn take(&'static self) -> Option<Place> {
        self.change(|count| (count < self.most).then_some(count + 1))
            .then(|| Place { of: self, process: fork_generation() })
    }

    /// Whether `change` has another number for that of places that are taken in this process.
    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let own = u64::from(fork_generation()) << 32;
        let changed = |taken: u64| {
            let count = if taken & !u64::from(u32::MAX) == own { taken as u32 } else { 0 };
            change(count).map(|count| own | u64::from(count))
        };
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed).is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What a child has of its parent's is none of its own.
        if self.process == fork_generation() {
            self.of.change(|count| count.checked_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        static PLACES: Places = Places::new(2);
        let places = [PLACES.take().unwrap(), PLACES.take().unwrap()];
        assert!(PLACES.take().is_none());
        drop(places);
        assert!(PLACES.take().is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn in_a_child_all_are_free() {
        static PLACES: Places = Places::new(1);
        let mut taken = PLACES.take();
        crate::forked::check(|| {
            let own = PLACES.take();
            let is_free = own.is_some() && PLACES.take().is_none();
            drop(taken.take());
            is_free && PLACES.take().is_none()
        });
        assert!(taken.is_some() && PLACES.take().is_none());
    }
}
