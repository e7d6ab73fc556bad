//! How far estimates are from the truth: 20 sites of one or many sizes, many runs.
//!
//! ```text
//! cargo bench -p heapwise-benches --bench accuracy [-- RUNS]
//! ```
//!
//! At each site the true number of objects and bytes is known. A run, a process of its own,
//! estimates both; over all runs
//! the mean of an unbiased estimate is the truth within a few standard errors, and its spread is
//! that of the model: an allocation recorded with chance `p` counts `1/p`, which has variance
//! `1/p - 1` times the square of what it counts. A `*` marks a mean off by more than three standard
//! errors: of 20 sites with two figures each, one line in nine has one by chance alone.

mod sites;

use std::alloc::{GlobalAlloc, Layout};
use std::io::{self, Read, Write};

use heapwise::heap::{self, Count, Totals};
use sites::Site;

/// This program's own allocations go past it.
static RECORDED: heapwise::Alloc = heapwise::Alloc::system();

const INTERVAL: u64 = 512 << 10;

fn main() -> io::Result<()> {
    let runs = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(200);
    let sites = sites::all();
    let mut out = io::stdout().lock();
    let one: &[u64] = &[INTERVAL];
    let changing: &[u64] = &[INTERVAL, 64 << 10, 4 << 20, 128 << 10];
    for (name, intervals) in [("512 KiB", one), ("changing four times at each site", changing)] {
        writeln!(
            out,
            "interval {name}, {runs} runs: bias % +- spread % (model), bytes and objects"
        )?;
        let estimates =
            (0..runs).map(|_| run(&sites, intervals)).collect::<io::Result<Vec<_>>>()?;
        let mut off = 0;
        for (number, site) in sites.iter().enumerate() {
            let estimates: Vec<[f64; 2]> = estimates.iter().map(|run| run[number]).collect();
            off += judge(&mut out, site, intervals, &estimates)?;
        }
        writeln!(out, "{off} of {} means off by more than 3 standard errors\n", 2 * sites.len())?;
    }
    Ok(())
}

/// One estimate of each site, made by a child: what a process draws at random it draws once.
fn run(sites: &[Site], intervals: &[u64]) -> io::Result<Vec<[f64; 2]>> {
    let (mut reader, mut writer) = io::pipe()?;
    // SAFETY: this program has one thread; the child computes, writes and ends.
    let child = unsafe { libc::fork() };
    if child < 0 {
        return Err(io::Error::last_os_error());
    }
    if child == 0 {
        let numbers = sites.iter().flat_map(|site| estimate(site, intervals));
        let bytes: Vec<u8> = numbers.flat_map(f64::to_ne_bytes).collect();
        let code = i32::from(writer.write_all(&bytes).is_err());
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) };
    }
    drop(writer);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    // SAFETY: a null pointer asks for no status.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    let (numbers, _) = bytes.as_chunks::<8>();
    let (pairs, _) = numbers.as_chunks::<2>();
    let estimates: Vec<_> = pairs.iter().map(|pair| pair.map(f64::from_ne_bytes)).collect();
    if estimates.len() == sites.len() {
        Ok(estimates)
    } else {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// Prints the line of one site; how many of its two figures are off.
fn judge(
    out: &mut impl Write,
    site: &Site,
    intervals: &[u64],
    estimates: &[[f64; 2]],
) -> io::Result<usize> {
    let runs = estimates.len();
    let mut model = [0.0; 2];
    let mut truth = [0.0; 2];
    for (index, &size) in site.sizes.iter().enumerate().filter(|(i, _)| site.counts(*i)) {
        let size = size as f64;
        let interval = interval_at(intervals, index, site.sizes.len()) as f64;
        let variance = 1.0 / -(-size / interval).exp_m1() - 1.0;
        model = [model[0] + variance * size * size, model[1] + variance];
        truth = [truth[0] + size, truth[1] + 1.0];
    }
    write!(out, "{:32}", site.name)?;
    let mut off = 0;
    for figure in 0..2 {
        let relative = estimates.iter().map(|e| e[figure] / truth[figure] - 1.0);
        let mean = relative.clone().sum::<f64>() / runs as f64;
        let spread = (relative.map(|r| (r - mean).powi(2)).sum::<f64>() / runs as f64).sqrt();
        let model = model[figure].sqrt() / truth[figure];
        let is_off = mean.abs() > 3.0 * model / (runs as f64).sqrt();
        off += usize::from(is_off);
        let star = if is_off { '*' } else { ' ' };
        let percent = |ratio: f64| 100.0 * ratio;
        let (bias, spread, model) = (percent(mean), percent(spread), percent(model));
        write!(out, "  {bias:+6.2} +- {spread:6.1} ({model:6.1}){star}")?;
    }
    writeln!(out)?;
    out.flush()?;
    Ok(off)
}

/// Which interval is in force for an allocation: each for a part of them.
fn interval_at(intervals: &[u64], index: usize, count: usize) -> u64 {
    intervals[index * intervals.len() / count]
}

/// Allocates what a site does, and returns the estimate of its bytes and objects.
fn estimate(site: &Site, intervals: &[u64]) -> [f64; 2] {
    let before = totals();
    let mut kept = Vec::with_capacity(site.sizes.len());
    let mut current = 0;
    for (index, &size) in site.sizes.iter().enumerate() {
        let interval = interval_at(intervals, index, site.sizes.len());
        if current != interval || index == 0 {
            heap::set_interval(interval);
            current = interval;
        }
        let layout = layout(size);
        // SAFETY: no size is zero.
        let block = unsafe { RECORDED.alloc(layout) };
        if site.is_kept(index) {
            kept.push((block, layout));
        } else {
            // SAFETY: allocated just now, and not used.
            unsafe { RECORDED.dealloc(block, layout) };
        }
    }
    let after = totals();
    for (block, layout) in kept {
        // SAFETY: allocated above, and not used.
        unsafe { RECORDED.dealloc(block, layout) };
    }
    assert_eq!(totals().inuse, before.inuse, "what was freed is no longer in use");
    let counted = |totals: &Totals| -> Count {
        if site.judges_allocated { totals.alloc } else { totals.inuse }
    };
    let (before, after) = (counted(&before), counted(&after));
    [(after.bytes - before.bytes) as f64, (after.objects - before.objects) as f64]
}

fn layout(size: u32) -> Layout {
    // SAFETY: 8 is a power of two, and sizes are far from `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size as usize, 8) }
}

#[expect(clippy::expect_used, reason = "without figures there is nothing to print")]
fn totals() -> Totals {
    heap::totals().expect("nobody forks or interrupts this program")
}
