//! What a CPU profile costs the program: processor time of the same work with and without, in turns.
//!
//! `cargo bench -p heapwise-benches --bench cpu`. The time is that of the whole process, the thread that collects
//! the samples included.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]
#![allow(clippy::unwrap_used, reason = "a benchmark ends where something unexpected happens")]

use std::hint::black_box;
use std::time::Duration;

/// Short and many: a busy machine makes the same work cost a few percent more or less from second to second.
const ROUNDS: usize = 101;

/// Frames below the work.
const DEPTHS: [u32; 2] = [5, 50];

/// Rates beside none.
const RATES: [u32; 2] = [100, 1000];

fn main() {
    println!(
        "{ROUNDS} rounds of about a tenth of a second; medians of differences, and their quartiles"
    );
    for depth in DEPTHS {
        let mut ratios = RATES.map(|_| Vec::new());
        let mut costs = RATES.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            let bare = spent_on(depth);
            for (column, hz) in RATES.into_iter().enumerate() {
                let sampling = heapwise::cpu::start_at(hz).unwrap();
                let with = spent_on(depth);
                // Half of them are of the work before.
                let samples = sampling.stop().unwrap().samples() / 2;
                let more = with.as_secs_f64() - bare.as_secs_f64();
                ratios[column].push(more / bare.as_secs_f64() * 100.0);
                costs[column].push(more * 1e6 / samples as f64);
            }
        }
        for (column, hz) in RATES.into_iter().enumerate() {
            let [low, percent, high] = quartiles(&mut ratios[column]);
            let [_, micros, _] = quartiles(&mut costs[column]);
            println!(
                "{hz} Hz, {depth} frames deeper: {percent:+.2} % ({low:+.2} to {high:+.2}), \
                 {micros:+.1} us a period"
            );
        }
    }
}

/// Processor time of the process for the same work; once before, so that threads that have ended, and
/// caches, are out of the way.
fn spent_on(depth: u32) -> Duration {
    deeper(depth);
    let before = process_time();
    deeper(depth);
    process_time() - before
}

#[inline(never)]
fn deeper(depth: u32) {
    if depth == 0 {
        work();
    } else {
        deeper(depth - 1);
    }
    black_box(depth);
}

/// Branches, memory and small functions.
fn work() {
    let mut table = vec![0u32; 1 << 12];
    let mut state = 1u32;
    for _ in 0..25_000_000u32 {
        state = step(state);
        let place = &mut table[(state >> 20) as usize];
        *place = place.wrapping_add(state);
    }
    black_box(table);
}

fn step(state: u32) -> u32 {
    black_box(state).wrapping_mul(1_664_525).wrapping_add(1_013_904_223)
}

fn process_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes the time.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn quartiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
}
