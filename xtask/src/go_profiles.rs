//! Profiles of Go programs of our own, made by the toolchain of the reference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::reference::{GO_VERSION, Reference};
use crate::workspace::Workspace;
use crate::{Result, process};

/// Compiled together with every program.
const SHARED: &str = "output.go";

/// Makes the profiles of every program of `tests/go-programs` whose source changed since it last ran.
/// Returns the folder that holds them.
///
/// # Errors
/// When a program does not compile or does not succeed.
pub fn prepare(workspace: &Workspace, reference: &Reference) -> Result<PathBuf> {
    let sources = workspace.root.join("tests/go-programs");
    let profiles = workspace.target.join("parity-data/go-profiles");
    for name in programs(&sources)? {
        make(&Program { sources: &sources, profiles: &profiles, name: &name }, reference)?;
    }
    Ok(profiles)
}

/// The names of the programs, sorted, without `.go`.
fn programs(sources: &Path) -> Result<Vec<String>> {
    let listing = fs::read_dir(sources).map_err(|e| format!("{}: {e}", sources.display()))?;
    let files = listing.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_program = |file: &String| file != SHARED;
    let stem = |file: String| file.strip_suffix(".go").map(str::to_owned);
    let mut names: Vec<String> = files.filter(is_program).filter_map(stem).collect();
    names.sort();
    Ok(names)
}

struct Program<'a> {
    sources: &'a Path,
    profiles: &'a Path,
    name: &'a str,
}

impl Program<'_> {
    fn folder(&self) -> PathBuf {
        self.profiles.join(self.name)
    }

    /// What the profiles depend on: kept beside them, compared before the next run.
    fn recipe(&self) -> Result<String> {
        let read = |file: String| {
            let path = self.sources.join(file);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let source = read(format!("{}.go", self.name))?;
        Ok(format!(
            "go {GO_VERSION}\n{}\n{source}\n{}",
            self.sources.display(),
            read(SHARED.into())?
        ))
    }
}

fn make(program: &Program<'_>, reference: &Reference) -> Result<()> {
    let (folder, recipe) = (program.folder(), program.recipe()?);
    let kept = folder.join("recipe");
    if fs::read_to_string(&kept).is_ok_and(|kept| kept == recipe) {
        return Ok(());
    }
    println!("profiling the Go program {}", program.name);
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(fail)?;
    }
    fs::create_dir_all(&folder).map_err(fail)?;
    let executable = folder.join(program.name);
    let mut build = reference.go(&["build", "-o"]);
    build.arg(&executable).arg(format!("{}.go", program.name)).arg(SHARED);
    process::output(build.current_dir(program.sources))?;
    process::output(Command::new(&executable).current_dir(&folder).env("TZ", "UTC"))?;
    fs::write(&kept, recipe).map_err(fail)
}
