//! Walks a directory in lexical order, and shows what that holds in memory: a heap profile at the
//! first visit and one at the last. Both are of their own moment, so both show the names that were
//! read before the first visit.
#![forbid(unsafe_code)]

mod options;
mod walk;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use options::{Options, USAGE};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(error) => return fail(&format!("{error}\n{USAGE}"), 2),
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), 1),
    }
}

fn run(options: &Options) -> io::Result<()> {
    if let Some(interval) = options.interval {
        heapwise::heap::set_interval(interval);
    }
    // Named here, so that the same names are in memory at both visits.
    let first_visit = options.output.join("first-visit.pb.gz");
    let last_visit = options.output.join("last-visit.pb.gz");
    let mut visits = 0u64;
    walk::walk(&options.directory, &mut |_, is_last| {
        if visits == 0 {
            write_heap(&first_visit)?;
        }
        if is_last {
            write_heap(&last_visit)?;
        }
        visits += 1;
        if visits.is_multiple_of(10_000) || is_last {
            writeln!(io::stderr(), "visited {visits} files and directories")?;
        }
        Ok(())
    })
}

fn write_heap(path: &Path) -> io::Result<()> {
    heapwise::write_heap_profile(path).map_err(io::Error::other)
}

fn fail(message: &str, code: u8) -> ExitCode {
    // Standard error may be closed; the exit code still tells.
    let _ = writeln!(io::stderr(), "walk: {message}");
    ExitCode::from(code)
}
