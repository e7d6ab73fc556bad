//! When the heap was at its largest.

use crate::entry::Outermost;
use crate::platform::lock::Lock;

/// What may be lent at once is this part of what is left.
const LENT_PART: u64 = 4;
/// Less than this many bytes are not lent.
const LEAST_LEFT: u64 = 1024;

/// Finds the moments at which more bytes were in use than ever before, each an *epoch*.
///
/// ```text
///   in use + left + lent to stripes = in use at the last peak
/// ```
///
/// An allocation takes its bytes from what is left; one that needs more than there is makes a new
/// peak. That would have all threads write one number at every event, so stripes borrow: while one
/// has an [`Allowance`], its events touch nothing else, and there cannot be a new peak, because what
/// is lent has to be called back first. Below the peak nobody meets; near it everybody does.
///
/// Who knows its epoch of every change need not copy all counts at a peak, of which there are as
/// many as there are allocations while a heap grows: a count that is changed for the first time
/// since the last peak was the same at that peak, and is kept.
///
/// Epoch and change belong together: both happen under the lock of one stripe. So every count has
/// its changes in the order of their epochs, and the counts of an epoch are those of one moment.
#[derive(Debug)]
pub struct Peak {
    state: Lock<State>,
}

#[derive(Debug)]
struct State {
    epoch: u64,
    left: u64,
    /// The stripes that have an allowance, a bit each.
    borrowers: u32,
    /// How many threads are calling allowances back. Nothing is lent meanwhile.
    calls: u32,
}

/// What a stripe may allocate without asking.
#[derive(Debug)]
pub struct Allowance {
    /// One more than the bytes; 0 without an allowance.
    room: u64,
    /// The epoch, which cannot end while there is an allowance.
    epoch: u64,
}

/// When something was allocated or freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The epoch that it fell into.
    pub epoch: u64,
    /// Whether it began the epoch: what it allocated was in use at the peak.
    pub is_peak: bool,
}

impl Allowance {
    /// None.
    pub const fn new() -> Self {
        Self { room: 0, epoch: 0 }
    }

    #[inline]
    fn at_once(&self) -> Moment {
        Moment { epoch: self.epoch, is_peak: false }
    }
}

impl Peak {
    /// Nothing in use, ever.
    pub const fn new() -> Self {
        Self { state: Lock::new(State { epoch: 0, left: 0, borrowers: 0, calls: 0 }) }
    }

    /// The moment at which stripe `number` allocates `bytes`; the caller has its lock. `None` if
    /// that depends on what is lent to others: to be asked again after a [`call`](Self::call).
    #[inline]
    pub fn allocate(
        &self,
        inside: &Outermost,
        number: usize,
        allowance: &mut Allowance,
        bytes: u64,
    ) -> Option<Moment> {
        if bytes < allowance.room {
            allowance.room -= bytes;
            return Some(allowance.at_once());
        }
        self.allocate_slowly(inside, number, allowance, bytes)
    }

    fn allocate_slowly(
        &self,
        inside: &Outermost,
        number: usize,
        allowance: &mut Allowance,
        bytes: u64,
    ) -> Option<Moment> {
        let mut state = self.state.lock(inside);
        state.take_back(number, allowance);
        let is_peak = bytes > state.left;
        if is_peak && state.borrowers != 0 {
            return None;
        }
        state.left = state.left.saturating_sub(bytes);
        state.epoch += u64::from(is_peak);
        let moment = Moment { epoch: state.epoch, is_peak };
        state.lend(number, allowance);
        Some(moment)
    }

    /// The moment at which stripe `number` frees `bytes`; the caller has its lock.
    #[inline]
    pub fn free(
        &self,
        inside: &Outermost,
        number: usize,
        allowance: &mut Allowance,
        bytes: u64,
    ) -> Moment {
        if allowance.room != 0 {
            allowance.room = allowance.room.saturating_add(bytes);
            return allowance.at_once();
        }
        let mut state = self.state.lock(inside);
        state.left = state.left.saturating_add(bytes);
        state.lend(number, allowance);
        Moment { epoch: state.epoch, is_peak: false }
    }

    /// Begins to call back what is lent, and returns the stripes that have it, a bit each: the
    /// caller must [`give_back`](Self::give_back) for each, and end with [`answered`](Self::answered).
    /// Until then nothing more is lent.
    pub fn call(&self, inside: &Outermost) -> u32 {
        let mut state = self.state.lock(inside);
        state.calls += 1;
        state.borrowers
    }

