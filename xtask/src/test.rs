//! `cargo xtask test`: every check in order, then one line a check.

mod checks;
mod log;
mod summary;

use std::time::Instant;

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{Result, Subcommand};
pub use checks::golden;
use checks::{CHECKS, Check};
use log::Log;
use summary::{Finished, Outcome};

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "test",
    options: "[--only NAME] [--allow-missing] [-- ARGUMENTS OF THE LAST COMMAND]",
    about: "run every check: fmt, clippy, doc, doc-examples, tidy, tests, abort, platforms, golden, parity, \
            browser",
    run,
};

fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let extra = arguments.after_dashes();
    let allow_missing = arguments.flag("--allow-missing");
    let checks = selected(arguments.value("--only")?.as_deref())?;
    arguments.finish()?;
    let finished: Vec<Finished> =
        checks.iter().map(|check| execute(check, workspace, &extra)).collect();
    summary::print(&finished);
    summary::verdict(&finished, allow_missing)
}

/// The checks to run: all, or the one with this name.
fn selected(name: Option<&str>) -> Result<Vec<&'static Check>> {
    let chosen: Vec<_> = CHECKS.iter().filter(|c| name.is_none_or(|name| name == c.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        return Err(format!("--only takes one of: {}", names.join(", ")));
    }
    Ok(chosen)
}

/// Runs one check to its end; what it says goes to the terminal and to its log.
fn execute(check: &Check, workspace: &Workspace, extra: &[String]) -> Finished {
    println!("\n== {}: {}", check.name, check.about);
    let start = Instant::now();
    let mut log = Log::default();
    let outcome = match (check.prepare)(workspace) {
        Err(missing) => Outcome::NotRun(missing),
        Ok(mut commands) => {
            if let Some(last) = commands.last_mut() {
                last.args(extra);
            }
            match commands.iter_mut().try_for_each(|command| log.run(command)) {
                Ok(()) => Outcome::Passed,
                Err(why) => Outcome::Failed(why),
            }
        }
    };
    Finished { name: check.name, outcome, elapsed: start.elapsed(), log }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_check_can_be_chosen_and_a_wrong_name_lists_them() {
        let named: Vec<&str> = selected(Some("tidy")).unwrap().iter().map(|c| c.name).collect();
        assert_eq!(named, ["tidy"]);
        assert_eq!(selected(None).unwrap().len(), CHECKS.len());
        let Err(message) = selected(Some("speed")) else { panic!("no such check") };
        assert!(
            message.contains(
                "fmt, clippy, doc, doc-examples, tidy, tests, abort, platforms, golden, parity, \
                 browser"
            ),
            "{message}"
        );
    }
}
