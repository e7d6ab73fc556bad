//! Sets of labels, as a recorder knows them.

use super::Recorder;
use crate::entry::Outermost;
use crate::platform::labels::table::{Labels, fits};
use crate::row::{Label, LabelSet};

impl Recorder {
    /// The labels of a set, in order of their keys.
    pub fn labels(&self, set: LabelSet) -> Labels<'_> {
        self.labels.labels(&self.region, set)
    }

    /// The set of one label. Nothing if it does not fit, or is new and `enter` refuses.
    pub fn label(&self, enter: fn() -> Option<Outermost>, label: Label<'_>) -> Option<LabelSet> {
        if fits(label) { self.label_set(enter, &[label]) } else { None }
    }

    /// The labels of `outer` and of `inner`, which win where both have a key. Nothing as in
    /// [`label`](Self::label).
    pub fn both_labels(
        &self,
        enter: fn() -> Option<Outermost>,
        outer: LabelSet,
        inner: LabelSet,
    ) -> Option<LabelSet> {
        let [outer, inner] = [outer, inner].map(|set| self.labels.sorted(&self.region, set));
        self.label_set(enter, outer.and(&inner)?.as_slice())
    }

    /// Most are known: only a new one needs the lock, and so the entry.
    fn label_set(
        &self,
        enter: fn() -> Option<Outermost>,
        labels: &[Label<'_>],
    ) -> Option<LabelSet> {
        let known = self.labels.find(&self.region, labels);
        if known.is_some() || self.labels.is_full() {
            return known;
        }
        self.labels.intern(&enter()?, &self.region, labels).ok()
    }
}
