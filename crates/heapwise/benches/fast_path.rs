//! What the wrapper costs an allocation that is not recorded: pairs of malloc and free through
//! `Alloc<System>` against the same pairs through `System`.
//!
//! Both run in one process in alternating rounds, and the difference is taken within each round, so
//! that drift of the machine's speed cancels. A control runs `System` against itself: its
//! difference is the noise. Time is the thread's CPU time. The work: a window of 64 blocks of 16 to
//! 256 bytes, of which each step replaces one at random; 136 bytes on average.
//!
//! `cargo bench -p heapwise --bench fast_path [-- ROUNDS]` prints nanoseconds a pair.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::io::{self, Write};

static PLAIN: System = System;
static WRAPPED: heapwise::Alloc = heapwise::Alloc::system();

const PAIRS: u32 = 1_000_000;
const WINDOW: usize = 64;
/// 16, 32, .. 256 bytes and as many in between: 8 to 256 in steps of 8 would round up to the same.
const SIZES: usize = 256 - 16 + 1;

fn main() -> io::Result<()> {
    let rounds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(61);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{rounds} rounds of {PAIRS} pairs; ns/pair, difference to System in the same round"
    )?;
    for interval in [512 << 10, 64 << 10, 0] {
        heapwise::heap::set_interval(interval);
        let name = format!("wrapped, interval {interval}");
        report(&mut out, &name, rounds, || nanos_per_pair(&WRAPPED))?;
    }
    report(&mut out, "System again (control)", rounds, || nanos_per_pair(&PLAIN))?;
    heapwise::heap::set_interval(1);
    report(&mut out, "wrapped, interval 1", rounds.min(9), || nanos_per_pair(&WRAPPED))
}

fn report(
    out: &mut impl Write,
    name: &str,
    rounds: usize,
    run: impl Fn() -> f64,
) -> io::Result<()> {
    let mut plain = Vec::new();
    let mut wrapped = Vec::new();
    for round in 0..=rounds {
        // Who goes first changes with every round.
        if round % 2 == 0 {
            plain.push(nanos_per_pair(&PLAIN));
            wrapped.push(run());
        } else {
            wrapped.push(run());
            plain.push(nanos_per_pair(&PLAIN));
        }
    }
    // The first round warms up.
    let (plain, wrapped) = (&plain[1..], &wrapped[1..]);
    let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    let fastest = least(wrapped) - least(plain);
    let [lower, median, upper] = quartiles(wrapped.iter().zip(plain).map(|(w, p)| w - p).collect());
    let [_, time, _] = quartiles(wrapped.to_vec());
    write!(out, "{name:28} {time:8.3}  difference {median:+8.3} [q1 {lower:+.3} q3 {upper:+.3}]")?;
    writeln!(out, "  of the fastest rounds {fastest:+.3}")
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[(values.len() - 1) * quarter / 4])
}

/// The workload itself: generic, so that each allocator is called as a program calls its own.
#[inline(never)]
fn nanos_per_pair<A: GlobalAlloc>(allocator: &A) -> f64 {
    let mut window = [(std::ptr::null_mut::<u8>(), Layout::new::<u8>()); WINDOW];
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let start = thread_nanos();
    for _ in 0..PAIRS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let slot = &mut window[random as usize % WINDOW];
        let size = 16 + (random >> 32) as usize % SIZES;
        replace(allocator, slot, size);
    }
    let nanos = thread_nanos() - start;
    window.iter_mut().for_each(|slot| free(allocator, slot));
    nanos as f64 / f64::from(PAIRS)
}

#[inline(always)]
fn replace<A: GlobalAlloc>(allocator: &A, slot: &mut (*mut u8, Layout), size: usize) {
    free(allocator, slot);
    // SAFETY: 8 is a power of two, and sizes are far from `isize::MAX`.
    let layout = unsafe { Layout::from_size_align_unchecked(size, 8) };
    // SAFETY: the size is not zero.
    let block = unsafe { allocator.alloc(layout) };
    *slot = (black_box(block), layout);
}

#[inline(always)]
fn free<A: GlobalAlloc>(allocator: &A, slot: &mut (*mut u8, Layout)) {
    if !slot.0.is_null() {
        // SAFETY: the block came from this allocator with this layout, and is freed once.
        unsafe { allocator.dealloc(slot.0, slot.1) };
        slot.0 = std::ptr::null_mut();
    }
}

fn thread_nanos() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`, which is live and exclusive here.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}
