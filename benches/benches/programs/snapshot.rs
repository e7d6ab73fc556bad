//! 100,000 stacks and 1,000,000 recorded blocks that live: how long a snapshot of them takes, and for
//! how long it keeps another thread from allocating.

use std::hint::black_box;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use heapwise::heap;

const STACKS: u32 = 100_000;
const BLOCKS_A_STACK: usize = 10;
const SNAPSHOTS: usize = 20;

/// Goes down by one of two functions at each of 17 levels: 2^17 ways.
#[inline(never)]
fn by<const SIDE: u8>(way: u32, level: u32, kept: &mut Vec<Vec<u8>>) {
    at(way, level, kept);
    black_box(SIDE);
}

#[inline(never)]
fn at(way: u32, level: u32, kept: &mut Vec<Vec<u8>>) {
    match level.checked_sub(1) {
        None => kept.extend((0..BLOCKS_A_STACK).map(|_| vec![1; 64])),
        Some(level) if way & 1 == 0 => by::<0>(way >> 1, level, kept),
        Some(level) => by::<1>(way >> 1, level, kept),
    }
    black_box(level);
}

pub fn run() -> io::Result<()> {
    let mut kept = Vec::with_capacity(STACKS as usize * BLOCKS_A_STACK);
    (0..STACKS).for_each(|way| at(way, 17, &mut kept));
    let stop = AtomicBool::new(false);
    let (totals, written, quiet, busy) = thread::scope(|scope| {
        let other = scope.spawn(|| delays(&stop));
        thread::sleep(Duration::from_millis(500));
        stop.store(true, Relaxed);
        let quiet = other.join().unwrap_or_default();
        stop.store(false, Relaxed);
        let other = scope.spawn(|| delays(&stop));
        thread::sleep(Duration::from_millis(100));
        let totals = times(|| drop(heap::totals()));
        stop.store(true, Relaxed);
        let busy = other.join().unwrap_or_default();
        let written = times(|| drop(heap::write_to(&mut io::sink())));
        (totals, written, quiet, busy)
    });
    let mut out = io::stdout().lock();
    writeln!(out, "snapshot   {} blocks at {STACKS} stacks", kept.len())?;
    writeln!(out, "  copied and summed    {}", line(totals))?;
    writeln!(out, "  written as a profile {}", line(written))?;
    writeln!(out, "  a pair of another thread, without  {}", line(quiet))?;
    writeln!(out, "  a pair of another thread, meanwhile {}", line(busy))
}

fn times(mut snapshot: impl FnMut()) -> Vec<Duration> {
    let mut time = || {
        let start = Instant::now();
        snapshot();
        start.elapsed()
    };
    (0..SNAPSHOTS).map(|_| time()).collect()
}

/// How long each pair of malloc and free takes until it is told to stop.
fn delays(stop: &AtomicBool) -> Vec<Duration> {
    let mut delays = Vec::with_capacity(20_000_000);
    while !stop.load(Relaxed) && delays.len() < delays.capacity() {
        let start = Instant::now();
        drop(black_box(Box::new([1u8; 48])));
        delays.push(start.elapsed());
    }
    delays
}

fn line(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let part = |part: f64| {
        let at = (times.len() as f64 * part) as usize;
        times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    let [median, most, longest] = [0.5, 0.999, 1.0].map(part);
    format!("median {median:?}, 99.9 % within {most:?}, all within {longest:?}")
}
