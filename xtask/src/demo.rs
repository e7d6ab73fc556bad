//! placeholder
use crate::{Result, Subcommand, arguments::Arguments, workspace::Workspace};
pub const SUBCOMMAND: Subcommand =
    Subcommand { name: "demo", options: "[--files N]", about: "d", run };
fn run(_: &Workspace, _: Arguments) -> Result<()> {
    Err("x".into())
}
