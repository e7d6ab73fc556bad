//! What samples are labelled with, and how much of the total each value of a label stands for:
//! `tags`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use heapwise_profile::{FixedState, Label, LabelUnits, LabelValue, Profile, Str, Strings};
use heapwise_units::{label, percentage};

use crate::Input;
use crate::tab_table::write_aligned;
use crate::values::Values;

/// The keys of all labels, sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct Tags {
    /// How values are written: each chooses its own unit, unless the user named one.
    pub values: Values,
    /// The 100 %, in units of the sample type.
    pub total: i64,
    /// The keys.
    pub keys: Vec<TagKey>,
}

/// A key of [`Tags`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagKey {
    /// The key.
    pub key: Vec<u8>,
    /// Its values: by |weight| downward, then by text.
    pub values: Vec<TagValue>,
}

/// A value of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagValue {
    /// The text; numbers are written in their unit, and those with the same text are one value.
    pub text: Vec<u8>,
    /// The value of the samples that carry it, a sum even when means are shown, in units of the
    /// sample type.
    pub weight: i64,
}

impl Tags {
    /// The labels of the samples of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let mut keys: BTreeMap<&[u8], BTreeMap<Vec<u8>, i64>> = BTreeMap::new();
        for (item, weight) in weights(input) {
            let text = text(&item, input.profile, input.label_units, input.style.unit.as_bytes());
            let sum = keys.entry(input.profile.text(item.key)).or_default().entry(text);
            let sum = sum.or_default();
            *sum = sum.wrapping_add(weight);
        }
        Self {
            values: Values::of(input),
            total: input.total,
            keys: keys.into_iter().map(|(key, values)| TagKey::of(key, values)).collect(),
        }
    }

    /// Writes a table for each key.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Vec::new();
        for key in &self.keys {
            self.push_key(key, &mut table);
        }
        write_aligned(&table, out)
    }

    fn push_key(&self, key: &TagKey, table: &mut Vec<u8>) {
        let sum = key.weight();
        for part in [&key.key, &b":\t Total "[..], &self.values.text(sum), b" of "] {
            table.extend_from_slice(part);
        }
        table.extend_from_slice(&self.values.text(self.total));
        table.extend_from_slice(&self.share(sum));
        table.push(b'\n');
        for value in &key.values {
            table.extend_from_slice(b" \t");
            table.extend_from_slice(&self.values.text(value.weight));
            table.extend_from_slice(&self.share(value.weight));
            table.extend_from_slice(b":\t ");
            table.extend_from_slice(&value.text);
            table.push(b'\n');
        }
        table.push(b'\n');
    }

    /// ` (x%)` after a weight; nothing if there is no total to refer to.
    fn share(&self, weight: i64) -> Vec<u8> {
        if self.total <= 0 {
            return Vec::new();
        }
        format!(" ({})", percentage(weight, self.total)).into_bytes()
    }
}

impl TagKey {
    fn of(key: &[u8], values: BTreeMap<Vec<u8>, i64>) -> Self {
        let values = values.into_iter().map(|(text, weight)| TagValue { text, weight });
        let mut values: Vec<TagValue> = values.collect();
        // Stable, so that equal weights stay in the order of their texts.
        values.sort_by_key(|value| Reverse(value.weight.wrapping_abs()));
        Self { key: key.to_vec(), values }
    }

    /// The sum over all values, in units of the sample type. A sample that carries two values counts
    /// twice.
    pub fn weight(&self) -> i64 {
        self.values.iter().map(|value| value.weight).fold(0, i64::wrapping_add)
    }
}

/// Each distinct label and the sum of the samples that carry it; numbers without their units, which
/// the key decides.
fn weights(input: &Input<'_>) -> HashMap<Label, i64, FixedState> {
    let mut weights: HashMap<Label, i64, FixedState> = HashMap::default();
    for sample in input.profile.samples.iter() {
        let value = sample.values.get(input.value.index).copied().unwrap_or(0);
        for &item in sample.labels {
            let sum = weights.entry(without_unit(item)).or_default();
            *sum = sum.wrapping_add(value);
        }
    }
    weights
}

fn without_unit(item: Label) -> Label {
    match item.value {
        LabelValue::Text(_) => item,
        LabelValue::Number { number, .. } => {
            Label { value: LabelValue::Number { number, unit: Strings::EMPTY }, ..item }
        }
    }
}

fn text(item: &Label, profile: &Profile, units: &LabelUnits, to: &[u8]) -> Vec<u8> {
    let from = |key: Str| units.get(key).map_or(&b""[..], |row| &row.unit);
    match item.value {
        LabelValue::Text(text) => profile.text(text).to_vec(),
        LabelValue::Number { number, .. } => label(number, from(item.key), to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn a_table_for_each_key() {
        let expected = "\x20bytes: Total 5MB of 6MB (83.33%)
        5MB (83.33%): 1MB

 lat: Total 1MB of 6MB (16.67%)
      1MB (16.67%): 1.50ms

 user: Total 5MB of 6MB (83.33%)
       5MB (83.33%): alice

";
        let shown = Fixture::heap().show(|input, out| Tags::new(input).write_text(out).unwrap());
        assert_eq!(shown, expected);
    }

    #[test]
    fn values_with_one_text_are_one_value_and_go_by_weight() {
        let values = BTreeMap::from([(b"b".to_vec(), 3), (b"a".to_vec(), 3), (b"c".to_vec(), -4)]);
        let key = TagKey::of(b"k", values);
        let texts: Vec<&[u8]> = key.values.iter().map(|value| &value.text[..]).collect();
        assert_eq!((texts, key.weight()), (vec![&b"c"[..], b"a", b"b"], 2));
    }
}
