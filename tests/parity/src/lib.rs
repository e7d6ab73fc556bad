//! Whole outputs of the tool, compared with those of `go tool pprof` and with stored ones.
//!
//! ```text
//! inputs (Go programs, synthetic, corpus) x commands x options -> cases
//! case -> reference (remembered) | ours -> compare -> equal | exception | different
//! ```
//!
//! What the reference prints on standard output is the measure (program `parity`). What it has no word
//! for - our hints, our usage text, our messages - is kept in files and compared with them (program
//! `golden`).
#![forbid(unsafe_code)]

mod case;
mod code;
mod compare;
mod content;
mod difference;
mod exceptions;
pub mod golden;
mod inputs;
mod live;
mod machine_code;
mod matrix;
mod memory;
mod pages;
mod setup;
mod sources;
mod symbols;
mod synthetic;
mod tally;
mod tool;
mod zone;

use std::sync::Arc;

use case::Case;
pub use compare::Bench;
use libtest_mimic::{Failed, Trial};
pub use setup::Setup;
pub use tally::Tally;

/// Every test of parity, one for each command and input, named `COMMAND/INPUT`; and what they count in.
///
/// # Errors
/// When inputs cannot be made, or an exception is not explained in COMPATIBILITY.md.
pub fn trials(setup: &Setup) -> Result<(Arc<Bench>, Vec<Trial>), String> {
    exceptions::documented(&setup.root)?;
    let bench = Arc::new(Bench::new(setup)?);
    let groups = groups(setup)?;
    let trial = |(name, cases): (String, Vec<Case>)| {
        let (bench, test) = (Arc::clone(&bench), name.clone());
        Trial::test(name, move || bench.judge(&test, &cases).map_err(Failed::from))
    };
    let mut trials: Vec<Trial> = groups.into_iter().map(trial).collect();
    if setup.profiles.is_none() {
        trials.extend(symbols::trials(setup));
        trials.extend(sources::trials(setup));
        trials.extend(pages::trials(setup));
        trials.extend(live::trials(setup));
    }
    Ok((bench, trials))
}

/// The cases of each test: of our own inputs, or of a folder that someone wants to try.
fn groups(setup: &Setup) -> Result<Vec<(String, Vec<Case>)>, String> {
    if let Some(folder) = &setup.profiles {
        return Ok(inputs::below(folder)?.iter().flat_map(matrix::groups).collect());
    }
    let mut groups: Vec<_> = inputs::all(setup)?.iter().flat_map(matrix::groups).collect();
    groups.extend(matrix::shared::groups(setup)?);
    groups.extend(code::groups(setup)?);
    Ok(groups)
}
