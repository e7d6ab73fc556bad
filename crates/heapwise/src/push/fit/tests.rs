#[path = "../../../../profile/tests/codec/arbitrary.rs"]
mod arbitrary;

use std::sync::Arc;

use heapwise_profile::{FoldLimits, Recorded, RecordedLabels, RecordedRow, encode};
use proptest::prelude::*;

use super::*;
use crate::push::receiver::{PARCA, PYROSCOPE};

/// The names of the labels of a profile with these, as it is sent.
fn kept(names: &[&str], receiver: &Receiver, series: &[&str]) -> Vec<String> {
    let pair = |name: &&str| (name.as_bytes().to_vec(), b"value".to_vec());
    let labels = names.iter().map(pair).collect();
    let row = RecordedRow { stack: 1, labels: 1, size: 8, values: [1; 6] };
    let label_sets = vec![RecordedLabels { number: 1, labels }];
    let recorded = Recorded { rows: vec![row], label_sets, ..Recorded::default() };
    let profile = recorded.profile(|stack, frames| frames.push(u64::from(stack)));
    let series: Vec<_> = series.iter().map(|name| ((*name).into(), "x".into())).collect();
    let fitted = fit(&profile, receiver, &series).unwrap();
    let labels = fitted.samples.labels(0).iter();
    labels.map(|label| String::from_utf8_lossy(fitted.text(label.key)).into_owned()).collect()
}

#[test]
fn labels_of_samples_must_be_names_of_labels() {
    let names = ["a", "b.c", "9", "__name__", "env", "ö", "tenant"];
    assert_eq!(kept(&names, &PYROSCOPE, &["env"]), ["a", "tenant"]);
    assert_eq!(kept(&names, &PARCA, &["env"]), ["bytes", "a", "tenant"]);
}

#[test]
fn a_text_of_the_name_of_a_number_is_kept_where_there_is_no_number() {
    assert_eq!(kept(&["bytes"], &PYROSCOPE, &[]), ["bytes"]);
    assert_eq!(kept(&["bytes"], &PARCA, &[]), ["bytes"]);
    assert_eq!(kept(&["bytes"], &PYROSCOPE, &["bytes"]), [""; 0]);
}

#[test]
fn a_series_has_no_more_labels_than_servers_take() {
    let names: Vec<String> = (10..40).map(|number| format!("n{number}")).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    assert_eq!(kept(&names, &PYROSCOPE, &["a", "b"]).len(), 26);
}
fn totals(profile: &Profile) -> Vec<i64> {
    let mut totals = vec![0i64; profile.samples.width()];
    for sample in profile.samples.iter() {
        let sums = totals.iter_mut().zip(sample.values);
        sums.for_each(|(sum, value)| *sum = sum.wrapping_add(*value));
    }
    totals
}

proptest! {
    /// Whatever is in the profile, also values at the ends of their range.
    #[test]
    fn servers_take_what_is_fitted_and_totals_are_exact(
        mut profile in arbitrary::profile(),
        shift in prop_oneof![Just(0), Just(10)],
        takes_numbers in any::<bool>(),
        samples in 2..12usize,
        depth in 2..10usize,
        bytes in 0..4000usize,
    ) {
        let values = Arc::make_mut(&mut profile.samples).all_values_mut();
        values.iter_mut().for_each(|value| *value <<= shift);
        let limits = FoldLimits { samples, depth, bytes };
        let receiver = Receiver { takes_numbers, limits, ..PARCA };
        let series: Vec<_> = (0..MOST - 1).map(|n| (format!("tenant{n}"), "x".into())).collect();
        let fitted = fit(&profile, &receiver, &series).unwrap();
        prop_assert_eq!(fitted.validate(), Ok(()));
        prop_assert_eq!(totals(&fitted), totals(&profile));
        prop_assert!(fitted.samples.len() <= samples);
        prop_assert!(fitted.samples.iter().all(|sample| sample.stack.len() <= depth));
        prop_assert!(encode(&fitted).len() <= bytes || fitted.samples.len() <= 2);
        let mut names = BTreeSet::new();
        for label in fitted.samples.all_labels() {
            let key = fitted.text(label.key);
            match label.value {
                LabelValue::Text(_) => {
                    prop_assert!(labels::is_own_name(key) && !(takes_numbers && key == SIZE));
                    names.insert(key);
                }
                LabelValue::Number { .. } => prop_assert!(takes_numbers && key == SIZE),
            }
        }
        prop_assert!(names.len() <= 1, "{} labels are of the series", series.len());
    }
}
