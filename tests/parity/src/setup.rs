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
    /// Everything that the test itself writes.
    pub scratch: PathBuf,
    /// The root of the repository.
    pub root: PathBuf,
}

impl Setup {
    /// Reads `PARITY_OURS`, `PARITY_REFERENCE`, `PARITY_GO_PROFILES` and `PARITY_SCRATCH`.
    ///
    /// # Errors
    /// Names the variable that is not set, or the file that is not there.
    pub fn from_environment() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let setup = Self {
            ours: existing("PARITY_OURS")?,
            reference: existing("PARITY_REFERENCE")?,
            go_profiles: existing("PARITY_GO_PROFILES")?,
            scratch: existing("PARITY_SCRATCH")?,
            root: root.canonicalize().map_err(|e| format!("{}: {e}", root.display()))?,
        };
        // Both tools run here: no file of this folder can be taken for a source by accident.
        let empty = setup.working_folder();
        fs::create_dir_all(&empty).map_err(|e| format!("{}: {e}", empty.display()))?;
        Ok(setup)
    }

    /// Where both tools run; it stays empty.
    pub fn working_folder(&self) -> PathBuf {
        self.scratch.join("empty")
    }
}

fn existing(variable: &str) -> Result<PathBuf, String> {
    let value = env::var_os(variable).filter(|value| !value.is_empty());
    let advice = "`cargo xtask test --only parity` sets this test up";
    let path = PathBuf::from(value.ok_or_else(|| format!("{variable} is not set: {advice}"))?);
    path.canonicalize().map_err(|e| format!("{variable}={}: {e}; {advice}", path.display()))
}
