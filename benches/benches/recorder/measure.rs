//! Turns, time, and what is made of it.

use std::sync::Barrier;
use std::thread;

use crate::allocators::Allocator;
use crate::settings::Setting;
use crate::stack::below;

/// Nanoseconds a pair of one row: medians over all rounds.
#[derive(Debug)]
pub struct Differences {
    pub bare: f64,
    pub wrapped: f64,
    /// Wrapped less bare within a round: quartiles.
    pub difference: [f64; 3],
    /// Bare less bare within a round.
    pub control: f64,
    /// The fastest turn of the one less the fastest of the other: what is left on a machine that
    /// is never quiet for long.
    pub fastest: f64,
}

/// Runs both sides in turns: bare, wrapped, bare, where every other round begins with the second.
pub fn alternate(rounds: usize, bare: impl Fn() -> f64, wrapped: impl Fn() -> f64) -> Differences {
    let mut times = [const { Vec::new() }; 3];
    // One round more, which warms up.
    for round in 0..=rounds {
        let turns: [usize; 3] = if round % 2 == 0 { [0, 1, 2] } else { [1, 0, 2] };
        for turn in turns {
            times[turn].push(if turn == 1 { wrapped() } else { bare() });
        }
    }
    let [first, wrapped, second] = times.map(|times| times[1..].to_vec());
    let minus = |a: &[f64], b: &[f64]| quartiles(a.iter().zip(b).map(|(a, b)| a - b).collect());
    let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    Differences {
        fastest: least(&wrapped) - least(&first).min(least(&second)),
        difference: minus(&wrapped, &first),
        control: minus(&second, &first)[1],
        bare: quartiles(first)[1],
        wrapped: quartiles(wrapped)[1],
    }
}

/// The median of one side, after a turn that warms up.
pub fn alone(rounds: usize, side: impl Fn() -> f64) -> f64 {
    side();
    quartiles((0..rounds).map(|_| side()).collect())[1]
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[(values.len() - 1) * quarter / 4])
}

/// One turn of a row: CPU time of its threads over the pairs that they made.
pub fn nanos_per_pair<A: Allocator>(setting: &Setting) -> f64 {
    let pairs = setting.work.pairs(setting.interval == 1);
    let turn = |barrier: &Barrier| {
        let mut nanos = 0;
        below(setting.depth, &mut || {
            barrier.wait();
            let start = thread_nanos();
            setting.work.run::<A>(pairs);
            nanos = thread_nanos() - start;
        });
        nanos as f64 / pairs as f64
    };
    let barrier = Barrier::new(setting.threads);
    let sum: f64 = thread::scope(|scope| {
        let others: Vec<_> = (1..setting.threads).map(|_| scope.spawn(|| turn(&barrier))).collect();
        let own = turn(&barrier);
        // A thread that panicked has printed why.
        own + others.into_iter().filter_map(|other| other.join().ok()).sum::<f64>()
    });
    sum / setting.threads as f64
}

fn thread_nanos() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`, which is live and exclusive here.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}
