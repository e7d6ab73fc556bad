//! Pruning: what a profile's `drop_frames` and `keep_frames` leave of its stacks.

use crate::filter::{Predicate, SimpleNames, cut_lines, cut_stacks};
use crate::{Line, Profile};

/// Drops the frames that match `drop` but not `keep`, with all they call, from each stack.
///
/// The predicates see names without their arguments, and must match them whole. Frames at the root
/// are left alone up to the first that stays by its name, so that no stack loses all its frames.
/// A location is cut within its inlined lines when the outermost line stays.
pub fn prune(profile: &Profile, drop: Predicate<'_>, keep: Option<Predicate<'_>>) -> Profile {
    let mut dropped = SimpleNames::new(profile, drop);
    let mut kept = keep.map(|keep| SimpleNames::new(profile, keep));
    let mut matches =
        |line: &Line| dropped.line(line) && !kept.as_mut().is_some_and(|kept| kept.line(line));
    let mut cuts = Vec::with_capacity(profile.locations.len());
    let locations = cut_lines(&profile.locations, |_, lines| {
        let outermost = lines.iter().rposition(&mut matches);
        let (cut, from) = match outermost {
            None => (Cut::Nothing, 0),
            Some(line) if line + 1 == lines.len() => (Cut::Whole, 0),
            Some(line) => (Cut::Below, line + 1),
        };
        cuts.push(cut);
        from..lines.len()
    });
    let samples = cut_stacks(&profile.samples, |stack| {
        let cut = |row: usize| cuts[stack[row].row()];
        let user = (0..stack.len()).rev().find(|&row| cut(row) == Cut::Nothing).unwrap_or(0);
        let first = (0..user).rev().find(|&row| cut(row) != Cut::Nothing);
        Some(match first {
            None => stack,
            Some(row) if cut(row) == Cut::Whole => &stack[row + 1..],
            Some(row) => &stack[row..],
        })
    });
    Profile { locations, samples, ..profile.clone() }
}

/// What a location cuts off the stacks that hold it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Nothing,
    /// Itself and all it calls.
    Whole,
    /// All it calls: its own lines are cut already.
    Below,
}

#[cfg(test)]
mod tests {
    use crate::test_profile::{TestProfile, stacks};
    use crate::{Profile, prune};

    fn pruned(frames: &[&str]) -> String {
        let profile = TestProfile::counting().sample(frames, &[1]).build();
        let pruned = prune_allocators(&profile);
        stacks(&pruned).join(";").trim_end_matches(": 1").to_owned()
    }

    fn prune_allocators(profile: &Profile) -> Profile {
        let drop = |name: &[u8]| {
            [&b"malloc"[..], b"operator new"].contains(&name) || name.starts_with(b"tc_")
        };
        prune(profile, &drop, Some(&|name| name == b"tc_keep"))
    }

    #[test]
    fn frames_go_with_all_they_call() {
        assert_eq!(pruned(&["malloc", "foo", "main"]), "foo main");
        assert_eq!(pruned(&["x", "tc_a", "tc_b", "foo", "main"]), "foo main");
        assert_eq!(pruned(&["y", "operator new(unsigned long)", "main"]), "main");
        assert_eq!(pruned(&[".malloc", "main"]), "main");
    }

    #[test]
    fn frames_at_the_root_stay_until_one_stays_by_its_name() {
        assert_eq!(pruned(&["malloc", "tc_a"]), "malloc tc_a");
        assert_eq!(pruned(&["foo", "malloc"]), "foo malloc");
        assert_eq!(pruned(&["z", "malloc", "foo", "tc_a"]), "foo tc_a");
        assert_eq!(pruned(&["malloc", "?"]), "?");
        assert_eq!(pruned(&[]), "");
    }

    #[test]
    fn kept_frames_stay() {
        assert_eq!(pruned(&["leaf", "tc_keep", "main"]), "leaf tc_keep main");
        assert_eq!(pruned(&["tc_keep+malloc+o", "main"]), "o main");
        assert_eq!(pruned(&["q", "malloc+tc_keep+o", "main"]), "tc_keep+o main");
    }

    #[test]
    fn inlined_frames_are_cut_within_their_location() {
        assert_eq!(pruned(&["in+malloc+outer", "main"]), "outer main");
        assert_eq!(pruned(&["malloc+tc_b", "main"]), "main");
        assert_eq!(pruned(&["u", "malloc+outer", "in+malloc+outer", "main"]), "outer main");
        assert_eq!(pruned(&["main", "in+malloc+outer"]), "main outer");
    }

    #[test]
    fn a_function_without_a_name_is_never_dropped() {
        let profile = TestProfile::counting().sample(&["foo", ""], &[1]).build();
        assert_eq!(stacks(&prune(&profile, &|_| true, None)), [": 1"]);
        assert_eq!(prune(&profile, &|_| true, None).samples.stack(0).len(), 1);
    }
}
