//! One run of the program.

use std::ffi::OsString;

use anyhow::Result;
use heapwise_session::{Invocation, Report, flag, load, render};
use std::io::Write;

use crate::machine::Machine;
use crate::output;

pub fn run(words: impl Iterator<Item = OsString>) -> Result<()> {
    let flag::Asked::Work(said) = flag::read(words)? else { return Ok(()) };
    let invocation = Invocation::new(said)?;
    for n in &invocation.notes {
        output::note(n);
    }
    let profile = load(&invocation, &Machine)?;
    if let Some(report) = &invocation.report {
        let mut out = output::stdout();
        render(&profile, report, &invocation.options, &Machine, &mut out)?;
        out.flush()?;
    }
    Ok(())
}
