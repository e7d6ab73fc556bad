//! A bounded number of something.

use std::sync::atomic::{AtomicUsize, Ordering};

/// One of a bounded number, given back when dropped.
#[derive(Debug)]
pub struct Place(&'static AtomicUsize);

impl Place {
    /// One more of what `taken` counts, unless there are `most`.
    pub fn take(taken: &'static AtomicUsize, most: usize) -> Option<Self> {
        let more = |count: usize| (count < most).then_some(count + 1);
        taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Self(taken))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        let take = || Place::take(&TAKEN, 2);
        let places = [take().unwrap(), take().unwrap()];
        assert!(take().is_none());
        drop(places);
        assert!(take().is_some());
    }
}
