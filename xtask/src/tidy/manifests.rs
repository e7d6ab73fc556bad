//! What manifests and the first lines of crates must say.

use std::path::Path;

use super::files::Files;
use crate::Result;
use crate::workspace::Workspace;

/// Folders whose code may need `unsafe`: mapping a file, walking a stack, being an allocator, being loaded
/// into a foreign process.
const UNSAFE: &[&str] = &[
    "crates/binary",
    "crates/stackwalk",
    "crates/recorder",
    "crates/cpu_sampler",
    "crates/heapwise",
    "crates/preload",
    "tests/plugin",
];

/// Settings that stand for a rule of CONTRIBUTING.md, by file.
const REQUIRED: &[(&str, &str)] = &[
    ("Cargo.toml", "missing_docs ="),
    ("Cargo.toml", "unsafe_op_in_unsafe_fn ="),
    ("Cargo.toml", "undocumented_unsafe_blocks ="),
    ("Cargo.toml", "too_many_lines ="),
    ("Cargo.toml", "print_stdout ="),
    ("Cargo.toml", "unwrap_used ="),
    ("clippy.toml", "too-many-lines-threshold = 60"),
];

/// Every member inherits the lints, so that one table holds for all.
pub fn lints(workspace: &Workspace, files: &Files) -> Result<Vec<String>> {
    let manifests = workspace.packages.iter().map(|package| package.folder.join("Cargo.toml"));
    let inherits = |text: &str| text.contains("[lints]\nworkspace = true");
    let lacking = manifests.filter(|path| !files.at(path).is_some_and(|file| inherits(&file.text)));
    Ok(lacking.map(|path| format!("{} lacks `[lints] workspace = true`", path.display())).collect())
}

/// The lints that check sizes, documentation and placement are switched on.
pub fn required_lints(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    let on = |path: &str, setting: &str| {
        let file = files.at(Path::new(path));
        file.is_some_and(|file| file.text.lines().any(|line| line.starts_with(setting)))
    };
    let off = REQUIRED.iter().filter(|(path, setting)| !on(path, setting));
    Ok(off.map(|(path, setting)| format!("{path} does not set `{setting}`")).collect())
}

/// Every crate but a few forbids unsafe code in its first file.
pub fn safe_crates(workspace: &Workspace, files: &Files) -> Result<Vec<String>> {
    let exempt = |folder: &Path| UNSAFE.iter().any(|unsafe_one| folder == Path::new(unsafe_one));
    let safe = workspace.packages.iter().filter(|package| !exempt(&package.folder));
    let lacking = safe.flat_map(|package| &package.roots).filter(|root| {
        !files.at(root).is_some_and(|file| file.text.contains("\n#![forbid(unsafe_code)]"))
    });
    Ok(lacking.map(|r| format!("{} lacks `#![forbid(unsafe_code)]`", r.display())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::tree;
    use crate::workspace::Package;

    fn workspace(folder: &str) -> Workspace {
        let package = Package {
            name: "p".into(),
            folder: folder.into(),
            roots: vec![Path::new(folder).join("src/lib.rs")],
            dependencies: Vec::new(),
        };
        Workspace { root: ".".into(), target: "target".into(), packages: vec![package] }
    }

    #[test]
    fn a_manifest_without_the_lints_is_named() {
        let place = "crates/graph/Cargo.toml";
        let (_folder, good) = tree(&[(place, "[lints]\nworkspace = true\n")]);
        let (_other, bad) = tree(&[(place, "[package]\n")]);
        assert_eq!(lints(&workspace("crates/graph"), &good), Ok(Vec::new()));
        assert_eq!(lints(&workspace("crates/graph"), &bad).unwrap().len(), 1);
    }

    #[test]
    fn a_lint_that_was_switched_off_is_named() {
        let (_folder, files) = tree(&[("Cargo.toml", "missing_docs = \"warn\"\n")]);
        let found = required_lints(&workspace("crates/graph"), &files).unwrap();
        assert_eq!(found.len(), REQUIRED.len() - 1);
        assert!(!found.iter().any(|line| line.contains("missing_docs")));
    }

    #[test]
    fn a_crate_that_allows_unsafe_code_is_named_unless_it_needs_it() {
        let (_folder, files) = tree(&[
            ("crates/graph/src/lib.rs", "//! Doc.\n"),
            ("crates/units/src/lib.rs", "//! Doc.\n#![forbid(unsafe_code)]\n"),
            ("crates/recorder/src/lib.rs", "//! Doc.\n"),
        ]);
        let found = |folder| safe_crates(&workspace(folder), &files).unwrap();
        assert_eq!(found("crates/graph").len(), 1);
        assert_eq!(found("crates/units"), Vec::<String>::new());
        assert_eq!(found("crates/recorder"), Vec::<String>::new());
    }
}
