//! Go programs for several systems, made by the toolchain of the reference. They are looked into, not
//! run.

use std::fs;
use std::path::PathBuf;

use crate::reference::{GO_VERSION, Reference};
use crate::workspace::Workspace;
use crate::{Result, process};

/// An executable, its source files, flags of the linker and settings of the compiler.
type Row =
    (&'static str, &'static [&'static str], &'static str, &'static [(&'static str, &'static str)]);

const ROWS: &[Row] = &[
    ("stripped/walk", &["walk.go", "output.go"], "-s -w", &[]),
    ("stripped/generics", &["generics.go", "output.go"], "-s -w", &[]),
    // The reference finds the table of functions in it by a symbol.
    ("windows/small.exe", &["small/small.go"], "", &[("GOOS", "windows")]),
    ("darwin/small", &["small/small.go"], "-s -w", &[("GOOS", "darwin"), ("GOARCH", "arm64")]),
    // With symbols, by which machine code is found.
    ("darwin/named", &["small/small.go"], "", &[("GOOS", "darwin"), ("GOARCH", "arm64")]),
    ("arm64/small", &["small/small.go"], "", &[("GOOS", "linux"), ("GOARCH", "arm64")]),
];

/// Makes the executables whose sources changed since. Returns the folder that holds them.
///
/// # Errors
/// When one does not compile.
pub fn prepare(workspace: &Workspace, reference: &Reference) -> Result<PathBuf> {
    let sources = workspace.root.join("tests/go-programs");
    let executables = workspace.target.join("parity-data/go-executables");
    for (name, files, linker, settings) in ROWS {
        let executable = executables.join(name);
        let read = |file: &&str| {
            let path = sources.join(file);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let texts = files.iter().map(read).collect::<Result<Vec<_>>>()?.concat();
        let recipe =
            format!("go {GO_VERSION} {linker} {settings:?}\n{}\n{texts}", sources.display());
        let kept = executable.with_extension("recipe");
        if fs::read_to_string(&kept).is_ok_and(|kept| kept == recipe) {
            continue;
        }
        println!("compiling the Go program {name}");
        let linker = format!("-ldflags={linker}");
        let mut build = reference.go(&["build", &linker, "-o"]);
        build.arg(&executable).args(*files).envs(settings.iter().copied());
        process::output(build.current_dir(&sources))?;
        fs::write(&kept, recipe).map_err(|error| format!("{}: {error}", kept.display()))?;
    }
    Ok(executables)
}
