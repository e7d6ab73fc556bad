//! The label sets that a profile needs, with their texts.

use heapwise_profile::{RecordedLabels, StackLabel};
use heapwise_recorder::labels::{self, LabelSet};

/// Each of `sets` once, in order of their numbers, without the empty one.
pub fn recorded(sets: impl Iterator<Item = LabelSet>) -> Vec<RecordedLabels> {
    let mut sets: Vec<LabelSet> = sets.filter(|&set| set != LabelSet::EMPTY).collect();
    sets.sort_unstable();
    sets.dedup();
    let texts = |set| labels::of(set).map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    sets.iter().map(|&set| RecordedLabels { number: set.number(), labels: texts(set) }).collect()
}

/// The labels of a set, for one row.
pub fn of_row(set: LabelSet) -> Vec<(Vec<u8>, StackLabel)> {
    labels::of(set).map(|(key, value)| (key.to_vec(), StackLabel::Text(value.to_vec()))).collect()
}