    /// Gives back what is lent to stripe `number`, of which the caller has the lock.
    pub fn give_back(&self, inside: &Outermost, number: usize, allowance: &mut Allowance) {
        self.state.lock(inside).take_back(number, allowance);
    }

    /// Ends a [`call`](Self::call).
    pub fn answered(&self, inside: &Outermost) {
        self.state.lock(inside).calls -= 1;
    }

    /// The epoch now.
    pub fn epoch(&self, inside: &Outermost) -> u64 {
        self.state.lock(inside).epoch
    }

    /// Takes the lock, for a fork.
    pub fn acquire(&self) {
        self.state.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_lock(&self) {
        self.state.release();
    }
}

impl State {
    fn take_back(&mut self, number: usize, allowance: &mut Allowance) {
        if let Some(bytes) = allowance.room.checked_sub(1) {
            self.left = self.left.saturating_add(bytes);
            allowance.room = 0;
            self.borrowers &= !(1 << number);
        }
    }

    /// Lends a part of what is left to a stripe that has nothing, if there is enough.
    fn lend(&mut self, number: usize, allowance: &mut Allowance) {
        if self.left < LEAST_LEFT || self.calls != 0 {
            return;
        }
        let bytes = self.left / LENT_PART;
        self.left -= bytes;
        self.borrowers |= 1 << number;
        *allowance = Allowance { room: bytes + 1, epoch: self.epoch };
    }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;

    /// Two stripes, and the truth.
    struct Model {
        peak: Peak,
        allowances: [Allowance; 2],
        inuse: u64,
        highest: u64,
        epochs: u64,
    }

    impl Model {
        fn new() -> Self {
            let allowances = [const { Allowance::new() }; 2];
            Self { peak: Peak::new(), allowances, inuse: 0, highest: 0, epochs: 0 }
        }

        fn allocate(&mut self, number: usize, bytes: u64) {
            let inside = Outermost::enter().unwrap();
            self.inuse += bytes;
            let is_peak = self.inuse > self.highest;
            self.highest = self.highest.max(self.inuse);
            self.epochs += u64::from(is_peak);
            let expected = Some(Moment { epoch: self.epochs, is_peak });
            let allowance = &mut self.allowances[number];
            let moment = self.peak.allocate(&inside, number, allowance, bytes);
            if moment.is_some() {
                return assert_eq!(moment, expected);
            }
            assert_eq!(self.peak.call(&inside), 1 << (1 - number));
            self.peak.give_back(&inside, 1 - number, &mut self.allowances[1 - number]);
            let allowance = &mut self.allowances[number];
            assert_eq!(self.peak.allocate(&inside, number, allowance, bytes), expected);
            self.peak.answered(&inside);
        }

        fn free(&mut self, number: usize, bytes: u64) {
            let inside = Outermost::enter().unwrap();
            self.inuse -= bytes;
            let moment = self.peak.free(&inside, number, &mut self.allowances[number], bytes);
            assert_eq!(moment, Moment { epoch: self.epochs, is_peak: false });
        }
    }

    #[test]
    fn every_new_peak_is_found_and_nothing_else() {
        let mut model = Model::new();
        let random = crate::platform::random::Random::unseeded();
        let mut live: Vec<(usize, u64)> = Vec::new();
        for step in 0..300_000u64 {
            // Grows and shrinks, a little higher each time.
            let grows = random.next() % 100 < if step / 5000 % 2 == 0 { 60 } else { 42 };
            if grows || live.is_empty() {
                let block = ((random.next() >> 63) as usize, random.next() % 1000);
                model.allocate(block.0, block.1);
                live.push(block);
            } else {
                let (number, bytes) = live.swap_remove(random.next() as usize % live.len());
                model.free(number, bytes);
            }
        }
        assert!(model.epochs > 1000 && model.epochs < 200_000, "{}", model.epochs);
    }

    #[test]
    fn below_the_peak_a_stripe_asks_nobody() {
        let mut model = Model::new();
        model.allocate(0, 1 << 20);
        model.free(0, 1 << 20);
        model.allocate(1, 100);
        // This would wait for ever if an event asked.
        model.peak.acquire();
        for _ in 0..100 {
            model.allocate(0, 1000);
            model.allocate(1, 1000);
            model.free(0, 1000);
            model.free(1, 1000);
        }
        model.peak.release_lock();
    }
}
