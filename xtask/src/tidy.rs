//! `cargo xtask tidy`: the rules of the layout that a program can check.

mod arrows;
mod data;
mod files;
mod manifests;
mod sizes;
mod text;

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{Result, Subcommand};
use files::Files;

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "tidy",
    options: "",
    about: "check arrows between crates, sizes, lints, test data and stray text",
    run,
};

/// One rule: returns a line for each place that breaks it.
struct Rule {
    name: &'static str,
    check: fn(&Workspace, &Files) -> Result<Vec<String>>,
}

/// Every rule, in the order in which they are reported.
const RULES: &[Rule] = &[
    Rule { name: "crates depend only along the arrows of ARCHITECTURE.md", check: arrows::allowed },
    Rule { name: "a program gains few crates from the runtime", check: arrows::runtime_is_small },
    Rule { name: "every package takes the lints of the workspace", check: manifests::lints },
    Rule { name: "lints that stand for a rule are on", check: manifests::required_lints },
    Rule { name: "unsafe code is forbidden but where it is needed", check: manifests::safe_crates },
    Rule { name: "files have at most 500 lines without tests", check: sizes::files },
    Rule { name: "functions have at most 60 lines", check: sizes::functions },
    Rule { name: "a README beside test data names it", check: data::named },
    Rule { name: "no line ends in blanks", check: text::trailing_blanks },
    Rule { name: "nothing names the machine it was written on", check: text::machine_words },
];

fn run(workspace: &Workspace, arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    let files = Files::below(&workspace.root)?;
    let mut broken = 0;
    for rule in RULES {
        let places = (rule.check)(workspace, &files)?;
        if !places.is_empty() {
            println!("{}:\n  {}", rule.name, places.join("\n  "));
            broken += 1;
        }
    }
    if broken > 0 {
        return Err(format!("{broken} of {} rules are broken", RULES.len()));
    }
    println!("{} rules hold over {} files", RULES.len(), files.len());
    Ok(())
}
