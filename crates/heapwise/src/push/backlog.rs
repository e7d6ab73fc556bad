//! Profiles that are to be sent: a bounded number.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many are kept at most. Each is smaller than the receiver's limit, and compressed.
pub const MOST: usize = 6;

/// What is to be sent.
#[derive(Debug)]
pub struct Waiting {
    /// The request's body.
    pub body: Vec<u8>,
    /// When the profile was taken.
    pub taken: Instant,
}

/// What is to be sent, the oldest first.
#[derive(Debug, Default)]
pub struct Backlog(VecDeque<Waiting>);

impl Backlog {
    /// Adds one. How many were dropped for it.
    pub fn push(&mut self, waiting: Waiting) -> usize {
        let dropped = (self.0.len() + 1).saturating_sub(MOST);
        self.0.drain(..dropped);
        self.0.push_back(waiting);
        dropped
    }

    /// Drops what is older than `age` at `now`, and says how many.
    pub fn drop_older(&mut self, age: Duration, now: Instant) -> usize {
        let is_old = |one: &&Waiting| now.saturating_duration_since(one.taken) > age;
        let old = self.0.iter().take_while(is_old).count();
        self.0.drain(..old);
        old
    }

    /// The next to be sent.
    pub fn first(&self) -> Option<&Waiting> {
        self.0.front()
    }

    /// Takes out the next.
    pub fn pop(&mut self) {
        self.0.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_for_the_newest_and_the_old_go_anyway() {
        let start = Instant::now();
        let taken = |second| start + Duration::from_secs(second);
        let mut backlog = Backlog::default();
        let dropped: Vec<usize> = (0..9)
            .map(|second| backlog.push(Waiting { body: vec![second as u8], taken: taken(second) }))
            .collect();
        assert_eq!(dropped, [0, 0, 0, 0, 0, 0, 1, 1, 1]);
        assert_eq!((backlog.0.len(), backlog.first().unwrap().body[0]), (MOST, 3));
        assert_eq!(backlog.drop_older(Duration::from_secs(10), taken(15)), 2);
        assert_eq!((backlog.0.len(), backlog.first().unwrap().body[0]), (4, 5));
        backlog.pop();
        assert_eq!(backlog.drop_older(Duration::ZERO, taken(100)), 3);
        assert!(backlog.first().is_none());
    }
}
