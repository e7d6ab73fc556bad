//! Stacks without the innermost frames that lie in a certain file.

use super::stacks::cut_stacks;
use crate::{Location, Profile};

/// Cuts the leaves of each stack that lie in mappings whose file `is_cut` names, up to the first that does
/// not. What it was called by is the new leaf. A stack of nothing else stays whole.
///
/// The predicate is asked once for each mapping.
pub fn cut_leaves(profile: &Profile, is_cut: impl FnMut(&[u8]) -> bool) -> Profile {
    let files = profile.mappings.rows().iter().map(|mapping| profile.text(mapping.file));
    let cut: Vec<bool> = files.map(is_cut).collect();
    let is_cut =
        |(location, _): (&Location, _)| location.mapping.is_some_and(|mapping| cut[mapping.row()]);
    let cut: Vec<bool> = profile.locations.iter().map(is_cut).collect();
    let samples = cut_stacks(&profile.samples, |stack| {
        let leaf = stack.iter().position(|id| !cut[id.row()]);
        Some(&stack[leaf.unwrap_or(0)..])
    });
    Profile { samples, ..profile.clone() }
}
