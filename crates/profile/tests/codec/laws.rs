//! What holds for every profile.

use std::collections::BTreeMap;

use heapwise_profile::{Id, Location, Profile, Str, decode, encode, merge, negate, scale};
use proptest::prelude::*;

use crate::arbitrary::profile;
use crate::dump::dump;

/// The values of each sample, by what merging compares it by. Samples without value do not count.
fn content(profile: &Profile) -> BTreeMap<String, Vec<i64>> {
    let mut sums = BTreeMap::new();
    for sample in profile.samples.iter() {
        let stack: Vec<String> = sample.stack.iter().map(|&id| location(profile, id)).collect();
        let label = |label: &heapwise_profile::Label| {
            let key = profile.text(label.key);
            match label.value {
                heapwise_profile::LabelValue::Text(text) => {
                    format!("{key:?} {:?}", profile.text(text))
                }
                heapwise_profile::LabelValue::Number { number, unit } => {
                    format!("{key:?} {number} {:?}", profile.text(unit))
                }
            }
        };
        let labels: Vec<String> = sample.labels.iter().map(label).collect();
        let key = format!("{stack:?} {labels:?}");
        let sum = sums.entry(key).or_insert_with(|| vec![0i64; sample.values.len()]);
        for (sum, value) in sum.iter_mut().zip(sample.values) {
            *sum = sum.wrapping_add(*value);
        }
    }
    sums.retain(|_, values| values.iter().any(|&value| value != 0));
    sums
}

fn location(profile: &Profile, id: Id<Location>) -> String {
    let row = profile.locations.get(id);
    let text = |text: Str| profile.text(text).to_vec();
    let mapping = row.mapping.map(|id| &profile.mappings[id]);
    let key = mapping.map(|mapping| {
        let size = mapping.limit.0.wrapping_sub(mapping.start.0).wrapping_add(4095) / 4096;
        let build_id = text(mapping.build_id);
        (size, mapping.offset, if build_id.is_empty() { text(mapping.file) } else { build_id })
    });
    let frames = profile.locations.lines(id).iter().map(|line| {
        let function = profile.functions[line.function];
        let names = [function.name, function.system_name, function.file].map(text);
        (names, function.start_line, line.line, line.column)
    });
    let frames: Vec<_> = frames.collect();
    let relative = row.address.0.wrapping_sub(mapping.map_or(0, |mapping| mapping.start.0));
    format!("{relative} {key:?} {} {frames:?}", row.folded)
}

fn merged(profiles: &[&Profile]) -> Profile {
    let merged = merge(profiles).expect("the generated profiles have the same types");
    assert_eq!(merged.validate(), Ok(()));
    merged
}

proptest! {
    #[test]
    fn decoding_what_was_encoded_gives_the_same_profile(profile in profile()) {
        prop_assert_eq!(profile.validate(), Ok(()));
        let decoded = decode(&encode(&profile)).unwrap();
        prop_assert_eq!(dump(&decoded), dump(&profile));
        prop_assert_eq!(encode(&decoded), encode(&profile));
    }

    #[test]
    fn merging_keeps_every_value(a in profile(), b in profile()) {
        let mut sum = content(&a);
        for (key, values) in content(&b) {
            let sums = sum.entry(key).or_insert_with(|| vec![0; 2]);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = sum.wrapping_add(value);
            }
        }
        sum.retain(|_, values| values.iter().any(|&value| value != 0));
        let merged = merged(&[&a, &b]);
        prop_assert_eq!(content(&merged), sum);
        let no_sample_is_empty =
            merged.samples.iter().all(|sample| sample.values.iter().any(|&value| value != 0));
        prop_assert!(no_sample_is_empty);
    }

    #[test]
    fn the_order_of_merging_does_not_matter(a in profile(), b in profile(), c in profile()) {
        let all = content(&merged(&[&a, &b, &c]));
        prop_assert_eq!(&content(&merged(&[&c, &b, &a])), &all);
        prop_assert_eq!(&content(&merged(&[&merged(&[&a, &b]), &c])), &all);
        prop_assert_eq!(&content(&merged(&[&a, &merged(&[&b, &c])])), &all);
    }

    #[test]
    fn merging_what_was_merged_changes_nothing(a in profile(), b in profile()) {
        let once = merged(&[&a, &b]);
        prop_assert_eq!(encode(&merged(&[&once])), encode(&once));
    }

    #[test]
    fn a_profile_minus_itself_is_empty(profile in profile()) {
        let difference = merged(&[&profile, &negate(&profile)]);
        prop_assert_eq!(difference.samples.len(), 0);
        prop_assert_eq!(difference.locations.len(), 0);
        prop_assert_eq!(difference.functions.len(), 0);
    }

    #[test]
    fn twice_a_profile_is_its_merge_with_itself(profile in profile()) {
        let twice = scale(&profile, &[2.0, 2.0]);
        prop_assert_eq!(content(&twice), content(&merged(&[&profile, &profile])));
    }
}
