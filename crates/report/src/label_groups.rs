//! The labels of a sample, key by key.

use heapwise_profile::{Label, LabelValue, Str};

/// The values of a label that a sample may carry several times, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group<'a> {
    /// Texts.
    Texts(Str, &'a [Label]),
    /// Numbers.
    Numbers(Str, &'a [Label]),
}

/// Groups the labels of a sample by kind and key. They come sorted that way.
pub(crate) fn groups(labels: &[Label]) -> impl Iterator<Item = Group<'_>> {
    let is_text = |label: &Label| matches!(label.value, LabelValue::Text(_));
    let same = move |a: &Label, b: &Label| a.key == b.key && is_text(a) == is_text(b);
    labels.chunk_by(same).map(move |group| {
        let first = &group[0];
        if is_text(first) {
            Group::Texts(first.key, group)
        } else {
            Group::Numbers(first.key, group)
        }
    })
}
