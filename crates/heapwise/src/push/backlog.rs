//! Profiles that are to be sent: a bounded number.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Of how many moments profiles are kept at most.
pub const MOST: usize = 6;

/// Bytes of all bodies together: room for six of the receiver's largest, were they not compressed.
const MOST_BYTES: usize = 24 << 20;

/// What is to be sent.
#[derive(Debug)]
pub struct Waiting {
    /// The request's body.
    pub body: Vec<u8>,
    /// When the profile was taken: the same for all of one moment.
    pub taken: Instant,
}

/// What is to be sent, the oldest first.
#[derive(Debug, Default)]
pub struct Backlog(VecDeque<Waiting>);

impl Backlog {
    /// Adds one. How many were dropped for it.
    pub fn push(&mut self, waiting: Waiting) -> usize {
        self.0.push_back(waiting);
        let with_all = self.0.len();
        while self.is_too_much() {
            self.0.pop_front();
        }
        with_all - self.0.len()
    }

    fn is_too_much(&self) -> bool {
        let next = self.0.iter().skip(1);
        let changes = self.0.iter().zip(next).filter(|(one, next)| one.taken != next.taken).count();
        let bytes: usize = self.0.iter().map(|one| one.body.len()).sum();
        changes >= MOST || bytes > MOST_BYTES
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

    #[test]
    fn all_of_a_moment_count_as_one_and_bytes_are_bounded() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        let mut push = |moment, bytes: usize| {
            let taken = start + Duration::from_secs(moment);
            backlog.push(Waiting { body: vec![0; bytes], taken })
        };
        let dropped: usize = (0..MOST as u64).flat_map(|m| [m; 40]).map(|m| push(m, 1)).sum();
        assert_eq!(dropped, 0);
        assert_eq!(push(9, 1), 40, "those of the first moment");
        assert_eq!(push(9, MOST_BYTES - 10), 5 * 40 + 1 - 10);
        assert_eq!(push(9, MOST_BYTES), 11, "all others");
    }
}
