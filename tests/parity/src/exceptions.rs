//! Differences that are meant.

use std::fs;
use std::path::Path;

use crate::case::Case;

/// A known difference. It has a paragraph in COMPATIBILITY.md under its id, and must still differ
/// somewhere, if it is constant: one that no longer does fails the test until it is removed.
#[derive(Debug)]
pub struct Exception {
    /// As in COMPATIBILITY.md.
    pub id: &'static str,
    /// Which cases may differ for this reason.
    pub applies: fn(&Case) -> bool,
    /// Whether both tools give the same answers at every run, so that an exception without a case is out
    /// of date. Not where the reference chooses at random.
    pub is_constant: bool,
}

/// Every exception.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        id: "tied-branches",
        applies: |case| has(case, "-call_tree") && has(case, "-dot"),
        is_constant: false,
    },
    Exception {
        id: "symbols-of-one-address",
        applies: |case| {
            let made = |source: &Path| {
                ["go-profiles", "rust-profiles"]
                    .iter()
                    .any(|m| source.to_string_lossy().contains(m))
            };
            has(case, "-disasm=.") && case.sources.iter().any(|source| made(source))
        },
        is_constant: false,
    },
    Exception { id: "newer-instructions", applies: has_newer_instructions, is_constant: true },
];

/// Whether a case shows machine code of a Go program whose samples are in functions of vectors.
fn has_newer_instructions(case: &Case) -> bool {
    let shown = |words: &str| words.contains("disasm");
    let asked =
        case.flags.iter().any(|flag| shown(flag)) || case.script.as_deref().is_some_and(shown);
    let program = |source: &Path| {
        ["/contention/", "/labels/"].iter().any(|name| source.to_string_lossy().contains(name))
    };
    asked && case.sources.iter().any(|source| program(source))
}

fn has(case: &Case, word: &str) -> bool {
    case.flags.iter().any(|flag| flag == word)
}

/// Checks that COMPATIBILITY.md has a reason for every exception.
///
/// # Errors
/// Names the first that it does not explain.
pub fn documented(root: &Path) -> Result<(), String> {
    let text = fs::read_to_string(root.join("COMPATIBILITY.md")).unwrap_or_default();
    let lacking =
        EXCEPTIONS.iter().find(|exception| !text.contains(&format!("`{}`", exception.id)));
    lacking.map_or(Ok(()), |e| Err(format!("COMPATIBILITY.md does not explain `{}`", e.id)))
}
