//! The unit of each numeric label.

use std::collections::{HashMap, HashSet};

use crate::{FixedState, LabelValue, Profile, Str, Strings};

/// The unit in which the numbers of a label are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelUnit {
    /// The key of the label.
    pub key: Str,
    /// The first unit that a sample gives; without one, `bytes` for the keys `alignment` and
    /// `request`, and the key itself for others.
    pub unit: Vec<u8>,
    /// The other units that samples give, sorted: their numbers are misread.
    pub ignored: Vec<Vec<u8>>,
}

/// The units of all numeric labels of a profile.
#[derive(Clone, Debug, Default)]
pub struct LabelUnits {
    rows: Vec<LabelUnit>,
    by_key: HashMap<Str, usize, FixedState>,
}

impl LabelUnits {
    /// The unit of a key, if a sample has a numeric label of that key. The key is that of the
    /// profile, or of one made from it.
    pub fn get(&self, key: Str) -> Option<&LabelUnit> {
        self.by_key.get(&key).map(|&row| &self.rows[row])
    }

    /// All units, sorted by the text of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &LabelUnit> {
        self.rows.iter()
    }
}

/// Decides the unit of each numeric label, over the samples in order.
pub fn label_units(profile: &Profile) -> LabelUnits {
    let mut given: HashMap<Str, Vec<Str>, FixedState> = HashMap::default();
    let mut seen: HashSet<(Str, Str), FixedState> = HashSet::default();
    for label in profile.samples.all_labels() {
        let LabelValue::Number { unit, .. } = label.value else { continue };
        if seen.insert((label.key, unit)) {
            let units = given.entry(label.key).or_default();
            units.extend(Some(unit).filter(|&unit| unit != Strings::EMPTY));
        }
    }
    let mut rows: Vec<_> = given.iter().map(|(&key, units)| decide(profile, key, units)).collect();
    rows.sort_unstable_by_key(|row| profile.text(row.key));
    let by_key = rows.iter().enumerate().map(|(row, unit)| (unit.key, row)).collect();
    LabelUnits { rows, by_key }
}

/// The unit of `key` when samples give these distinct `units`, in this order.
fn decide(profile: &Profile, key: Str, units: &[Str]) -> LabelUnit {
    let text = |id: Str| profile.text(id).to_vec();
    let Some((&first, others)) = units.split_first() else {
        let unit = match profile.text(key) {
            b"alignment" | b"request" => b"bytes".to_vec(),
            key => key.to_vec(),
        };
        return LabelUnit { key, unit, ignored: Vec::new() };
    };
    let mut ignored: Vec<_> = others.iter().copied().map(text).collect();
    ignored.sort_unstable();
    LabelUnit { key, unit: text(first), ignored }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::TestProfile;

    fn unit_of(profile: &Profile, key: &str) -> (String, Vec<String>) {
        let units = label_units(profile);
        let row = units.get(profile.strings.find(key.as_bytes()).unwrap()).unwrap();
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        (text(&row.unit), row.ignored.iter().map(text).collect())
    }

    #[test]
    fn the_first_unit_given_decides() {
        let profile = TestProfile::counting()
            .sample(&["main"], &[1])
            .number("size", 1, "")
            .number("size", 2, "kb")
            .sample(&["main"], &[1])
            .number("size", 2, "s")
            .number("size", 2, "bytes")
            .number("size", 2, "kb")
            .build();
        assert_eq!(unit_of(&profile, "size"), ("kb".into(), vec!["bytes".into(), "s".into()]));
    }

    #[test]
    fn a_key_without_a_unit_is_its_own_unit() {
        let profile = TestProfile::counting()
            .sample(&["main"], &[1])
            .number("request", 1, "")
            .number("alignment", 1, "")
            .number("thread", 1, "")
            .text("user", "x")
            .build();
        assert_eq!(unit_of(&profile, "request").0, "bytes");
        assert_eq!(unit_of(&profile, "alignment").0, "bytes");
        assert_eq!(unit_of(&profile, "thread"), ("thread".into(), vec![]));
        let keys: Vec<_> = label_units(&profile).iter().map(|row| row.unit.clone()).collect();
        assert_eq!(keys, [b"bytes".to_vec(), b"bytes".to_vec(), b"thread".to_vec()]);
    }
}
