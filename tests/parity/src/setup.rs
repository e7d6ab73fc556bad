//! Where everything is.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Programs and folders of one run. `cargo xtask test --only parity` makes them and says where.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The tool under test.
    pub ours: PathBuf,
    /// `pprof` of the pinned Go release.
    pub reference: PathBuf,
    /// A folder for each Go program, with the profiles that it wrote.
    pub go_profiles: PathBuf,
    /// Programs of Go, for several systems.
    pub go_executables: PathBuf,
    /// A folder for each example of the runtime, with the profiles that it wrote.
    pub rust_profiles: PathBuf,
    /// The folder of the examples themselves.
    pub rust_programs: PathBuf,
    /// Everything that the test itself writes.
    pub scratch: PathBuf,
    /// Where both tools run.
    pub working_folder: PathBuf,
    /// The root of the repository.
    pub root: PathBuf,
    /// A folder whose files are compared instead of our own inputs.
    pub profiles: Option<PathBuf>,
}

impl Setup {
    /// Reads `PARITY_OURS`, `PARITY_REFERENCE`, `PARITY_GO_PROFILES`, `PARITY_GO_EXECUTABLES`,
    /// `PARITY_RUST_PROFILES`, `PARITY_RUST_PROGRAMS` and `PARITY_SCRATCH`.
    ///
    /// # Errors
    /// Names the variable that is not set, or the file that is not there.
    pub fn from_environment() -> Result<Self, String> {
        let scratch = existing("PARITY_SCRATCH")?;
        // It stays empty: no file there can be taken for a source by accident.
        let working_folder = made(scratch.join("empty"))?;
        Ok(Self {
            ours: existing("PARITY_OURS")?,
            reference: existing("PARITY_REFERENCE")?,
            go_profiles: existing("PARITY_GO_PROFILES")?,
            go_executables: existing("PARITY_GO_EXECUTABLES")?,
            rust_profiles: existing("PARITY_RUST_PROFILES")?,
            rust_programs: existing("PARITY_RUST_PROGRAMS")?,
            scratch,
            working_folder,
            root: root()?,
            profiles: None,
        })
    }

    /// Reads `PARITY_OURS` and `PARITY_SCRATCH`: stored outputs need neither reference nor Go.
    ///
    /// # Errors
    /// As [`Setup::from_environment`].
    pub fn for_golden() -> Result<Self, String> {
        let scratch = existing("PARITY_SCRATCH")?;
        // The profiles lie in it, so that stored outputs name them without a folder.
        let working_folder = made(scratch.join("profiles"))?;
        Ok(Self {
            ours: existing("PARITY_OURS")?,
            reference: PathBuf::new(),
            go_profiles: PathBuf::new(),
            go_executables: PathBuf::new(),
            rust_profiles: PathBuf::new(),
            rust_programs: PathBuf::new(),
            scratch,
            working_folder,
            root: root()?,
            profiles: None,
        })
    }
}

/// The folder, made if it is not there.
fn made(folder: PathBuf) -> Result<PathBuf, String> {
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn root() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))
}

fn existing(variable: &str) -> Result<PathBuf, String> {
    let value = env::var_os(variable).filter(|value| !value.is_empty());
    let advice = "`cargo xtask test --only parity` sets this test up";
    let path = PathBuf::from(value.ok_or_else(|| format!("{variable} is not set: {advice}"))?);
    path.canonicalize().map_err(|e| format!("{variable}={}: {e}; {advice}", path.display()))
}
