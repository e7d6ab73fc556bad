//! The unit of each numeric label of a profile.

use std::collections::BTreeMap;

use heapwise_profile::{LabelValue, Profile, Str, Strings};

/// The unit of each numeric label, by key.
///
/// The first non-empty unit in sample order is the unit of its key. A key that never has one is
/// measured in `bytes` if it is `alignment` or `request`; any other is its own unit, so that the
/// label `bytes` scales as bytes and `thread_id` stays a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelUnits {
    keys: BTreeMap<Vec<u8>, Units>,
}

/// The units that the samples gave to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Units {
    used: Vec<u8>,
    ignored: Vec<Vec<u8>>,
}

/// A key whose samples do not agree on a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixedUnits<'a> {
    /// The key.
    pub key: &'a [u8],
    /// The unit that is used for all values of the key.
    pub used: &'a [u8],
    /// The other units, sorted.
    pub ignored: &'a [Vec<u8>],
}

impl LabelUnits {
    /// The units in `profile`.
    pub fn of(profile: &Profile) -> Self {
        let mut seen: BTreeMap<Str, Vec<Str>> = BTreeMap::new();
        for label in profile.samples.all_labels() {
            let LabelValue::Number { unit, .. } = label.value else { continue };
            let units = seen.entry(label.key).or_default();
            if unit != Strings::EMPTY && !units.contains(&unit) {
                units.push(unit);
            }
        }
        let keys = seen.into_iter().map(|(key, units)| {
            let key = profile.text(key);
            (key.to_vec(), Units::new(key, units.into_iter().map(|unit| profile.text(unit))))
        });
        Self { keys: keys.collect() }
    }

    /// The unit of the numbers of `key`; empty if the profile has no numeric label of that name.
    pub fn unit(&self, key: &[u8]) -> &[u8] {
        self.keys.get(key).map_or(b"", |units| &units.used)
    }

    /// The keys that have more than one unit, sorted.
    pub fn mixed(&self) -> impl Iterator<Item = MixedUnits<'_>> {
        let keys = self.keys.iter().filter(|(_, units)| !units.ignored.is_empty());
        keys.map(|(key, units)| MixedUnits { key, used: &units.used, ignored: &units.ignored })
    }
}

impl Units {
    /// The units of `key`, given the distinct non-empty ones in the order of the samples.
    fn new<'a>(key: &[u8], mut given: impl Iterator<Item = &'a [u8]>) -> Self {
        let used = given.next().unwrap_or(match key {
            b"alignment" | b"request" => b"bytes",
            _ => key,
        });
        let mut ignored: Vec<Vec<u8>> = given.map(<[u8]>::to_vec).collect();
        ignored.sort_unstable();
        Self { used: used.to_vec(), ignored }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heapwise_profile::{Label, Sample, Samples};

    use super::*;

    fn profile(labels: &[(&str, &str)]) -> Profile {
        let mut strings = Strings::new();
        let labels: Vec<Label> = labels
            .iter()
            .map(|(key, unit)| Label {
                key: strings.intern(key.as_bytes()),
                value: LabelValue::Number { number: 1, unit: strings.intern(unit.as_bytes()) },
            })
            .collect();
        let mut samples = Samples::new(0);
        samples.push(Sample { stack: &[], values: &[], labels: &labels });
        Profile { strings: Arc::new(strings), samples: Arc::new(samples), ..Profile::default() }
    }

    #[test]
    fn the_first_unit_is_used_and_the_others_are_named() {
        let units = LabelUnits::of(&profile(&[
            ("k", ""),
            ("k", "ms"),
            ("k", "s"),
            ("k", "h"),
            ("k", "ms"),
        ]));
        assert_eq!(units.unit(b"k"), b"ms");
        let mixed: Vec<_> = units.mixed().collect();
        assert_eq!(mixed.len(), 1);
        assert_eq!((mixed[0].key, mixed[0].used), (&b"k"[..], &b"ms"[..]));
        assert_eq!(mixed[0].ignored, [b"h".to_vec(), b"s".to_vec()]);
    }

    #[test]
    fn a_key_without_unit_is_its_own() {
        let units = LabelUnits::of(&profile(&[("bytes", ""), ("request", ""), ("alignment", "")]));
        assert_eq!(units.unit(b"bytes"), b"bytes");
        assert_eq!(units.unit(b"request"), b"bytes");
        assert_eq!(units.unit(b"alignment"), b"bytes");
        assert_eq!(units.unit(b"other"), b"");
        assert_eq!(units.mixed().count(), 0);
    }
}
