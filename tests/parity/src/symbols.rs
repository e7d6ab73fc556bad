//! Names from programs on this machine, in both tools.
//!
//! The reference resolves no inlined calls, so the rows differ. For a profile of our runtime, what must
//! not differ is what is in use, and both must name the function and the line that allocates.

pub mod bare;
mod go;
mod perf;
mod symbolz;

use libtest_mimic::{Failed, Trial};

use crate::case::Case;
use crate::setup::Setup;
use crate::tool::{self, Answer};

/// What `examples/walk` calls the function that allocates, and where it is.
const EXPECTED: [&str; 2] = ["read_dir_names", "walk.rs:"];

/// What programs on this machine are asked for.
pub fn trials(setup: &Setup) -> Vec<Trial> {
    type Judge = fn(&Setup) -> Result<(), String>;
    let rows: [(&str, Judge); 7] = [
        ("symbols/rust/walk", judge),
        ("symbols/go/runtime", go::judge_runtime),
        ("symbols/go/stripped", |setup| go::judge_addresses(setup, "stripped/generics")),
        ("symbols/go/windows", |setup| go::judge_addresses(setup, "windows/small.exe")),
        ("symbols/perf", perf::judge),
        ("symbols/symbolz", symbolz::judge),
        ("symbols/go/darwin", |setup| go::judge_addresses(setup, "darwin/small")),
    ];
    let trial = |(name, judge): (&str, Judge)| {
        let setup = setup.clone();
        Trial::test(name, move || judge(&setup).map_err(Failed::from))
    };
    rows.into_iter().map(trial).collect()
}

/// Asks both tools for the profile of the last visit of `examples/walk`.
///
/// # Errors
/// Says what a tool does not know, or how the totals differ.
fn judge(setup: &Setup) -> Result<(), String> {
    let profile = setup.rust_profiles.join("walk/last-visit.pb.gz");
    let case = Case::new(["-top", "-lines", "-trim=false", "-unit=bytes"], &[profile]);
    let theirs = tool::ask(&setup.reference, &case, setup)?;
    let ours = tool::ask(&setup.ours, &case, setup)?;
    for answer in [&theirs, &ours] {
        names_the_line(answer)?;
    }
    let (theirs, ours) = (total(&theirs.output)?, total(&ours.output)?);
    if theirs == ours { Ok(()) } else { Err(format!("- {theirs}\n+ {ours}")) }
}

fn names_the_line(answer: &Answer) -> Result<(), String> {
    let text = String::from_utf8_lossy(&answer.output);
    let lacking = EXPECTED.iter().find(|expected| !text.contains(**expected));
    lacking.map_or(Ok(()), |expected| {
        let said = String::from_utf8_lossy(&answer.messages);
        Err(format!("nothing is called {expected}:\n{text}{said}"))
    })
}

/// The line that says how much is in use.
fn total(report: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(report);
    let line = text.lines().find(|line| line.starts_with("Showing nodes accounting for"));
    line.map(str::to_owned).ok_or_else(|| format!("no total in:\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_the_line_that_accounts() {
        let line = "Showing nodes accounting for 5B, 100% of 5B total";
        assert_eq!(total(format!("File: x\n{line}\n").as_bytes()), Ok(line.to_owned()));
        assert!(total(b"File: x\n").is_err());
    }

    #[test]
    fn a_report_without_names_is_refused() {
        let answer = |text: &str| Answer { code: 0, output: text.into(), messages: Vec::new() };
        assert_eq!(names_the_line(&answer("walk::read_dir_names walk.rs:42")), Ok(()));
        assert!(names_the_line(&answer("0000 [walk]")).is_err());
    }
}
