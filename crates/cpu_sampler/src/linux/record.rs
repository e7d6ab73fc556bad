//! What a handler says of a thread, as words in a ring.

use super::ring::Ring;
use crate::atomics::AtomicU64;

/// Words of the ring of samples: 1 MiB. At 30 frames each there is room for 4000, which is what 64
/// processors make in 60 milliseconds at the highest rate.
const SAMPLE_WORDS: usize = 1 << 17;
/// Words of the ring of answers: 256 KiB, some 1000 stacks. What does not fit is asked for again.
const ANSWER_WORDS: usize = 1 << 15;

const WHOLE: u64 = 1 << 31;
const BY_PROCESS: u64 = 1 << 30;

/// What a handler says besides the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which session, or which roll call.
    pub number: u32,
    /// The thread.
    pub thread: u32,
    /// Periods of processor time; 0 for a roll call.
    pub weight: u32,
    /// The label.
    pub label: u32,
    /// Whether the stack goes up to the first function.
    pub is_whole: bool,
    /// Whether the timer of the process has found the thread: it has no timer of its own.
    pub by_process: bool,
}

impl Record {
    /// As words.
    pub fn to_words(self) -> [u64; 2] {
        let Self { number, thread, weight, label, is_whole, by_process } = self;
        // Threads have 22 bits.
        let flags = if is_whole { WHOLE } else { 0 } | if by_process { BY_PROCESS } else { 0 };
        let pair = |high: u32, low: u64| u64::from(high) << 32 | low;
        [pair(number, u64::from(thread) | flags), pair(label, weight.into())]
    }

    /// From the words of a ring; nothing if they are too few.
    pub fn from_words(words: &[u64]) -> Option<(Self, &[u64])> {
        let ([first, second], frames) = words.split_first_chunk()?;
        let high = |word: u64| (word >> 32) as u32;
        let record = Self {
            number: high(*first),
            thread: (*first & (BY_PROCESS - 1)) as u32,
            weight: *second as u32,
            label: high(*second),
            is_whole: first & WHOLE != 0,
            by_process: first & BY_PROCESS != 0,
        };
        Some((record, frames))
    }
}

/// Memory of a ring. Pages of it become memory when they are first used.
struct Words<const N: usize> {
    words: [AtomicU64; N],
    head: AtomicU64,
    tail: AtomicU64,
}

impl<const N: usize> Words<N> {
    const fn new() -> Self {
        let words = [const { AtomicU64::new(0) }; N];
        Self { words, head: AtomicU64::new(0), tail: AtomicU64::new(0) }
    }

    fn ring(&self) -> Ring<'_> {
        Ring { words: &self.words, head: &self.head, tail: &self.tail }
    }
}

static SAMPLES: Words<SAMPLE_WORDS> = Words::new();
static ANSWERS: Words<ANSWER_WORDS> = Words::new();

/// Where samples go.
pub fn samples() -> Ring<'static> {
    SAMPLES.ring()
}

/// Where the answers of a roll call go.
pub fn answers() -> Ring<'static> {
    ANSWERS.ring()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_out_as_it_went_in() {
        let [low, high] = [1, u32::MAX].map(|number| Record {
            number,
            thread: number & 0x3f_ffff,
            weight: number,
            label: number,
            is_whole: number == 1,
            by_process: number != 1,
        });
        let ring = Words::<64>::new();
        for round in 0..100 {
            let frames: Vec<usize> = (0..round % 20).collect();
            assert!(ring.ring().push(low.to_words(), &frames));
            assert!(ring.ring().push(high.to_words(), &[usize::MAX]));
            let mut words = Vec::new();
            assert!(ring.ring().pop(&mut words));
            let expected: Vec<u64> = frames.iter().map(|&frame| frame as u64).collect();
            assert_eq!(Record::from_words(&words), Some((low, &expected[..])));
            assert!(ring.ring().pop(&mut words));
            assert_eq!(Record::from_words(&words), Some((high, &[u64::MAX][..])));
            assert!(!ring.ring().pop(&mut words));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_room_comes_back() {
        let ring = Words::<16>::new();
        let push = |frames: usize| ring.ring().push([7; 2], &vec![9; frames]);
        assert!(push(5) && push(5) && !push(0) && !push(100));
        let mut words = Vec::new();
        assert!(ring.ring().pop(&mut words));
        assert!(push(5) && !push(0));
        while ring.ring().pop(&mut words) {
            assert_eq!(words, [7, 7, 9, 9, 9, 9, 9]);
        }
    }
}
