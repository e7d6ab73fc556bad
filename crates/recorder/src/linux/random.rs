//! Random numbers for one thread, seeded by the kernel.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::platform::kernel::errno;

/// A multiply-and-fold generator over a 64-bit counter: a state of one word, no table, no bad seed.
///
/// Sampling needs independence between neighbouring draws and between threads, not secrecy.
#[derive(Debug)]
pub struct Random {
    counter: Cell<u64>,
}

/// Odd, half of its bits set: the counter visits every value once before it repeats.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// Mixed into the counter so that its high and low bits both depend on all of it.
const MIX: u64 = 0xd6e8_feb8_6659_fd93;

impl Random {
    /// A generator that has not been seeded: its numbers are the same in every thread.
    pub const fn unseeded() -> Self {
        Self { counter: Cell::new(0) }
    }

    /// Starts from `seed`. Two seeds that differ in any bit give unrelated sequences.
    pub fn seed(&self, seed: u64) {
        self.counter.set(seed);
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        let counter = self.counter.get().wrapping_add(STEP);
        self.counter.set(counter);
        fold(fold(counter, MIX ^ counter.rotate_left(32)), STEP)
    }

    /// A number in (0, 1], in steps of 2^-53. Never zero, so its logarithm is finite.
    pub fn unit(&self) -> f64 {
        const STEPS: f64 = (1u64 << 53) as f64;
        ((self.next() >> 11) + 1) as f64 / STEPS
    }
}

/// Both halves of the product, folded together.
pub fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// A number that this process keeps, and other processes that run the same program do not have.
pub fn process_seed() -> u64 {
    static SEED: AtomicU64 = AtomicU64::new(0);
    let seed = SEED.load(Ordering::Relaxed);
    if seed != 0 {
        return seed;
    }
    let drawn = kernel_seed().max(1);
    SEED.compare_exchange(0, drawn, Ordering::Relaxed, Ordering::Relaxed)
        .map_or_else(|other| other, |_| drawn)
}

/// Eight bytes from the kernel. Where it has none to give yet (the first moments after boot), what
/// differs between threads and runs: where this thread's stack lies, and the clock.
pub fn kernel_seed() -> u64 {
    let mut seed = 0u64;
    // SAFETY: the kernel writes at most the eight bytes of `seed`, which is live and exclusive
    // here.
    let got = errno::kept(|| unsafe {
        libc::getrandom((&raw mut seed).cast(), size_of::<u64>(), libc::GRND_NONBLOCK)
    });
    if got == size_of::<u64>() as isize {
        seed
    } else {
        seed_of_place_and_time(&raw const seed as u64)
    }
}

fn seed_of_place_and_time(place: u64) -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`, which is live and exclusive here.
    errno::kept(|| unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) });
    fold(place ^ STEP, (now.tv_nsec as u64) << 20 ^ now.tv_sec as u64 ^ MIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_set_half_of_the_time() {
        let random = Random::unseeded();
        let mut ones = [0u32; 64];
        for _ in 0..40_000 {
            let bits = random.next();
            ones.iter_mut().enumerate().for_each(|(i, n)| *n += (bits >> i & 1) as u32);
        }
        // One standard deviation is 100.
        assert!(ones.iter().all(|&n| n.abs_diff(20_000) < 600), "{ones:?}");
    }

    #[test]
    fn neighbouring_numbers_are_not_correlated() {
        let random = Random::unseeded();
        let pairs = 100_000;
        let sum: f64 = (0..pairs).map(|_| (random.unit() - 0.5) * (random.unit() - 0.5)).sum();
        // The product has variance 1/144, so the mean of 100 000 has standard deviation 2.6e-4.
        assert!((sum / f64::from(pairs)).abs() < 1.6e-3);
    }

    #[test]
    fn the_kernel_gives_different_seeds() {
        assert_ne!(kernel_seed(), kernel_seed());
        assert_ne!(seed_of_place_and_time(1), seed_of_place_and_time(2));
    }
}
