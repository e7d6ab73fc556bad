//! The label sets that a profile needs, with their texts.

use heapwise_profile::RecordedLabels;
use heapwise_recorder::labels::{self, LabelSet};

/// Each of `sets` once, in order of their numbers, without the empty one.
pub fn recorded(sets: impl Iterator<Item = LabelSet>) -> Vec<RecordedLabels> {
    let mut sets: Vec<LabelSet> = sets.filter(|&set| set != LabelSet::EMPTY).collect();
    sets.sort_unstable();
    sets.dedup();
    let texts = |set| labels::of(set).map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    sets.iter().map(|&set| RecordedLabels { number: set.number(), labels: texts(set) }).collect()
}
