//! prune_from: stacks down to the innermost frame that matches.

use super::stacks::{cut_lines, cut_stacks};
use super::text_match::{Predicate, SimpleNames};
use crate::Profile;

/// Cuts each stack below its innermost location with a function that matches, which stays; inlined
/// lines within such a location are cut below the innermost that matches.
///
/// The predicate sees names without their arguments. Stacks without a match stay whole.
pub fn prune_from(profile: &Profile, predicate: Predicate<'_>) -> Profile {
    let mut names = SimpleNames::new(profile, predicate);
    let mut matched = Vec::with_capacity(profile.locations.len());
    let locations = cut_lines(&profile.locations, |_, lines| {
        let innermost = lines.iter().position(|line| names.line(line));
        matched.push(innermost.is_some());
        innermost.unwrap_or(0)..lines.len()
    });
    let samples = cut_stacks(&profile.samples, |stack| {
        let leaf = stack.iter().position(|id| matched[id.row()]);
        Some(&stack[leaf.unwrap_or(0)..])
    });
    Profile { locations, samples, ..profile.clone() }
}
