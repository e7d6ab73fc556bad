//! Sets of labels, as a recorder knows them.

use super::Recorder;
use crate::entry::Outermost;
use crate::label_table::{LabelSet, Labels, SortedLabels};

impl Recorder {
    /// The labels of a set, in order of their keys.
    pub fn labels(&self, set: LabelSet) -> Labels<'_> {
        self.labels.labels(&self.region, set)
    }

    /// The labels of `outer` and one more, whose value wins if the key is there. Nothing if that does
    /// not fit, or is new and `enter` refuses.
    pub fn with_label(
        &self,
        enter: fn() -> Option<Outermost>,
        outer: LabelSet,
        (key, value): (&[u8], &[u8]),
    ) -> Option<LabelSet> {
        let one = SortedLabels::one(key, value)?;
        if outer == LabelSet::EMPTY {
            return self.label_set(enter, &one);
        }
        self.label_set(enter, &self.labels.sorted(&self.region, outer).and(&one)?)
    }

    /// As [`with_label`](Self::with_label), with a whole set more.
    pub fn with_labels(
        &self,
        enter: fn() -> Option<Outermost>,
        outer: LabelSet,
        inner: LabelSet,
    ) -> Option<LabelSet> {
        let [outer, inner] = [outer, inner].map(|set| self.labels.sorted(&self.region, set));
        self.label_set(enter, &outer.and(&inner)?)
    }

    /// Most are known: only a new one needs the lock, and so the entry.
    fn label_set(
        &self,
        enter: fn() -> Option<Outermost>,
        labels: &SortedLabels<'_>,
    ) -> Option<LabelSet> {
        let known = self.labels.find(&self.region, labels);
        if known.is_some() || self.labels.is_full() {
            return known;
        }
        self.labels.intern(&enter()?, &self.region, labels).ok()
    }
}
