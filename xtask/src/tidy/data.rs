//! Files that tests read.

use std::path::Path;

use super::files::{File, Files};
use crate::Result;
use crate::workspace::Workspace;

/// What is not data: manifests, texts that describe, and code, which says itself what it is for.
const CODE: &[&str] = &["rs", "c", "cc", "go", "toml", "md"];

/// Every data file of a test is named by a README in its folder or in one above, by its name or by a
/// pattern `*.extension`: a file that nobody explains cannot be judged, replaced or removed.
pub fn named(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    let data = files.iter().filter(|file| is_data(file));
    let loose = data.filter(|file| !readmes(file, files).any(|readme| names(&readme.text, file)));
    Ok(loose.map(|file| format!("{}: no README names it", file.path.display())).collect())
}

fn is_data(file: &File) -> bool {
    let code = file.path.extension().is_some_and(|e| CODE.iter().any(|code| e == *code));
    !code && (file.is_in("tests") || file.is_in("testdata"))
}

fn readmes<'a>(file: &File, files: &'a Files) -> impl Iterator<Item = &'a File> {
    let folders = file.path.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
    folders.filter_map(|folder| files.at(&folder.join("README.md")))
}

fn names(readme: &str, file: &File) -> bool {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let pattern = file.path.extension().map(|e| format!("*.{}`", e.to_string_lossy()));
    readme.contains(&*name) || pattern.is_some_and(|pattern| readme.contains(&pattern))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::tree;

    #[test]
    fn data_without_a_word_in_a_readme_is_named() {
        let workspace =
            Workspace { root: ".".into(), target: "target".into(), packages: Vec::new() };
        let (_folder, files) = tree(&[
            ("README.md", "orphan.pb.gz"),
            ("tests/README.md", "`named.txt` is a list; `*.golden` are whole outputs"),
            ("tests/deep/named.txt", ""),
            ("tests/top.golden", ""),
            ("tests/orphan.pb.gz", ""),
            ("crates/profile/testdata/bytes.bin", ""),
            ("crates/profile/src/code.rs", ""),
        ]);
        let found = named(&workspace, &files).unwrap();
        let paths: Vec<_> = found.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(paths, ["crates/profile/testdata/bytes.bin", "tests/orphan.pb.gz"]);
    }
}
