//! What folding keeps, whatever the limits.

use std::collections::HashMap;

use heapwise_profile::{FoldLimits, Profile, encode, fold};
use proptest::prelude::*;

use crate::arbitrary::profile;
use crate::dump::dump;

fn totals(profile: &Profile) -> [i64; 2] {
    let mut totals = [0i64; 2];
    for sample in profile.samples.iter() {
        totals
            .iter_mut()
            .zip(sample.values)
            .for_each(|(sum, value)| *sum = sum.wrapping_add(*value));
    }
    totals
}

/// For each line of text, what lies at or below functions of that name.
fn below(profile: &Profile) -> HashMap<Vec<u8>, [i64; 2]> {
    let mut sums = HashMap::new();
    for sample in profile.samples.iter() {
        let lines = sample.stack.iter().flat_map(|&id| profile.locations.lines(id));
        let name = |line: &heapwise_profile::Line| profile.functions[line.function].name;
        let mut names: Vec<_> = lines.map(|line| profile.text(name(line)).to_vec()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let sum: &mut [i64; 2] = sums.entry(name).or_default();
            sum.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += value.abs());
        }
    }
    sums
}

fn without_signs(mut profile: Profile) -> Profile {
    let samples = std::sync::Arc::make_mut(&mut profile.samples);
    samples.all_values_mut().iter_mut().for_each(|value| *value = value.abs());
    profile
}

proptest! {
    #[test]
    fn totals_are_exact_and_limits_hold(
        profile in profile(),
        samples in 2..12usize,
        depth in 2..10usize,
        bytes in 0..4000usize,
    ) {
        let folded = fold(&profile, FoldLimits { samples, depth, bytes }).unwrap();
        prop_assert_eq!(folded.validate(), Ok(()));
        prop_assert_eq!(totals(&folded), totals(&profile));
        prop_assert!(folded.samples.len() <= samples);
        prop_assert!(folded.samples.iter().all(|sample| sample.stack.len() <= depth));
        prop_assert!(encode(&folded).len() <= bytes || folded.samples.len() <= 2);
        let ids: Vec<u64> = folded.locations.iter().map(|(row, _)| row.id).collect();
        prop_assert!(ids.iter().zip(1..).all(|(id, number)| *id == number));
    }

    #[test]
    fn no_function_gets_more_than_it_had(profile in profile(), samples in 2..12usize) {
        let profile = without_signs(profile);
        let limits = FoldLimits { samples, depth: 100, bytes: usize::MAX };
        let (before, after) = (below(&profile), below(&fold(&profile, limits).unwrap()));
        for (name, sums) in after {
            if name != heapwise_profile::FOLDED {
                let had = before[&name];
                prop_assert!(sums[0] <= had[0] && sums[1] <= had[1], "{:?}", name);
            }
        }
    }

    #[test]
    fn what_is_small_enough_is_only_merged(profile in profile()) {
        let limits = FoldLimits { samples: 100, depth: 100, bytes: usize::MAX };
        let merged = heapwise_profile::merge(&[&profile]).unwrap();
        prop_assert_eq!(dump(&fold(&profile, limits).unwrap()), dump(&merged));
    }

    #[test]
    fn folding_twice_is_folding_once(profile in profile(), samples in 2..12usize) {
        let limits = FoldLimits { samples, depth: 100, bytes: usize::MAX };
        let once = fold(&profile, limits).unwrap();
        prop_assert_eq!(dump(&fold(&once, limits).unwrap()), dump(&once));
    }
}
