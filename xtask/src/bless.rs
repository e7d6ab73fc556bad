//! `cargo xtask bless`: stores the outputs that `cargo xtask test --only golden` compares.

use crate::arguments::Arguments;
use crate::test::golden;
use crate::workspace::Workspace;
use crate::{Result, Subcommand, process};

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "bless",
    options: "",
    about: "store the outputs of tests/golden as they are now",
    run,
};

fn run(workspace: &Workspace, arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    for mut command in golden(workspace)? {
        process::run(command.env("GOLDEN_BLESS", "1"))?;
    }
    println!("stored; `git diff tests/golden` shows what changed");
    Ok(())
}
