//! Differences that are meant.

use std::fs;
use std::path::Path;

use crate::case::Case;
use crate::machine_code::{self, SymbolNames};
use crate::tool::Answer;

/// A known difference. It has a paragraph in COMPATIBILITY.md under its id, and must still differ
/// somewhere, if it is constant: one that no longer does fails the test until it is removed.
#[derive(Debug)]
pub struct Exception {
    /// As in COMPATIBILITY.md.
    pub id: &'static str,
    /// Whether this is why two answers differ: all of what differs, and nothing else.
    pub explains: fn(&Differing<'_>) -> bool,
    /// Whether both tools give the same answers at every run, so that an exception without a case is out
    /// of date. Not where the reference chooses at random.
    pub is_constant: bool,
}

/// A case with two answers that differ.
#[derive(Debug)]
pub struct Differing<'a> {
    /// What was asked.
    pub case: &'a Case,
    /// What the reference answered.
    pub theirs: &'a Answer,
    /// What ours did.
    pub ours: &'a Answer,
}

/// Every exception.
pub const EXCEPTIONS: &[Exception] = &[
    Exception { id: "symbols-of-one-address", explains: names_are_open, is_constant: false },
    Exception { id: "newer-instructions", explains: has_newer_instructions, is_constant: true },
];

/// Whether the listings differ in the names of operands that have several.
fn names_are_open(differing: &Differing<'_>) -> bool {
    let program = || SymbolNames::of_profile(differing.case.sources.first()?);
    is_disasm(differing)
        && program().is_some_and(|names| {
            let excused = |theirs: &str, ours: &str| names.leave_open(theirs, ours);
            machine_code::differ_in(&differing.theirs.output, &differing.ours.output, excused)
        })
}

/// Whether the reference crashed on code that ours shows, or shows operands of vectors as bare numbers.
fn has_newer_instructions(differing: &Differing<'_>) -> bool {
    let Differing { theirs, ours, .. } = differing;
    let shown = ours.code == 0 && !ours.output.is_empty();
    let excused = machine_code::is_vector_with_bare_number;
    is_disasm(differing)
        && shown
        && (machine_code::crashed(theirs)
            || machine_code::differ_in(&theirs.output, &ours.output, excused))
}

fn is_disasm(differing: &Differing<'_>) -> bool {
    let case = differing.case;
    let asked = |words: &str| words.contains("disasm");
    case.flags.iter().any(|flag| asked(flag)) || case.script.as_deref().is_some_and(asked)
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
