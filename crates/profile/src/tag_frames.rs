//! tagroot and tagleaf: label values as frames.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{
    FixedState, Function, Id, Label, LabelValue, Line, Location, Locations, Profile, Sample,
    Samples, Str, Strings, Table,
};

/// Formats the number of a label. The unit is that of the label, empty if it has none, and absent
/// if no number of the same key on the same sample has a unit.
pub type FormatNumber<'a> = &'a dyn Fn(i64, Option<&[u8]>) -> Vec<u8>;

/// Whether a sample has a label of one of the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagMatches {
    /// Of the root keys.
    pub root: bool,
    /// Of the leaf keys.
    pub leaf: bool,
}

/// Adds to each stack one frame for each key of `roots` above the root, and one for each key of
/// `leaves` below the leaf; both lists are outermost first.
///
/// The frame's function is named after the values of the label, texts before numbers, joined by
/// commas, and its file is the key. A sample without the label gets a frame with an empty name.
pub fn tag_frames(
    profile: &Profile,
    roots: &[&[u8]],
    leaves: &[&[u8]],
    format: FormatNumber<'_>,
) -> (Profile, TagMatches) {
    if roots.is_empty() && leaves.is_empty() {
        return (profile.clone(), TagMatches::default());
    }
    let mut frames = Frames::new(profile, format);
    let inner_first = |keys: &[&[u8]], frames: &mut Frames<'_>| -> Vec<Str> {
        keys.iter().rev().map(|key| frames.strings.intern(key)).collect()
    };
    let roots = inner_first(roots, &mut frames);
    let leaves = inner_first(leaves, &mut frames);
    let mut matches = TagMatches::default();
    let mut samples = Samples::new(profile.samples.width());
    let (mut stack, mut outer) = (Vec::new(), Vec::new());
    for sample in profile.samples.iter() {
        stack.clear();
        outer.clear();
        matches.root |= frames.append(&roots, sample.labels, &mut outer);
        matches.leaf |= frames.append(&leaves, sample.labels, &mut stack);
        stack.extend_from_slice(sample.stack);
        stack.extend_from_slice(&outer);
        samples.push(Sample { stack: &stack, ..sample });
    }
    (Profile { samples: Arc::new(samples), ..frames.into_profile(profile) }, matches)
}

/// The tables of a profile as frames are added to them: one for each distinct name and key.
struct Frames<'a> {
    format: FormatNumber<'a>,
    strings: Strings,
    functions: Table<Function>,
    locations: Locations,
    next_function_id: u64,
    next_location_id: u64,
    known: HashMap<(Str, Str), Id<Location>, FixedState>,
    name: Vec<u8>,
}

impl<'a> Frames<'a> {
    fn new(profile: &Profile, format: FormatNumber<'a>) -> Self {
        Self {
            format,
            strings: Strings::clone(&profile.strings),
            functions: Table::clone(&profile.functions),
            locations: Locations::clone(&profile.locations),
            next_function_id: free_ids(profile.functions.rows().iter().map(|row| row.id)),
            next_location_id: free_ids(profile.locations.iter().map(|(row, _)| row.id)),
            known: HashMap::default(),
            name: Vec::new(),
        }
    }

    /// Appends a frame for each key to the stack; returns whether any of them names something.
    fn append(&mut self, keys: &[Str], labels: &[Label], stack: &mut Vec<Id<Location>>) -> bool {
        let mut named = false;
        for &key in keys {
            self.write_name(key, labels);
            named |= !self.name.is_empty();
            let name = self.strings.intern(&self.name);
            stack.push(self.frame(name, key));
        }
        named
    }

    fn write_name(&mut self, key: Str, labels: &[Label]) {
        self.name.clear();
        let of_key = || labels.iter().filter(|label| label.key == key).map(|label| label.value);
        let has_unit = of_key().any(
            |value| matches!(value, LabelValue::Number { unit, .. } if unit != Strings::EMPTY),
        );
        for (nth, value) in of_key().enumerate() {
            if nth > 0 {
                self.name.push(b',');
            }
            match value {
                LabelValue::Text(text) => self.name.extend_from_slice(self.strings.get(text)),
                LabelValue::Number { number, unit } => {
                    let unit = has_unit.then(|| self.strings.get(unit));
                    self.name.extend((self.format)(number, unit));
                }
            }
        }
    }

