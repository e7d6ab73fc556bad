//! Programs that end in every way there is: the profile is whole or absent, and the end is the same as
//! without Heapwise.
//!
//! This program is both: the tests, and what they start (`programs.rs`).
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "programs that talk to their parent")]

#[path = "../common/mod.rs"]
mod common;
mod process;
mod programs;
mod trials;

use std::process::ExitCode;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

fn main() -> ExitCode {
    if let Ok(name) = std::env::var(programs::NAME) {
        return programs::run(&name);
    }
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials::all()).exit_code()
}
