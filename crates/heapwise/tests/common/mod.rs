//! What several test programs use.
#![allow(dead_code, reason = "no program uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

pub mod burning;
pub mod counting;
pub mod load;
pub mod part;

use heapwise::heap::Count;
use heapwise_profile::{GunzipLimit, Label, LabelValue, Profile, Sample, decode, gunzip};

/// The profile in `bytes`, as a file has it.
pub fn profile(bytes: &[u8]) -> Profile {
    decode(&gunzip(bytes, GunzipLimit::default()).unwrap()).unwrap()
}

/// The labels of a sample that are texts: `key=value`, with blanks between.
pub fn labels(profile: &Profile, sample: &Sample<'_>) -> String {
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let shown = |label: &Label| match label.value {
        LabelValue::Text(value) => Some(format!("{}={}", text(label.key), text(value))),
        LabelValue::Number { .. } => None,
    };
    sample.labels.iter().filter_map(shown).collect::<Vec<_>>().join(" ")
}

/// The mean size of the objects of a sample.
pub fn size(sample: &Sample<'_>) -> i64 {
    let number = |label: &Label| match label.value {
        LabelValue::Text(_) => None,
        LabelValue::Number { number, .. } => Some(number),
    };
    sample.labels.iter().find_map(number).unwrap()
}

/// Labels, objects allocated, and in use, of objects of one size; in order of labels, each once.
pub fn labelled(profile: &Profile, size: usize) -> Vec<(String, i64, i64)> {
    let mut rows = std::collections::BTreeMap::<String, (i64, i64)>::new();
    for sample in profile.samples.iter() {
        let is_of = self::size(&sample) == size as i64;
        if is_of {
            let row = rows.entry(labels(profile, &sample)).or_default();
            *row = (row.0 + sample.values[0], row.1 + sample.values[2]);
        }
    }
    rows.into_iter().map(|(labels, (alloc, inuse))| (labels, alloc, inuse)).collect()
}

/// Allocated, and in use: the sums over a profile.
pub fn sums(profile: &Profile) -> (Count, Count) {
    let [alloc, inuse, _] = all_sums(profile);
    (alloc, inuse)
}

/// The sums of each value over the samples that carry a label, as [`labels`] shows it.
pub fn labelled_sums<const N: usize>(profile: &Profile, label: &str) -> [i64; N] {
    let mut sums = [0; N];
    for sample in profile.samples.iter() {
        if labels(profile, &sample).split(' ').any(|other| other == label) {
            sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += value);
        }
    }
    sums
}

/// Allocated, in use, and in use at the peak: the sums over a profile.
pub fn all_sums(profile: &Profile) -> [Count; 3] {
    let mut sums = [0u64; 6];
    for sample in profile.samples.iter() {
        sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += *value as u64);
    }
    [0, 2, 4].map(|column| Count { objects: sums[column], bytes: sums[column + 1] })
}
