//! Profiles of the two examples, made by our own runtime.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{Result, Subcommand, process};

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "rust-profiles",
    options: "PROGRAMS",
    about: "run the examples of the folder PROGRAMS for the parity test, which does that itself",
    run,
};

/// Below the target folder: a folder of profiles for each example.
pub const FOLDER: &str = "parity-data/rust-profiles";

/// What the examples run on: small, and enough for stacks of every kind.
const FILES: u32 = 2_000;

/// Runs `walk` and `strings`, each if it is newer than its profiles.
fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let programs = arguments.positional().ok_or("which folder has the programs?")?;
    arguments.finish()?;
    let programs = Path::new(&programs);
    let directory = workspace.target.join("parity-data/walked");
    fill(&directory, FILES)?;
    let made = |name: &str| folder(&workspace.target.join(FOLDER).join(name));
    let (walk, strings) = (made("walk")?, made("strings")?);
    let mut run = Command::new(programs.join("walk"));
    run.arg(&directory).args(["--interval", "256", "--output"]).arg(&walk);
    refresh(&walk.join("last-visit.pb.gz"), run)?;
    let profile = strings.join("strings.pb.gz");
    let mut run = Command::new(programs.join("strings"));
    run.args(["--interval", "4096"]).arg(&profile);
    refresh(&profile, run)
}

/// Runs `command` if its program is newer than `product`.
fn refresh(product: &Path, mut command: Command) -> Result<()> {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let program = PathBuf::from(command.get_program());
    let built = changed(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    if changed(product).is_ok_and(|made| made > built) {
        return Ok(());
    }
    println!("profiling the example {}", program.file_name().unwrap_or_default().display());
    process::output(&mut command).map(drop)
}

/// Makes `count` empty files, unless a run before did; says so when there are many.
///
/// # Errors
/// When the directory cannot be written.
pub fn fill(directory: &Path, count: u32) -> Result<()> {
    let done = directory.with_extension("complete");
    if done.is_file() {
        return Ok(());
    }
    folder(directory)?;
    let fail = |error: std::io::Error| format!("{}: {error}", directory.display());
    for number in 0..count {
        File::create(directory.join(format!("file-{number:07}"))).map_err(fail)?;
        if count >= 10_000 && (number + 1).is_multiple_of(count / 10) {
            println!("made {} of {count} files", number + 1);
        }
    }
    File::create(done).map(drop).map_err(fail)
}

fn folder(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_filled_once() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("files");
        fill(&directory, 12).unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 12);
        fs::remove_file(directory.join("file-0000003")).unwrap();
        fill(&directory, 12).unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 11);
    }

    #[test]
    fn a_product_is_made_again_when_its_program_changed() {
        let folder = tempfile::tempdir().unwrap();
        let product = folder.path().join("product");
        let make = || {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", "echo x >> \"$0\""]).arg(&product);
            refresh(&product, command).unwrap();
        };
        make();
        make();
        assert_eq!(fs::read_to_string(&product).unwrap(), "x\n");
        assert!(refresh(&product, Command::new("/no/such/program")).is_err());
    }
}
