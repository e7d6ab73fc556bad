//! The end of a run: what failed, in its own words, and one line a check.

use std::time::Duration;

use super::log::Log;
use crate::{Result, process};

/// How many lines of a failed check are repeated.
const REPEATED: usize = 60;

/// How a check ended.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Every command succeeded.
    Passed,
    /// A command did not; which one, and its exit status.
    Failed(String),
    /// Something it needs is not there; what.
    NotRun(String),
}

/// A check and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// The name in the table.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// With everything that had to be built first.
    pub elapsed: Duration,
    /// What it said.
    pub log: Log,
}

/// Repeats the end of what failed, then one line a check and the number of tests.
pub fn print(finished: &[Finished]) {
    for check in finished.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_))) {
        println!("\n== {} failed; the end of its output:", check.name);
        println!("{}", process::last_lines(&check.log.text(), REPEATED));
    }
    println!("\n{:<12} {:<8} {:>7}", "check", "result", "seconds");
    for check in finished {
        println!("{}", row(check));
    }
    let logs: Vec<String> = finished.iter().map(|check| check.log.text()).collect();
    println!("{}", Counts::of(&logs.concat()));
}

/// Whether the whole run is good.
///
/// # Errors
/// Names the checks that failed, and those that did not run unless `allow_missing`.
pub fn verdict(finished: &[Finished], allow_missing: bool) -> Result<()> {
    let bad = |outcome: &Outcome| match outcome {
        Outcome::Passed => None,
        Outcome::Failed(_) => Some("failed"),
        Outcome::NotRun(_) if allow_missing => None,
        Outcome::NotRun(_) => Some("not run (--allow-missing lets that pass)"),
    };
    let named = |check: &Finished| bad(&check.outcome).map(|how| format!("{} {how}", check.name));
    let reasons: Vec<String> = finished.iter().filter_map(named).collect();
    if reasons.is_empty() { Ok(()) } else { Err(reasons.join(", ")) }
}

fn row(check: &Finished) -> String {
    let (result, why) = match &check.outcome {
        Outcome::Passed => ("passed", ""),
        Outcome::Failed(why) => ("failed", why.as_str()),
        Outcome::NotRun(why) => ("not run", why.as_str()),
    };
    let row = format!("{:<12} {result:<8} {:>7.1}  {why}", check.name, check.elapsed.as_secs_f64());
    row.trim_end().to_owned()
}

/// Sums of the result lines that test programs print.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut sums = Self::default();
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
            sums.passed += number_before(line, " passed");
            sums.failed += number_before(line, " failed");
            sums.ignored += number_before(line, " ignored");
        }
        sums
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tests: {} passed; {} failed; {} ignored", self.passed, self.failed, self.ignored)
    }
}

/// The number that stands before `word`; 0 when there is none.
fn number_before(line: &str, word: &str) -> u64 {
    let before = line.find(word).map(|at| &line[..at]);
    let digits = before.and_then(|text| text.rsplit(|c: char| !c.is_ascii_digit()).next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(name: &'static str, outcome: Outcome) -> Finished {
        Finished { name, outcome, elapsed: Duration::from_millis(1500), log: Log::default() }
    }

    #[test]
    fn test_programs_are_added_up() {
        let text = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    noise 99 passed\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(Counts::of(text), Counts { passed: 15, failed: 2, ignored: 1 });
    }

    #[test]
    fn what_did_not_run_fails_the_run_unless_allowed() {
        let checks = [
            finished("fmt", Outcome::Passed),
            finished("parity", Outcome::NotRun("install the package python3".to_owned())),
        ];
        assert_eq!(row(&checks[0]), "fmt          passed       1.5");
        assert_eq!(row(&checks[1]), "parity       not run      1.5  install the package python3");
        assert!(verdict(&checks, false).unwrap_err().starts_with("parity not run"));
        assert_eq!(verdict(&checks, true), Ok(()));
    }

    #[test]
    fn a_failure_is_never_allowed() {
        let checks = [finished("fmt", Outcome::Failed("exit status: 1".to_owned()))];
        assert_eq!(verdict(&checks, true), Err("fmt failed".to_owned()));
    }
}
