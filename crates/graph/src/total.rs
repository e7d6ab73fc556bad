//! The 100 % of a report.

use heapwise_profile::{LabelValue, Profile, Sample};

use crate::{Value, Weight};

/// The label that marks the samples of the base of a comparison.
const BASE_KEY: &[u8] = b"pprof::base";

/// The sum over a profile that percentages refer to, in units of the sample type.
///
/// It is the sum of |value| over the samples; with mean, divided by the sum of column 0. In a
/// comparison (samples labelled `pprof::base` = `true`, whose own sum is above 0) it is that of the
/// base alone. Sums wrap around.
pub fn total(profile: &Profile, value: Value) -> i64 {
    let (mut all, mut base) = (Weight::default(), Weight::default());
    let is_base = base_label(profile);
    for sample in profile.samples.iter() {
        let Some(weight) = value.weight(sample.values) else { continue };
        all.add(weight.absolute());
        if is_base(&sample) {
            base.add(weight.absolute());
        }
    }
    if base.sum > 0 { base.value() } else { all.value() }
}

/// The test whether a sample belongs to the base: its label says `true`.
fn base_label(profile: &Profile) -> impl Fn(&Sample<'_>) -> bool {
    let key = profile.strings.find(BASE_KEY);
    let yes = profile.strings.find(b"true");
    move |sample| {
        let (Some(key), Some(yes)) = (key, yes) else { return false };
        sample.labels.iter().any(|l| l.key == key && l.value == LabelValue::Text(yes))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heapwise_profile::{Label, Samples, Strings};

    use super::*;

    fn labelled(rows: &[(i64, Option<&str>)]) -> Profile {
        let mut strings = Strings::new();
        let mut samples = Samples::new(1);
        for (value, base) in rows {
            let key = strings.intern(BASE_KEY);
            let labels: Vec<Label> = base
                .iter()
                .map(|text| Label { key, value: LabelValue::Text(strings.intern(text.as_bytes())) })
                .collect();
            samples.push(Sample { stack: &[], values: &[*value], labels: &labels });
        }
        Profile { strings: Arc::new(strings), samples: Arc::new(samples), ..Profile::default() }
    }

    #[test]
    fn magnitudes_add_up() {
        let value = Value { index: 0, mean: false };
        assert_eq!(total(&labelled(&[(5, None), (-3, None)]), value), 8);
        assert_eq!(total(&Profile::default(), value), 0);
    }

    #[test]
    fn a_comparison_refers_to_its_base() {
        let value = Value { index: 0, mean: false };
        assert_eq!(total(&labelled(&[(5, None), (-3, Some("true"))]), value), 3);
        assert_eq!(total(&labelled(&[(5, None), (-3, Some("yes"))]), value), 8);
        assert_eq!(total(&labelled(&[(5, None), (0, Some("true"))]), value), 5);
    }
}
