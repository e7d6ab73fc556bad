//! Differences that are meant.

use std::fs;
use std::path::Path;

use crate::case::Case;
use crate::machine_code::{self, Reasons, SymbolNames};
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
    /// of date. Not where the reference chooses at random, nor where only files from elsewhere differ.
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
    Exception { id: "more-inputs", explains: is_read_by_ours_only, is_constant: false },
    Exception { id: "largest-ids", explains: has_no_next_id, is_constant: false },
];

/// Whether the listings differ in the names of operands that have several, and in nothing else.
fn names_are_open(differing: &Differing<'_>) -> bool {
    let names_only = Reasons { several_names: true, newer_instruction: false };
    reasons(differing) == Some(names_only)
}

/// Whether the reference crashed on code that ours shows, or does not know instructions in it.
fn has_newer_instructions(differing: &Differing<'_>) -> bool {
    let Differing { theirs, ours, .. } = differing;
    let is_shown = ours.code == 0 && !ours.output.is_empty();
    let crashed = is_disasm(differing) && is_shown && machine_code::crashed(theirs);
    crashed || reasons(differing).is_some_and(|reasons| reasons.newer_instruction)
}

/// Why two listings of machine code differ.
fn reasons(differing: &Differing<'_>) -> Option<Reasons> {
    let Differing { case, theirs, ours } = differing;
    if !is_disasm(differing) || theirs.code != ours.code {
        return None;
    }
    let names = case.sources.first().and_then(|path| SymbolNames::of_profile(path));
    machine_code::reasons(&theirs.output, &ours.output, &names.unwrap_or_default())
}

/// Whether ours reads a dump of jemalloc, or a file of DHAT, which the reference refuses.
fn is_read_by_ours_only(differing: &Differing<'_>) -> bool {
    let Differing { case, theirs, ours } = differing;
    let text = case.sources.first().and_then(|file| fs::read(file).ok()).unwrap_or_default();
    let known = text.starts_with(b"heap_v2/") || contains(&text, b"\"dhatFileVersion\"");
    let refused = contains(&theirs.messages, b"unrecognized profile format");
    known && refused && theirs.code != 0 && ours.code == 0
}

/// Whether the reference found no number for the function of a tag, after the largest there is.
fn has_no_next_id(differing: &Differing<'_>) -> bool {
    let Differing { case, theirs, ours } = differing;
    let tags = ["-tagroot=", "-tagleaf="];
    let asked = case.flags.iter().any(|flag| tags.iter().any(|tag| flag.starts_with(tag)));
    let lacks = contains(&theirs.messages, b"found function with reserved ID=0");
    asked && lacks && theirs.code != 0 && ours.code == 0
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: i32, messages: &str) -> Answer {
        Answer { code, output: Vec::new(), messages: messages.into() }
    }

    #[test]
    fn only_what_the_reference_has_no_number_for_is_excused() {
        let said = "found function with reserved ID=0\n";
        let (failed, fine) = (answer(2, said), answer(0, ""));
        let tagged = Case::new(["-top", "-tagroot=user"], &[]);
        let explains = |case: &Case, theirs: &Answer, ours: &Answer| {
            has_no_next_id(&Differing { case, theirs, ours })
        };
        assert!(explains(&tagged, &failed, &fine));
        assert!(!explains(&Case::new(["-top"], &[]), &failed, &fine));
        assert!(!explains(&tagged, &failed, &failed));
        assert!(!explains(&tagged, &answer(2, "no matches"), &fine));
    }

    #[test]
    fn only_formats_that_ours_adds_are_excused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heap");
        let case = Case::new(["-top"], std::slice::from_ref(&file));
        let (theirs, ours) = (answer(2, "unrecognized profile format\n"), answer(0, ""));
        let explained = |text: &str| {
            fs::write(&file, text).unwrap();
            is_read_by_ours_only(&Differing { case: &case, theirs: &theirs, ours: &ours })
        };
        assert!(explained("heap_v2/524288\n"));
        assert!(!explained("heap profile: 1: 2 [3: 4] @ heap/1\n"));
    }
}
