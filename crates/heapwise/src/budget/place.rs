//! Where the profile of a failed test goes.

use std::env;
use std::path::{Path, PathBuf};

/// Where to try to write, first what is best: beside what the build made, which `cargo clean` removes
/// and no repository has; else where temporary files go.
pub fn folders() -> impl Iterator<Item = PathBuf> {
    let program = env::current_exe().unwrap_or_default();
    let beside = beside(&program).map(|folder| folder.join("budgets"));
    beside.into_iter().chain([env::temp_dir().join("heapwise-budgets")])
}

/// The folder of a build, of a test program in it: `target/debug` of `target/debug/deps/name-hash`.
fn beside(program: &Path) -> Option<&Path> {
    program.parent().filter(|folder| folder.ends_with("deps"))?.parent()
}

/// The same for the same budget of the same test in every run: there are never more files than
/// budgets.
pub fn file_name(line: u32) -> String {
    let program = env::current_exe().unwrap_or_default();
    let thread = std::thread::current();
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    name(&program, thread.name().unwrap_or("unnamed"), line)
}

fn name(program: &str, thread: &str, line: u32) -> String {
    // The compiler's hash says nothing to anybody, and changes.
    let program = program.rsplit_once('-').map_or(program, |(name, _)| name);
    let words = format!("{program}-{thread}");
    let is_plain = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
    let plain = words.chars().map(|character| if is_plain(&character) { character } else { '-' });
    let plain: String = plain.take(150).collect();
    format!("{}-line{line}.pb.gz", plain.replace("--", "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_test_it_was() {
        let long = "x".repeat(1000);
        assert_eq!(
            name("parse-0123abcd", "tests::a_header", 31),
            "parse-tests-a_header-line31.pb.gz"
        );
        assert_eq!(
            name("run", "../../etc/passwd", 1),
            "run-------etc-passwd-line1.pb.gz".replace("------", "---")
        );
        assert!(name("run", &long, u32::MAX).len() < 200);
    }

    #[test]
    fn a_test_program_has_its_profiles_beside_the_build() {
        let found = beside(Path::new("/p/target/debug/deps/parse-0123"));
        assert_eq!(found, Some(Path::new("/p/target/debug")));
        assert_eq!(beside(Path::new("/tmp/rustdoctest/rust_out")), None);
        assert!(folders().count() >= 1);
    }
}
