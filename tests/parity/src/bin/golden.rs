//! Stored outputs: what the tool says where the reference has no word for it.
//!
//! `cargo xtask test --only golden` compares, `cargo xtask bless` stores.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a test program says why it cannot start")]

use std::process::ExitCode;

use heapwise_parity::golden;
use libtest_mimic::Arguments;

fn main() -> ExitCode {
    match golden::trials() {
        Ok(trials) => libtest_mimic::run(&Arguments::from_args(), trials).exit_code(),
        Err(message) => {
            println!("{message}");
            ExitCode::FAILURE
        }
    }
}
