//! What recording every allocation costs whole programs, and what a snapshot of much costs them.
//!
//! ```text
//! cargo bench -p heapwise-benches --bench programs [-- [--rounds N] [PROGRAM]]
//! ```
//!
//! Each program runs in processes of its own, in turns without the recorder and with it at interval
//! 1. Figures are medians: seconds of wall and of CPU time, MiB of memory at most.

mod json;
mod map;
mod snapshot;
mod switch;

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use switch::Switch;

#[global_allocator]
static ALLOC: Switch = Switch::new();

/// A program, by name.
type Program = (&'static str, fn());

static PROGRAMS: [Program; 2] = [("json", json::run), ("map", map::run)];

fn main() -> io::Result<()> {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words[..] {
        [mode, name] if mode == "run" || mode == "record" => {
            if mode == "record" {
                ALLOC.record_everything();
            }
            run(name)
        }
        [option, rounds, names @ ..] if option == "--rounds" => {
            compare(rounds.parse().unwrap_or(5), names.first().map_or("", String::as_str))
        }
        names => compare(5, names.first().map_or("", String::as_str)),
    }
}

/// In a process of its own: runs a program and says what it took.
fn run(name: &str) -> io::Result<()> {
    if name == "snapshot" {
        return snapshot::run();
    }
    let Some((_, program)) = PROGRAMS.iter().find(|(known, _)| *known == name) else {
        return Err(io::Error::other("no such program"));
    };
    let start = Instant::now();
    program();
    let wall = start.elapsed().as_secs_f64();
    let (cpu, mib) = used();
    writeln!(io::stdout(), "{wall} {cpu} {mib}")
}

/// Seconds of CPU time, and MiB of memory at most, of this process.
fn used() -> (f64, f64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the kernel writes one `rusage`, which is live and exclusive here.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: zeroes are one, and the kernel has written one.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss as f64 / 1024.0)
}

fn compare(rounds: usize, part: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:10} {:>24} {:>24} {:>24}", "", "wall s", "CPU s", "MiB")?;
    for (name, _) in PROGRAMS.iter().filter(|(name, _)| name.contains(part)) {
        let mut figures: [[Vec<f64>; 3]; 2] = Default::default();
        for _ in 0..rounds {
            for (mode, figures) in ["run", "record"].iter().zip(&mut figures) {
                let output = child(mode, name)?;
                for (figures, word) in figures.iter_mut().zip(output.split_whitespace()) {
                    figures.push(word.parse::<f64>().map_err(io::Error::other)?);
                }
            }
        }
        let [bare, exact] = figures.map(|columns| columns.map(median));
        write!(out, "{name:10}")?;
        for (bare, exact) in bare.iter().zip(exact) {
            write!(out, " {bare:8.2} {exact:8.2} x{:5.2}", exact / bare)?;
        }
        writeln!(out)?;
    }
    if "snapshot".contains(part) {
        write!(out, "{}", child("record", "snapshot")?)?;
    }
    Ok(())
}

fn child(mode: &str, name: &str) -> io::Result<String> {
    let mut command = Command::new(env::current_exe()?);
    let output = command.args([mode, name]).stderr(Stdio::inherit()).output()?;
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
