//! Samples: stacks, values and labels in columns.

use crate::{Id, Location, Str};

/// A key and a value on a sample. A key may occur several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The name of the label.
    pub key: Str,
    /// What it says.
    pub value: LabelValue,
}

/// The value of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelValue {
    /// Text.
    Text(Str),
    /// A number and its unit; an empty unit means that none was given.
    Number {
        /// The number.
        number: i64,
        /// The unit, empty if none.
        unit: Str,
    },
}

/// One row of [`Samples`].
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The locations of the stack, leaf first, root last.
    pub stack: &'a [Id<Location>],
    /// One value for each sample type of the profile.
    pub values: &'a [i64],
    /// Text labels sorted by key, then numeric labels sorted by key; order on the wire within a key.
    pub labels: &'a [Label],
}

/// The table of samples, in columns: about `4 * depth + 8 * types + 8 + 24 * labels` bytes a sample.
///
/// Every row has the same number of values, given at construction: [`Samples::push`] pads a
/// shorter slice with zeros and cuts a longer one.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    pub(crate) width: usize,
    pub(crate) values: Vec<i64>,
    pub(crate) stack_ends: Vec<u32>,
    pub(crate) stacks: Vec<Id<Location>>,
    pub(crate) label_ends: Vec<u32>,
    pub(crate) labels: Vec<Label>,
}

impl Samples {
    /// A table without rows, for samples of `width` values each.
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// The number of values of a sample: the number of sample types.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.stack_ends.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.stack_ends.is_empty()
    }

    /// Appends a sample.
    pub fn push(&mut self, sample: Sample<'_>) {
        self.stacks.extend_from_slice(sample.stack);
        self.stack_ends.push(saturate(self.stacks.len()));
        let given = sample.values.len().min(self.width);
        self.values.extend_from_slice(&sample.values[..given]);
        self.values.resize(self.stack_ends.len() * self.width, 0);
        self.labels.extend_from_slice(sample.labels);
        self.label_ends.push(saturate(self.labels.len()));
    }

    /// The sample in row `row`.
    #[inline]
    pub fn get(&self, row: usize) -> Sample<'_> {
        Sample { stack: self.stack(row), values: self.values(row), labels: self.labels(row) }
    }

    /// The stack of row `row`, leaf first.
    #[inline]
    pub fn stack(&self, row: usize) -> &[Id<Location>] {
        &self.stacks[start(&self.stack_ends, row)..self.stack_ends[row] as usize]
    }

    /// The values of row `row`, one for each sample type.
    #[inline]
    pub fn values(&self, row: usize) -> &[i64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The labels of row `row`.
    #[inline]
    pub fn labels(&self, row: usize) -> &[Label] {
        &self.labels[start(&self.label_ends, row)..self.label_ends[row] as usize]
    }

    /// The samples in order.
    pub fn iter(&self) -> impl Iterator<Item = Sample<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Every value, sample after sample.
    pub fn all_values(&self) -> &[i64] {
        &self.values
    }

    /// Every value, sample after sample, to change in place.
    pub fn all_values_mut(&mut self) -> &mut [i64] {
        &mut self.values
    }

    /// Every label of every sample, in order.
    pub fn all_labels(&self) -> &[Label] {
        &self.labels
    }
}

#[inline]
fn start(ends: &[u32], row: usize) -> usize {
    if row == 0 { 0 } else { ends[row - 1] as usize }
}

/// Columns hold fewer than 2^32 entries: readers refuse larger inputs before they get here.
fn saturate(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