    fn frame(&mut self, name: Str, file: Str) -> Id<Location> {
        if let Some(&known) = self.known.get(&(name, file)) {
            return known;
        }
        let id = self.next_function_id;
        let function = self.functions.push(Function { id, name, file, ..Function::default() });
        let location = Location { id: self.next_location_id, ..Location::default() };
        let frame = self.locations.push(location, &[Line { function, line: 0, column: 0 }]);
        self.next_function_id += 1;
        self.next_location_id += 1;
        self.known.insert((name, file), frame);
        frame
    }

    fn into_profile(self, profile: &Profile) -> Profile {
        Profile {
            strings: Arc::new(self.strings),
            functions: Arc::new(self.functions),
            locations: Arc::new(self.locations),
            ..profile.clone()
        }
    }
}

/// More ids than frames can be added: each has a row of 32 bits.
const ENOUGH: u64 = 1 << 32;

/// The first of [`ENOUGH`] ids in a row that nothing has: after the largest, or else in the first gap.
fn free_ids(ids: impl Iterator<Item = u64>) -> u64 {
    let mut ids: Vec<u64> = std::iter::once(0).chain(ids).collect();
    let largest = ids.iter().copied().max().unwrap_or(0);
    if largest < u64::MAX - ENOUGH {
        return largest + 1;
    }
    ids.sort_unstable();
    let gap = ids.windows(2).find(|pair| pair[1] - pair[0] > ENOUGH);
    gap.map_or(1, |pair| pair[0] + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::{TestProfile, stacks};

    fn plain(number: i64, unit: Option<&[u8]>) -> Vec<u8> {
        match unit {
            None => number.to_string().into_bytes(),
            Some(unit) => format!("{number}[{}]", String::from_utf8_lossy(unit)).into_bytes(),
        }
    }

    fn labelled() -> Profile {
        TestProfile::counting()
            .sample(&["work", "main"], &[1])
            .text("user", "bob")
            .text("user", "alice")
            .number("size", 7, "")
            .number("size", 8, "kb")
            .sample(&["work", "main"], &[2])
            .number("size", 9, "")
            .number("user", 5, "")
            .sample(&[], &[3])
            .build()
    }

    #[test]
    fn frames_of_tags_have_numbers_after_the_largest() {
        assert_eq!(free_ids([].into_iter()), 1);
        assert_eq!(free_ids([7, 3].into_iter()), 8);
        assert_eq!(free_ids([1, u64::MAX, 2].into_iter()), 3);
        assert_eq!(free_ids([1 << 40, u64::MAX - 1].into_iter()), 1);
        let mut profile = labelled();
        let mut functions: Vec<Function> = profile.functions.rows().to_vec();
        functions[0].id = u64::MAX;
        profile.functions = Arc::new(functions.into_iter().collect());
        let (framed, _) = tag_frames(&profile, &[b"user"], &[], &plain);
        let mut ids: Vec<u64> = framed.functions.rows().iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), framed.functions.len());
        assert!(!ids.contains(&0));
    }

    #[test]
    fn the_first_key_is_outermost() {
        let (framed, matches) =
            tag_frames(&labelled(), &[b"user", b"size"], &[b"size", b"user"], &plain);
        let expected = [
            "bob,alice 7[],8[kb] work main 7[],8[kb] bob,alice: 1",
            "5 9 work main 9 5: 2",
            "   : 3",
        ];
        assert_eq!(stacks(&framed), expected);
        assert_eq!(matches, TagMatches { root: true, leaf: true });
    }

    #[test]
    fn a_frame_is_one_location_with_the_key_as_its_file() {
        let (framed, matches) = tag_frames(&labelled(), &[b"absent"], &[], &plain);
        assert_eq!(matches, TagMatches::default());
        let added = framed.samples.stack(0)[2];
        assert_eq!(framed.samples.stack(2), [added]);
        assert_eq!(framed.locations.get(added).id, 3);
        let function = framed.functions[framed.locations.lines(added)[0].function];
        assert_eq!((function.id, function.name), (3, Strings::EMPTY));
        assert_eq!(framed.text(function.file), b"absent");
    }

    #[test]
    fn frames_are_numbered_from_the_root_keys_inner_first() {
        let (framed, _) = tag_frames(&labelled(), &[b"user", b"size"], &[b"x"], &plain);
        let ids: Vec<_> = (framed.samples.stack(0).iter())
            .map(|&location| framed.locations.get(location).id)
            .collect();
        assert_eq!(ids, [5, 1, 2, 3, 4]);
    }

    #[test]
    fn without_keys_nothing_is_copied() {
        let profile = labelled();
        let (same, _) = tag_frames(&profile, &[], &[], &plain);
        assert!(Arc::ptr_eq(&profile.samples, &same.samples));
    }
}
