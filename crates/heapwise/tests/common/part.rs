//! Work whose samples carry a label, so that a profile can be compared with the allocator that counts by
//! label too.

use heapwise::{Labels, label};

use super::counting::Counting;

/// A part of a program, with the labels of its samples: a value that goes where the work goes.
pub struct Part {
    number: usize,
    labels: Labels,
}

impl Part {
    /// The part of this number, below [`PARTS`](super::counting::PARTS); its label is `part`.
    pub fn new(number: usize) -> Self {
        Self { number, labels: label("part", number) }
    }

    /// That of this thread now, with all labels in force.
    pub fn current() -> Self {
        Self { number: Counting::part(), labels: Labels::current() }
    }

    /// Does `work` as this part: inside another, it counts in this one only.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        Counting::in_part(self.number, || self.labels.scope(work))
    }
}
