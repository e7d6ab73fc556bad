//! Selection of samples by their labels, and of labels by their keys.

use std::sync::Arc;

use super::text_match::Predicate;
use crate::{Label, LabelValue, Profile, Sample, Samples, Str, Strings};

/// The samples whose labels satisfy `keep`.
pub fn filter_samples(profile: &Profile, mut keep: impl FnMut(&[Label]) -> bool) -> Profile {
    let mut samples = Samples::new(profile.samples.width());
    profile.samples.iter().filter(|sample| keep(sample.labels)).for_each(|s| samples.push(s));
    Profile { samples: Arc::new(samples), ..profile.clone() }
}

/// All samples, with only the labels whose key satisfies `keep`. The predicate is asked once for
/// each distinct key that a label has.
pub fn filter_label_keys(profile: &Profile, keep: Predicate<'_>) -> Profile {
    let mut kept = vec![None; profile.strings.len()];
    let mut keeps = |key: Str| *kept[key.row()].get_or_insert_with(|| keep(profile.text(key)));
    filter_labels(profile, |label| keeps(label.key))
}

/// All samples, with only the labels that satisfy `keep`.
pub fn filter_labels(profile: &Profile, mut keep: impl FnMut(&Label) -> bool) -> Profile {
    relabel(profile, |labels, left| left.extend(labels.iter().filter(|label| keep(label))))
}

/// All samples, without the labels of this key.
pub fn remove_label(profile: &Profile, key: &[u8]) -> Profile {
    match profile.strings.find(key) {
        Some(key) => relabel(profile, |labels, left| {
            left.extend(labels.iter().filter(|label| label.key != key));
        }),
        None => profile.clone(),
    }
}

/// All samples, with the labels that survive being written: the wire cannot tell a number 0 without a
/// unit from its absence.
pub fn without_lost_labels(profile: &Profile) -> Profile {
    const LOST: LabelValue = LabelValue::Number { number: 0, unit: Strings::EMPTY };
    if profile.samples.all_labels().iter().all(|label| label.value != LOST) {
        return profile.clone();
    }
    relabel(profile, |labels, left| {
        left.extend(labels.iter().filter(|label| label.value != LOST));
    })
}

/// All samples, each with this text as the only text label of this key.
pub fn set_text_label(profile: &Profile, key: &[u8], text: &[u8]) -> Profile {
    let mut strings = Strings::clone(&profile.strings);
    let label = Label { key: strings.intern(key), value: LabelValue::Text(strings.intern(text)) };
    let labelled = relabel(profile, |labels, set| {
        let texts = labels.iter().take_while(|label| matches!(label.value, LabelValue::Text(_)));
        let texts = &labels[..texts.count()];
        let before = texts.partition_point(|label| profile.text(label.key) < key);
        let after = texts.partition_point(|label| profile.text(label.key) <= key);
        set.extend_from_slice(&labels[..before]);
        set.push(label);
        set.extend_from_slice(&labels[after..]);
    });
    Profile { strings: Arc::new(strings), ..labelled }
}

/// All samples, with the labels that `write` appends to an empty list for the labels it is given.
fn relabel(profile: &Profile, mut write: impl FnMut(&[Label], &mut Vec<Label>)) -> Profile {
    let mut samples = Samples::new(profile.samples.width());
    let mut labels = Vec::new();
    for sample in profile.samples.iter() {
        labels.clear();
        write(sample.labels, &mut labels);
        samples.push(Sample { labels: &labels, ..sample });
    }
    Profile { samples: Arc::new(samples), ..profile.clone() }
}
