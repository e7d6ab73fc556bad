//! Records on their way from any number of handlers to one reader.
//!
//! ```text
//!            head                        tail
//!  . . . . . | n  w w w | n  w | 0  w w | . . .         n: words of a record, itself included
//!             published            not yet
//! ```
//!
//! Positions count words from the start and never fall; a word's place is its position modulo the size.
//! A writer takes the words of its record by moving the tail, fills them, and publishes them by the first
//! one. The reader takes records in order and leaves zeroes, so a word that says how long a record is
//! is zero until its record is there.
//!
//! Nobody waits: a writer for whom there is no room is told so. One that was interrupted before it
//! has published holds up the reader, and no other writer as long as there is room.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::atomics::AtomicU64;

/// How often a writer tries to get its words, when others get theirs at the same moment.
const ATTEMPTS: usize = 64;

/// Words before the frames of a record.
const FIXED: usize = 3;

/// A ring, wherever its words are. Their number is a power of two.
#[derive(Clone, Copy, Debug)]
pub struct Ring<'a> {
    /// The records.
    pub words: &'a [AtomicU64],
    /// Where the reader is.
    pub head: &'a AtomicU64,
    /// Where the next record goes.
    pub tail: &'a AtomicU64,
}

impl Ring<'_> {
    /// Adds a record; `false` if there is no room. For handlers.
    pub fn push(&self, fixed: [u64; FIXED - 1], frames: &[usize]) -> bool {
        let len = (FIXED + frames.len()) as u64;
        let Some(start) = self.take(len) else { return false };
        let values = fixed.into_iter().chain(frames.iter().map(|&frame| frame as u64));
        for (position, value) in (start + 1..).zip(values) {
            self.word(position).store(value, Relaxed);
        }
        self.word(start).store(len, Release);
        true
    }

    /// Takes `len` words and returns the position of the first.
    fn take(&self, len: u64) -> Option<u64> {
        let mut tail = self.tail.load(Relaxed);
        for _ in 0..ATTEMPTS {
            // With the zeroes that the reader left below it.
            let head = self.head.load(Acquire);
            if (tail + len).saturating_sub(head) > self.words.len() as u64 {
                return None;
            }
            match self.tail.compare_exchange(tail, tail + len, Relaxed, Relaxed) {
                Ok(_) => return Some(tail),
                Err(now) => tail = now,
            }
        }
        None
    }

    /// Takes the next record to `record`, in place of what was there. `false` if there is none yet. One
    /// thread at a time.
    pub fn pop(&self, record: &mut Vec<u64>) -> bool {
        let head = self.head.load(Relaxed);
        let len = self.word(head).load(Acquire);
        if len == 0 {
            return false;
        }
        record.clear();
        record.extend((head + 1..head + len).map(|position| self.word(position).load(Relaxed)));
        (head..head + len).for_each(|position| self.word(position).store(0, Relaxed));
        self.head.store(head + len, Release);
        true
    }

    /// Empties it when nobody else can be at it: in a child of a fork, where a record may never be
    /// published.
    pub fn reset(&self) {
        self.words.iter().for_each(|word| word.store(0, Relaxed));
        self.head.store(0, Relaxed);
        self.tail.store(0, Relaxed);
    }

    fn word(&self, position: u64) -> &AtomicU64 {
        &self.words[position as usize & (self.words.len() - 1)]
    }
}
