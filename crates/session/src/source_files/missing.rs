//! The source files that were not found: said once, with what to do about it.

use std::collections::{BTreeMap, BTreeSet};

use super::origin::{Origin, name_and_version};

/// The source files that were not found, by what to do about them.
#[derive(Debug, Default)]
pub(super) struct Missing {
    by_advice: BTreeMap<String, BTreeSet<String>>,
}

impl Missing {
    /// A file that is nowhere, and what it is part of.
    pub(super) fn add(&mut self, name: &[u8], origin: Option<&Origin>) {
        let name = String::from_utf8_lossy(name).into_owned();
        self.by_advice.entry(advice(&name, origin)).or_default().insert(name);
    }

    /// A line for each thing to do.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.by_advice.iter().map(|(advice, files)| {
            let first = files.first().map_or("", String::as_str);
            let more = match files.len() {
                0 | 1 => String::new(),
                2 => " and 1 more file".to_owned(),
                all => format!(" and {} more files", all - 1),
            };
            format!("No source of {first}{more}: {advice}")
        })
    }
}

/// What brings a file here.
fn advice(name: &str, origin: Option<&Origin>) -> String {
    match origin {
        Some(Origin::Rust { .. }) => "`rustup component add rust-src` brings it".to_owned(),
        Some(Origin::Crate { package, .. }) => {
            let (name, version) = name_and_version(package).unwrap_or((package, ""));
            format!("`cargo fetch` brings it, in a project that uses {name} {version}")
        }
        Some(Origin::Checkout { repository, revision, .. }) => {
            let name = repository.rsplit_once('-').map_or(repository.as_str(), |(name, _)| name);
            format!("`cargo fetch` brings it, in a project that uses {name} at {revision}")
        }
        Some(Origin::Module { module, version, .. }) => {
            format!("`go mod download {module}@{version}` brings it")
        }
        Some(Origin::Go(_)) if name.starts_with('/') => {
            "set GOROOT to a Go installation".to_owned()
        }
        Some(Origin::Go(_)) => {
            "set GOROOT to a Go installation, or -source_path to the folder of the module"
                .to_owned()
        }
        Some(Origin::Vendored(_)) => "set -source_path to the folder that has `vendor`".to_owned(),
        Some(Origin::Import(_)) => "set -source_path to the folder of the module".to_owned(),
        Some(Origin::Package(_)) | None => named(name),
    }
}

/// For a file that is only known by where it was.
fn named(name: &str) -> String {
    match name.rsplit_once('/').map(|(folder, _)| folder) {
        Some(folder) if folder.starts_with('/') => format!(
            "set -source_path to the folder where it is now, and -trim_path to where it was, {folder}"
        ),
        _ => "set -source_path to the folder that has it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::origin::origins;
    use super::*;

    #[test]
    fn a_line_says_what_to_do_about_all_files_of_a_kind() {
        let mut missing = Missing::default();
        for name in [
            "/rustc/ab/library/core/src/str.rs",
            "/rustc/ab/library/core/src/str.rs",
            "/rustc/ab/library/alloc/src/vec.rs",
            "/rustc/ab/library/alloc/src/raw_vec.rs",
            "/home/ci/.cargo/registry/src/index-1/serde-1.0.200/src/lib.rs",
            "/home/ci/.cargo/registry/src/index-1/serde-1.0.200/src/de.rs",
            "/home/ci/.cargo/git/checkouts/tokio-e1a2/4ecab82/tokio/src/lib.rs",
            "/go/pkg/mod/github.com/!me/x@v1.2.3/x.go",
            "/usr/local/go/src/fmt/print.go",
            "example.com/app/main.go",
            "app/main.go",
            "/build/vendor/a.b/c/d.go",
            "/home/ci/app/main.c",
            "src/main.rs",
        ] {
            missing.add(name.as_bytes(), origins(name.as_bytes()).first());
        }
        let said = [
            "No source of /home/ci/.cargo/registry/src/index-1/serde-1.0.200/src/de.rs and 1 more file: \
             `cargo fetch` brings it, in a project that uses serde 1.0.200",
            "No source of /home/ci/.cargo/git/checkouts/tokio-e1a2/4ecab82/tokio/src/lib.rs: \
             `cargo fetch` brings it, in a project that uses tokio at 4ecab82",
            "No source of /go/pkg/mod/github.com/!me/x@v1.2.3/x.go: \
             `go mod download github.com/Me/x@v1.2.3` brings it",
            "No source of /rustc/ab/library/alloc/src/raw_vec.rs and 2 more files: \
             `rustup component add rust-src` brings it",
            "No source of /usr/local/go/src/fmt/print.go: set GOROOT to a Go installation",
            "No source of app/main.go: \
             set GOROOT to a Go installation, or -source_path to the folder of the module",
            "No source of example.com/app/main.go: set -source_path to the folder of the module",
            "No source of src/main.rs: set -source_path to the folder that has it",
            "No source of /build/vendor/a.b/c/d.go: set -source_path to the folder that has `vendor`",
            "No source of /home/ci/app/main.c: set -source_path to the folder where it is now, \
             and -trim_path to where it was, /home/ci/app",
        ];
        let mut lines: Vec<String> = missing.lines().collect();
        let mut said = said.map(str::to_owned);
        lines.sort();
        said.sort();
        assert_eq!(lines, said);
    }
}
