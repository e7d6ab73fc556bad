//! The ring under every order of events that two handlers and the reader can have.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-cpu-sampler --release --test ring_model`. The ring is that of the
//! sampler, to the letter: `src/linux/ring.rs`; its words are the model's.
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use loom::sync::Arc;
use loom::thread;

#[path = "../src/linux/ring.rs"]
mod ring;

mod atomics {
    pub use loom::sync::atomic::AtomicU64;
}

use atomics::AtomicU64;
use ring::Ring;

/// The smallest power of two that holds two records.
struct Words {
    words: Vec<AtomicU64>,
    head: AtomicU64,
    tail: AtomicU64,
}

impl Words {
    fn new(count: usize) -> Self {
        let words = (0..count).map(|_| AtomicU64::new(0)).collect();
        Self { words, head: AtomicU64::new(0), tail: AtomicU64::new(0) }
    }

    fn ring(&self) -> Ring<'_> {
        Ring { words: &self.words, head: &self.head, tail: &self.tail }
    }
}

/// Two writers push `each` records, of which all words say who wrote them, while a reader takes as many as it
/// finds. Every record that was accepted comes out once, whole, and in its writer's order.
fn check(size: usize, each: u64) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let words = Arc::new(Words::new(size));
        let writers: Vec<_> = (1..=2u64)
            .map(|writer| {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    let push = |round: &u64| {
                        let word = writer * 10 + round;
                        words.ring().push([word; 2], &[word as usize])
                    };
                    (0..each).filter(push).collect::<Vec<u64>>()
                })
            })
            .collect();
        let mut found = [Vec::new(), Vec::new()];
        let mut take = || {
            let mut record = Vec::new();
            while words.ring().pop(&mut record) {
                let &[word, second, frame] = &record[..] else { panic!("{record:?}") };
                assert_eq!([second, frame], [word; 2]);
                found[(word / 10 - 1) as usize].push(word % 10);
            }
        };
        take();
        let pushed: Vec<Vec<u64>> =
            writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        take();
        assert_eq!(found.to_vec(), pushed);
        assert!(pushed.iter().flatten().count() >= 1);
    });
}

#[test]
fn all_that_is_accepted_comes_out_whole() {
    check(16, 1);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_lost() {
    check(4, 2);
}
