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
//! `settings.rs` says what is measured, `work.rs` what a pair is, `allocators.rs` how it is called.

mod allocators;
mod measure;
mod settings;
mod stack;
mod work;

use std::alloc::System;
use std::io::{self, Write};

use allocators::Allocator;
use heapwise::Alloc;
use measure::{Differences, alternate};
use settings::{SETTINGS, Setting};

const HEADER: &str = "bare ns   wrapped   difference [quartiles]         control   fastest";

/// What to measure.
#[derive(Debug)]
struct Wanted {
    rounds: usize,
    /// A part of the names of rows.
    part: String,
    /// Only the allocator of this name.
    over: Option<String>,
    /// Instead of a table, the nanoseconds a pair of one side: for programs that time others beside it.
    alone: Option<Side>,
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Bare,
    Wrapped,
}

impl Wanted {
    fn from_words(mut words: impl Iterator<Item = String>) -> Self {
        let mut wanted = Self { rounds: 201, part: String::new(), over: None, alone: None };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--rounds" => {
                    wanted.rounds = words.next().and_then(|n| n.parse().ok()).unwrap_or(1);
                }
                "--over" => wanted.over = words.next(),
                "--bare" => wanted.alone = Some(Side::Bare),
                "--wrapped" => wanted.alone = Some(Side::Wrapped),
                // What cargo itself passes.
                "--bench" => {}
                _ => wanted.part = word,
            }
        }
        wanted
    }

    fn is_over(&self, name: &str) -> bool {
        self.over.as_ref().is_none_or(|over| over == name)
    }
}

fn main() -> io::Result<()> {
    let wanted = Wanted::from_words(std::env::args().skip(1));
    let mut out = io::stdout().lock();
    if wanted.alone.is_none() {
        writeln!(out, "{:44} {:8} {HEADER}", "", "over")?;
    }
    for setting in SETTINGS.iter().filter(|setting| setting.name.contains(&wanted.part)) {
        over::<System>(&mut out, setting, &wanted, "System")?;
        #[cfg(feature = "peers")]
        {
            over::<tikv_jemallocator::Jemalloc>(&mut out, setting, &wanted, "jemalloc")?;
            over::<mimalloc::MiMalloc>(&mut out, setting, &wanted, "mimalloc")?;
        }
    }
    Ok(())
}

/// Measures one setting over one allocator and prints a line.
fn over<A: Allocator>(
    out: &mut impl Write,
    setting: &Setting,
    wanted: &Wanted,
    name: &str,
) -> io::Result<()>
where
    Alloc<A>: Allocator,
{
    if !wanted.is_over(name) {
        return Ok(());
    }
    let is_exact = setting.interval == 1;
    let rounds = if is_exact { wanted.rounds.div_ceil(4) } else { wanted.rounds };
    let bare = || measure::nanos_per_pair::<A>(setting);
    let wrapped = || measure::nanos_per_pair::<Alloc<A>>(setting);
    let kept = settings::prepare::<Alloc<A>>(setting);
    match wanted.alone {
        Some(Side::Bare) => return writeln!(out, "{:.2}", measure::alone(rounds, bare)),
        Some(Side::Wrapped) => return writeln!(out, "{:.2}", measure::alone(rounds, wrapped)),
        None => {}
    }
    let differences = alternate(rounds, bare, wrapped);
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
