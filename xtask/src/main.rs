//! `cargo xtask NAME`: the project's own checks and chores, one file each.
//!
//! It needs nothing but a Rust toolchain to build; what a subcommand needs beyond that it says itself.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the person who started it; its lines are its product"
)]

mod arguments;
mod axe;
mod bless;
mod demo;
mod doc_examples;
mod go_executables;
mod go_profiles;
mod process;
mod reference;
mod rust_profiles;
mod system_package;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use arguments::Arguments;
use workspace::Workspace;

/// What a subcommand answers: nothing, or one line (or a few) that says what went wrong.
pub type Result<T> = std::result::Result<T, String>;

/// One chore: a row of [`SUBCOMMANDS`].
#[derive(Debug)]
pub struct Subcommand {
    /// What the user types.
    name: &'static str,
    /// Its options, as in a synopsis.
    options: &'static str,
    /// One line for the help text.
    about: &'static str,
    run: fn(&Workspace, Arguments) -> Result<()>,
}

/// Every subcommand, in help order.
const SUBCOMMANDS: &[Subcommand] = &[
    test::SUBCOMMAND,
    tidy::SUBCOMMAND,
    doc_examples::SUBCOMMAND,
    demo::SUBCOMMAND,
    bless::SUBCOMMAND,
    rust_profiles::SUBCOMMAND,
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_environment();
    let Some(name) = arguments.positional() else { return Err(usage()) };
    if ["help", "-h", "--help"].contains(&name.as_str()) {
        println!("{}", usage());
        return Ok(());
    }
    let subcommand = SUBCOMMANDS.iter().find(|subcommand| subcommand.name == name);
    let subcommand = subcommand.ok_or_else(|| format!("no subcommand `{name}`\n{}", usage()))?;
    (subcommand.run)(&Workspace::read()?, arguments)
}

fn usage() -> String {
    let row = |s: &Subcommand| format!("  cargo xtask {} {}\n      {}", s.name, s.options, s.about);
    let rows: Vec<String> = SUBCOMMANDS.iter().map(row).collect();
    format!("usage:\n{}", rows.join("\n"))
}
