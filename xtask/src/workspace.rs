//! The workspace as cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Result, process};

/// Folders and packages of this repository.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Cargo's output folder (`CARGO_TARGET_DIR` or `target`): everything fetched or made goes below it.
    pub target: PathBuf,
    /// The members, in cargo's order.
    pub packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name in the manifest.
    pub name: String,
    /// Its folder, relative to [`Workspace::root`].
    pub folder: PathBuf,
    /// The files that cargo starts to compile at, relative to [`Workspace::root`]: libraries and
    /// programs, not tests, benchmarks or build scripts.
    pub roots: Vec<PathBuf>,
    /// Everything its manifest names.
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency tables.
#[derive(Debug, PartialEq)]
pub struct Dependency {
    /// The package that is depended on.
    pub name: String,
    /// Whether only tests, examples and benchmarks see it.
    pub development: bool,
}

impl Workspace {
    /// Asks cargo, from the current folder.
    ///
    /// # Errors
    /// When cargo cannot read the manifests, with cargo's own words.
    pub fn read() -> Result<Self> {
        Self::read_at(&std::env::current_dir().map_err(|e| format!("current folder: {e}"))?)
    }

    /// Asks cargo, as if started in `folder`.
    ///
    /// # Errors
    /// As [`Workspace::read`].
    pub fn read_at(folder: &Path) -> Result<Self> {
        let mut cargo = cargo();
        cargo.current_dir(folder).args(["metadata", "--format-version", "1", "--no-deps"]);
        let text = process::output(&mut cargo)?;
        let metadata: Value = serde_json::from_str(&text).map_err(|e| format!("metadata: {e}"))?;
        let root = PathBuf::from(string(&metadata["workspace_root"]));
        let packages = items(&metadata["packages"]).map(|p| Package::from_json(p, &root)).collect();
        Ok(Self { target: PathBuf::from(string(&metadata["target_directory"])), packages, root })
    }
}

impl Package {
    fn from_json(package: &Value, root: &Path) -> Self {
        let relative = |path: &Value| {
            let path = Path::new(string(path));
            path.strip_prefix(root).unwrap_or(path).to_owned()
        };
        let manifest = relative(&package["manifest_path"]);
        let dependency = |d: &Value| Dependency {
            name: string(&d["name"]).to_owned(),
            development: string(&d["kind"]) == "dev",
        };
        Self {
            name: string(&package["name"]).to_owned(),
            folder: manifest.parent().unwrap_or(Path::new("")).to_owned(),
            roots: items(&package["targets"])
                .filter(|target| is_shipped(target))
                .map(|target| relative(&target["src_path"]))
                .collect(),
            dependencies: items(&package["dependencies"]).map(dependency).collect(),
        }
    }
}

/// Whether a target is part of what users get: a library of any kind, or a program.
fn is_shipped(target: &Value) -> bool {
    items(&target["kind"]).map(string).any(|kind| kind == "bin" || kind.ends_with("lib"))
}

/// The cargo that runs us, so that a toolchain chosen with `cargo +NAME` stays chosen.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_package_is_a_member_with_its_dependencies() {
        let workspace = Workspace::read().unwrap();
        let own = workspace.packages.iter().find(|package| package.name == "xtask").unwrap();
        assert_eq!(own.folder, Path::new("xtask"));
        assert_eq!(own.roots, [Path::new("xtask/src/main.rs")]);
        let named = |name: &str| own.dependencies.iter().find(|d| d.name == name).unwrap();
        assert!(!named("serde_json").development);
        assert!(named("tempfile").development);
    }
}
