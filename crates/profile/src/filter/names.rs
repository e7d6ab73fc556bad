//! focus, ignore, hide and show: by the names of functions, of their files and of mappings.

use std::sync::Arc;

use super::text_match::{LocationMatch, Predicate};
use crate::{Id, Line, Location, Locations, Profile, Sample, Samples};

/// What to select by name. A location matches by the name or file of any of its functions, or by
/// the file of its mapping.
#[derive(Clone, Copy, Default)]
pub struct NameFilters<'a> {
    /// Keep the samples with a location that matches.
    pub focus: Option<Predicate<'a>>,
    /// Drop the samples with a location that matches, though they match `focus`.
    pub ignore: Option<Predicate<'a>>,
    /// Remove the lines that match, all lines of a location if its mapping matches.
    pub hide: Option<Predicate<'a>>,
    /// Of what `hide` left, keep only the lines that match, all of them if the mapping matches.
    pub show: Option<Predicate<'a>>,
}

impl std::fmt::Debug for NameFilters<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NameFilters")
            .field("focus", &self.focus.is_some())
            .field("ignore", &self.ignore.is_some())
            .field("hide", &self.hide.is_some())
            .field("show", &self.show.is_some())
            .finish()
    }
}

/// Which of the four found a location that matches, be it in a sample or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameMatches {
    /// `focus` matched a location that `ignore` did not; without `focus`, any such location counts.
    pub focus: bool,
    /// `ignore` matched.
    pub ignore: bool,
    /// `hide` matched.
    pub hide: bool,
    /// `show` kept a line.
    pub show: bool,
}

/// Applies the four filters in one pass, and says which matched.
///
/// A location whose last line is hidden leaves the stacks, and so does, with `show`, one that never
/// had a line; a sample that loses its last location is dropped. Samples without a stack are
/// dropped as soon as one of the four is given.
pub fn filter_names(profile: &Profile, filters: &NameFilters<'_>) -> (Profile, NameMatches) {
    let NameFilters { focus, ignore, hide, show } = filters;
    if [focus, ignore, hide, show].iter().all(|filter| filter.is_none()) {
        return (profile.clone(), NameMatches::default());
    }
    let mut matches = NameMatches::default();
    let verdicts = verdicts(profile, filters, &mut matches);
    let mut selected = profile.clone();
    let mut hidden = Vec::new();
    if hide.is_some() || show.is_some() {
        let locations;
        (locations, hidden) = visible_lines(profile, filters, &mut matches);
        selected.locations = Arc::new(locations);
    }
    selected.samples = Arc::new(select_samples(&profile.samples, &verdicts, &hidden));
    (selected, matches)
}

/// What a location says of the samples that hold it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Drop,
    Keep,
    Neither,
}

fn verdicts(
    profile: &Profile,
    filters: &NameFilters<'_>,
    matches: &mut NameMatches,
) -> Vec<Verdict> {
    let mut focus = filters.focus.map(|predicate| LocationMatch::new(profile, predicate));
    let mut ignore = filters.ignore.map(|predicate| LocationMatch::new(profile, predicate));
    let mut verdict = |location: &Location, lines: &[Line]| {
        if ignore.as_mut().is_some_and(|ignore| ignore.location(location, lines)) {
            matches.ignore = true;
            Verdict::Drop
        } else if focus.as_mut().is_none_or(|focus| focus.location(location, lines)) {
            matches.focus = true;
            Verdict::Keep
        } else {
            Verdict::Neither
        }
    };
    profile.locations.iter().map(|(location, lines)| verdict(location, lines)).collect()
}

/// The locations with the lines that `hide` and `show` leave, and which of them are to leave the
/// stacks.
fn visible_lines(
    profile: &Profile,
    filters: &NameFilters<'_>,
    matches: &mut NameMatches,
) -> (Locations, Vec<bool>) {
    let mut hide = filters.hide.map(|predicate| LocationMatch::new(profile, predicate));
    let mut show = filters.show.map(|predicate| LocationMatch::new(profile, predicate));
    let mut visible = Locations::new();
    let mut hidden = Vec::with_capacity(profile.locations.len());
    let mut left = Vec::new();
    for (location, lines) in profile.locations.iter() {
        left.clear();
        left.extend_from_slice(lines);
        let mut gone = false;
        if let Some(hide) = &mut hide
            && hide.location(location, lines)
        {
            matches.hide = true;
            retain(&mut left, location, hide, false);
            gone = left.is_empty();
        }
        if let Some(show) = &mut show {
            retain(&mut left, location, show, true);
            matches.show |= !left.is_empty();
            gone = left.is_empty();
        }
        visible.push(*location, &left);
        hidden.push(gone);
    }
    (visible, hidden)
}

/// Leaves the lines whose match is `wanted`; the mapping's match holds for all of them.
fn retain(lines: &mut Vec<Line>, location: &Location, by: &mut LocationMatch<'_>, wanted: bool) {
    if by.mapping(location.mapping) {
        lines.truncate(if wanted { lines.len() } else { 0 });
    } else {
        lines.retain(|line| by.line(line) == wanted);
    }
}

/// The samples that the verdicts keep, without hidden locations. `hidden` is empty when nothing is.
fn select_samples(samples: &Samples, verdicts: &[Verdict], hidden: &[bool]) -> Samples {
    let mut selected = Samples::new(samples.width());
    let mut stack = Vec::new();
    for sample in samples.iter().filter(|sample| keeps(sample.stack, verdicts)) {
        stack.clear();
        stack.extend(sample.stack.iter().filter(|id| !hidden.get(id.row()).is_some_and(|&h| h)));
        if !stack.is_empty() {
            selected.push(Sample { stack: &stack, ..sample });
        }
    }
    selected
}

/// Whether a location of the stack keeps the sample and none drops it.
fn keeps(stack: &[Id<Location>], verdicts: &[Verdict]) -> bool {
    let mut kept = false;
    for id in stack {
        match verdicts[id.row()] {
            Verdict::Drop => return false,
            Verdict::Keep => kept = true,
            Verdict::Neither => {}
        }
    }
    kept
}
