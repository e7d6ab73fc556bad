//! Samples from the wire, straight into columns.

use crate::proto::field::{label, sample};
use crate::proto::ids::LargeIds;
use crate::proto::message::TextRefs;
use crate::proto::reader::Reader;
use crate::{Error, Id, Label, LabelValue, Location, Str};

/// The columns of the samples that were read so far, before their ids and texts are resolved.
#[derive(Debug, Default)]
pub struct SampleColumns {
    /// How many values the first sample has.
    pub width: usize,
    /// The first sample with another number of values, and that number.
    pub odd_width: Option<(usize, usize)>,
    /// Every value, sample after sample.
    pub values: Vec<i64>,
    /// Where the stack of a sample ends in `stacks`.
    pub stack_ends: Vec<u32>,
    /// Every location of every stack, as wire ids.
    pub stacks: Vec<Id<Location>>,
    /// The wire ids that `stacks` cannot hold.
    pub large_ids: LargeIds,
    /// Where the labels of a sample end in `labels`.
    pub label_ends: Vec<u32>,
    /// Every label of every sample, as wire indices.
    pub labels: Vec<Label>,
}

impl SampleColumns {
    /// Reads one sample to the end of the columns.
    #[inline]
    pub fn read(&mut self, mut reader: Reader<'_>, texts: &mut TextRefs) -> Result<(), Error> {
        let first_value = self.values.len();
        while let Some(field) = reader.field()? {
            match field.number {
                sample::LOCATION_ID => field.integers(|wire| {
                    self.stacks.push(self.large_ids.keep(wire));
                })?,
                sample::VALUE => {
                    field.integers(|value| self.values.push(value.cast_signed()))?;
                }
                sample::LABEL => self.labels.extend(read_label(field.message()?, texts)?),
                _ => {}
            }
        }
        self.end_row(self.values.len() - first_value);
        Ok(())
    }

    fn end_row(&mut self, values: usize) {
        let row = self.stack_ends.len();
        if row == 0 {
            self.width = values;
        } else if values != self.width && self.odd_width.is_none() {
            self.odd_width = Some((row, values));
        }
        self.stack_ends.push(self.stacks.len() as u32);
        self.label_ends.push(self.labels.len() as u32);
    }
}

/// A label with a text is a text label, one with a number or a unit is numeric. One with neither is
/// dropped: the wire cannot tell a number 0 from its absence.
fn read_label(mut reader: Reader<'_>, texts: &mut TextRefs) -> Result<Option<Label>, Error> {
    let (mut key, mut text, mut number, mut unit) = (Str::ZERO, Str::ZERO, 0, Str::ZERO);
    while let Some(field) = reader.field()? {
        match field.number {
            label::KEY => key = texts.keep(&field)?,
            label::STR => text = texts.keep(&field)?,
            label::NUM => number = field.signed()?,
            label::NUM_UNIT => unit = texts.keep(&field)?,
            _ => {}
        }
    }
    let value = if text != Str::ZERO {
        LabelValue::Text(text)
    } else if number != 0 || unit != Str::ZERO {
        LabelValue::Number { number, unit }
    } else {
        return Ok(None);
    };
    Ok(Some(Label { key, value }))
}
