//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Folders that hold nothing of ours: cargo's output, git's own, and what starts with a dot but `.ci`
/// and `.cargo`.
fn is_foreign(name: &str) -> bool {
    name == "target" || (name.starts_with('.') && ![".ci", ".cargo"].contains(&name))
}

/// Every file below the root, by relative path, sorted.
#[derive(Debug)]
pub struct Files(Vec<File>);

/// One file. Its text is read once and shared by all rules.
#[derive(Debug)]
pub struct File {
    /// Relative to the root of the repository.
    pub path: PathBuf,
    /// What is in it; bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl Files {
    /// Reads everything below `root`.
    ///
    /// # Errors
    /// When a folder or a file cannot be read.
    pub fn below(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, Path::new(""), &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self(files))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.0.iter()
    }

    /// Those with this extension.
    pub fn with_extension(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.iter().filter(move |file| file.path.extension().is_some_and(|e| e == extension))
    }

    /// The one at this path.
    pub fn at(&self, path: &Path) -> Option<&File> {
        self.0.binary_search_by(|file| file.path.as_path().cmp(path)).ok().map(|at| &self.0[at])
    }
}

impl File {
    /// Whether any folder of the path has this name.
    pub fn is_in(&self, folder: &str) -> bool {
        self.path.parent().is_some_and(|parent| parent.iter().any(|part| part == folder))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    let here = root.join(folder);
    let fail = |error: std::io::Error| format!("{}: {error}", here.display());
    for entry in fs::read_dir(&here).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let path = folder.join(&name);
        if name == ".git" {
            continue; // as a file, `.git` points to where a worktree keeps its own
        }
        if entry.file_type().map_err(fail)?.is_file() {
            let bytes =
                fs::read(root.join(&path)).map_err(|e| format!("{}: {e}", path.display()))?;
            files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        } else if entry.path().is_dir() && !is_foreign(&name.to_string_lossy()) {
            collect(root, &path, files)?;
        }
    }
    Ok(())
}

/// A tree made for one test.
#[cfg(test)]
pub(super) fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let files = Files::below(folder.path()).unwrap();
    (folder, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_ours_is_found_in_order() {
        let (_folder, files) = tree(&[
            ("src/b.rs", ""),
            ("src/a.rs", "a"),
            ("target/debug/x.rs", ""),
            (".git/config", ""),
            (".ci/run", ""),
        ]);
        let paths: Vec<_> = files.iter().map(|file| file.path.to_str().unwrap()).collect();
        assert_eq!(paths, [".ci/run", "src/a.rs", "src/b.rs"]);
        assert_eq!(files.at(Path::new("src/a.rs")).unwrap().text, "a");
        assert!(files.at(Path::new("src/c.rs")).is_none());
        assert!(files.at(Path::new("src/a.rs")).unwrap().is_in("src"));
        assert_eq!(files.with_extension("rs").count(), 2);
    }
}
