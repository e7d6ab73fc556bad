//! axe-core, which looks for what keeps people from using a page: fetched from npm, under its own licence
//! (MPL-2.0), for tests only.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, process, system_package};

const VERSION: &str = "4.14.1";

/// The script, fetched once into the target folder.
///
/// # Errors
/// When there is no npm, or it cannot fetch.
pub fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("axe-core").join(VERSION);
    let script = folder.join("package/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    system_package::provide("npm", "npm")?;
    println!("fetching axe-core {VERSION} with npm");
    let unfinished = workspace.target.join("axe-core/unfinished");
    let fail = |error: std::io::Error| format!("{}: {error}", unfinished.display());
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(fail)?;
    }
    fs::create_dir_all(&unfinished).map_err(fail)?;
    let package = format!("axe-core@{VERSION}");
    let mut npm = Command::new("npm");
    npm.current_dir(&unfinished).args(["pack", "--silent", &package]);
    process::output(&mut npm)?;
    let mut tar = Command::new("tar");
    tar.current_dir(&unfinished).args(["xzf", &format!("axe-core-{VERSION}.tgz")]);
    process::output(&mut tar)?;
    fs::rename(&unfinished, &folder).map_err(fail)?;
    Ok(script)
}
