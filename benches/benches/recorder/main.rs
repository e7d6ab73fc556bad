//! What the wrapper costs: pairs of malloc and free through `heapwise::Alloc<A>` against the same
//! pairs through `A`, for every allocator `A`.
//!
//! ```text
//! cargo bench -p heapwise-benches --features peers --bench recorder [-- [--rounds N] [PART OF A ROW'S NAME]]
//! ```
//!
//! Both sides run in one process and take turns, and a difference is taken within each turn, so
//! that drift of the machine's speed cancels. Each turn runs the bare allocator twice: the
//! difference of the two is the control, all of it noise. Time is the CPU time of the threads that
//! do the work; figures are medians with quartiles, in nanoseconds a pair, and last the difference of
//! the fastest turns.
//!
//! `settings.rs` says what is measured, `work.rs` what a pair is.

mod measure;
mod settings;
mod stack;
mod work;

use std::alloc::System;
use std::io::{self, Write};

use heapwise::Alloc;
use measure::{Differences, alternate};
use settings::{SETTINGS, Setting};
use work::Allocator;

const HEADER: &str = "bare ns   wrapped   difference [quartiles]         control   fastest";

fn main() -> io::Result<()> {
    let mut rounds = 201;
    let mut part = String::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().and_then(|n| n.parse().ok()).unwrap_or(rounds),
            // What cargo itself passes.
            "--bench" => {}
            _ => part = word,
        }
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{:44} {:8} {HEADER}", "", "over")?;
    for setting in SETTINGS.iter().filter(|setting| setting.name.contains(&part)) {
        over::<System>(&mut out, setting, rounds, "System")?;
        #[cfg(feature = "peers")]
        {
            over::<tikv_jemallocator::Jemalloc>(&mut out, setting, rounds, "jemalloc")?;
            over::<mimalloc::MiMalloc>(&mut out, setting, rounds, "mimalloc")?;
        }
    }
    Ok(())
}

/// Measures one setting over one allocator and prints a line.
fn over<A: Allocator>(
    out: &mut impl Write,
    setting: &Setting,
    rounds: usize,
    name: &str,
) -> io::Result<()>
where
    Alloc<A>: Allocator,
{
    let kept = settings::prepare::<Alloc<A>>(setting);
    let rounds = if setting.interval == 1 { rounds.div_ceil(4) } else { rounds };
    let differences = alternate(
        rounds,
        || measure::nanos_per_pair::<A>(setting),
        || measure::nanos_per_pair::<Alloc<A>>(setting),
    );
    drop(kept);
    let Differences { bare, wrapped, difference: [lower, median, upper], control, fastest } =
        differences;
    writeln!(
        out,
        "{:44} {name:8} {bare:7.2} {wrapped:9.2} {median:+9.2} [{lower:+8.2} {upper:+8.2}] {control:+9.2} {fastest:+9.2}",
        setting.name
    )?;
    out.flush()
}
