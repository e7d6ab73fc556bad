//! What was in use at the peak, under every order of events that two threads can have.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p heapwise-recorder --release --test peak_model`. The peak and the
//! lock are those of the recorder, to the letter: `linux/sums/peak.rs`, `linux/lock.rs`. How a stripe asks is
//! that of `Recorder::step`, and its count that of a bucket.
#![cfg(loom)]
#![allow(dead_code, reason = "the model uses a part of what is included")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use loom::sync::Arc;
use loom::thread;

#[path = "../src/linux/lock.rs"]
mod lock;
#[path = "../src/linux/sums/peak.rs"]
mod peak;

#[path = "loom_futex/mod.rs"]
mod futex;

/// Where the recorder has them.
mod platform {
    pub(crate) use crate::lock;
    pub mod kernel {
        pub(crate) use crate::futex;
    }
}

#[path = "loom_entry/mod.rs"]
mod entry;

use entry::Outermost;
use lock::{Held, Lock};
use peak::{Allowance, Moment, Peak};

/// A stripe with one count.
struct Stripe {
    allowance: Allowance,
    inuse: u64,
    kept: u64,
    epoch: u64,
}

impl Stripe {
    fn keep(&mut self, moment: Moment) {
        if self.epoch != moment.epoch && !moment.is_peak {
            (self.kept, self.epoch) = (self.inuse, moment.epoch);
        }
    }

    fn at_peak(&self, epoch: u64) -> u64 {
        if self.epoch == epoch { self.kept } else { self.inuse }
    }
}

struct Model {
    stripes: [Lock<Stripe>; 2],
    peak: Peak,
}

impl Model {
    fn new() -> Self {
        let stripe = || Stripe { allowance: Allowance::new(), inuse: 0, kept: 0, epoch: 0 };
        Self { stripes: [Lock::new(stripe()), Lock::new(stripe())], peak: Peak::new() }
    }

    fn allocate(&self, number: usize, bytes: u64) {
        let inside = Outermost;
        let (mut stripe, moment) = self.step(&inside, number, bytes);
        stripe.keep(moment);
        stripe.inuse += bytes;
    }

    fn step<'a>(
        &'a self,
        inside: &'a Outermost,
        number: usize,
        bytes: u64,
    ) -> (Held<'a, Stripe>, Moment) {
        let mut stripe = self.stripes[number].lock(inside);
        if let Some(moment) = self.peak.allocate(inside, number, &mut stripe.allowance, bytes) {
            return (stripe, moment);
        }
        drop(stripe);
        let borrowers = self.peak.call(inside);
        for other in (0..2).filter(|other| borrowers >> other & 1 == 1) {
            let mut stripe = self.stripes[other].lock(inside);
            self.peak.give_back(inside, other, &mut stripe.allowance);
        }
        let mut stripe = self.stripes[number].lock(inside);
        let moment = self.peak.allocate(inside, number, &mut stripe.allowance, bytes).unwrap();
        self.peak.answered(inside);
        (stripe, moment)
    }

    fn free(&self, number: usize, bytes: u64) {
        let inside = Outermost;
        let mut stripe = self.stripes[number].lock(&inside);
        let moment = self.peak.free(&inside, number, &mut stripe.allowance, bytes);
        stripe.keep(moment);
        stripe.inuse -= bytes;
    }

    /// In use, and at the peak, by stripe.
    fn counts(&self) -> ([u64; 2], [u64; 2]) {
        let inside = Outermost;
        let epoch = self.peak.epoch(&inside);
        let counts = [0, 1].map(|number| {
            let stripe = self.stripes[number].lock(&inside);
            (stripe.inuse, stripe.at_peak(epoch))
        });
        (counts.map(|(inuse, _)| inuse), counts.map(|(_, peak)| peak))
    }
}

/// Two threads with the events given, sizes below 0 for frees, after each has allocated and freed 8 KiB
/// (so that there is something to borrow); then the peak must be one of these, by stripe.
fn check(events: [&'static [i64]; 2], peaks: &'static [[u64; 2]]) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let model = Arc::new(Model::new());
        model.allocate(0, 8192);
        model.free(0, 8192);
        // Its word is made before others see it.
        drop(model.stripes[1].lock(&Outermost));
        let run = move |model: &Model, number: usize| {
            for &bytes in events[number] {
                match u64::try_from(bytes) {
                    Ok(bytes) => model.allocate(number, bytes),
                    Err(_) => model.free(number, bytes.unsigned_abs()),
                }
            }
        };
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || run(&model, 1))
        };
        run(&model, 0);
        other.join().unwrap();
        let (inuse, peak) = model.counts();
        assert_eq!(inuse, events.map(|events| events.iter().sum::<i64>() as u64));
        assert!(peaks.contains(&peak), "{peak:?}");
    });
}

#[test]
fn the_peak_is_that_of_some_order_of_the_events() {
    // Both at once, or one after the other was freed: the first is still the highest so far then.
    check([&[6000, -6000], &[5000]], &[[6000, 5000], [8192, 0]]);
}

#[test]
fn a_new_peak_is_found_although_room_is_lent() {
    check([&[3000, 4000], &[3000]], &[[7000, 3000]]);
}
