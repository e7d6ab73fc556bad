//! The rows of the table: what is set and what is allocated beforehand.

use crate::allocators::Allocator;
use crate::work::{Blocks, Work};

/// One row.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    pub interval: u64,
    pub threads: usize,
    /// Frames between the thread's own and the work.
    pub depth: usize,
    pub work: Work,
    /// Recorded blocks that live meanwhile.
    pub live: usize,
}

const DEFAULT: u64 = 512 << 10;

const TIGHT: Setting =
    Setting { name: "", interval: DEFAULT, threads: 1, depth: 0, work: Work::Pairs, live: 0 };

pub static SETTINGS: [Setting; 15] = [
    Setting { name: "512 KiB, 1 thread", ..TIGHT },
    Setting { name: "512 KiB, 2 threads", threads: 2, ..TIGHT },
    Setting { name: "512 KiB, 64 frames deeper", depth: 64, ..TIGHT },
    Setting { name: "off, 1 thread", interval: 0, ..TIGHT },
    Setting { name: "off, 2 threads", interval: 0, threads: 2, ..TIGHT },
    Setting { name: "512 KiB, 100,000 live samples", live: 100_000, ..TIGHT },
    Setting { name: "512 KiB, 100,000 live, cold", live: 100_000, work: Work::ColdPairs, ..TIGHT },
    Setting { name: "512 KiB, realloc mix", work: Work::Reallocs, ..TIGHT },
    Setting { name: "64 KiB", interval: 64 << 10, ..TIGHT },
    Setting { name: "exact, depth 10, 1 thread", interval: 1, depth: 10, ..TIGHT },
    Setting { name: "exact, depth 64", interval: 1, depth: 64, ..TIGHT },
    Setting { name: "exact, depth 10, 2 threads", interval: 1, depth: 10, threads: 2, ..TIGHT },
    Setting {
        name: "exact, depth 10, 100,000 live",
        interval: 1,
        depth: 10,
        live: 100_000,
        ..TIGHT
    },
    Setting { name: "exact, depth 10, recursion", interval: 1, work: Work::Recursion, ..TIGHT },
    Setting {
        name: "exact, depth 10, realloc mix",
        interval: 1,
        depth: 10,
        work: Work::Reallocs,
        ..TIGHT
    },
];

/// Allocates what lives during the measurement, and sets the interval.
pub fn prepare<A: Allocator>(setting: &Setting) -> Blocks<A> {
    heapwise::heap::set_interval(1);
    let kept = Blocks::allocate(setting.live);
    heapwise::heap::set_interval(setting.interval);
    kept
}
