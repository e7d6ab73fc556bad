//! show_from: stacks from the outermost location that matches.

use super::stacks::{cut_lines, cut_stacks};
use super::text_match::{LocationMatch, Predicate};
use crate::Profile;

/// Cuts each stack above its outermost location that matches, and drops the samples without one.
/// Returns whether any location matched, be it in a sample or not.
///
/// A location matches as in [`filter_names`](crate::filter_names); when a line matches, the lines
/// outside the outermost such line are cut off as well.
pub fn show_from(profile: &Profile, predicate: Predicate<'_>) -> (Profile, bool) {
    let mut by = LocationMatch::new(profile, predicate);
    let mut matched = Vec::with_capacity(profile.locations.len());
    let locations = cut_lines(&profile.locations, |location, lines| {
        let in_mapping = by.mapping(location.mapping);
        let outermost = lines.iter().rposition(|line| by.line(line));
        matched.push(in_mapping || outermost.is_some());
        match outermost {
            Some(line) if !in_mapping => 0..line + 1,
            _ => 0..lines.len(),
        }
    });
    let samples = cut_stacks(&profile.samples, |stack| {
        stack.iter().rposition(|id| matched[id.row()]).map(|root| &stack[..=root])
    });
    let any = matched.contains(&true);
    (Profile { locations, samples, ..profile.clone() }, any)
}
