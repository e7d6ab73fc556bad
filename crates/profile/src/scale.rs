//! Values times a ratio.

use std::sync::Arc;

use crate::merge::check_types;
use crate::{MergeError, Profile, Sample, Samples};

/// A profile whose values of sample type `i` are multiplied by `ratios[i]`; a missing ratio is 1.
///
/// A product is rounded to the nearest integer, halves away from zero, in double precision: values
/// above 2^53 lose their low bits, as they do in the reference. A sample is dropped when every
/// value that was multiplied (by a ratio other than 1) has become 0, whatever its others are: of
/// (5 samples, 0 ms) nothing is left in nanoseconds. Nothing is dropped when all ratios are 1.
pub fn scale(profile: &Profile, ratios: &[f64]) -> Profile {
    let width = profile.samples.width();
    let ratios: Vec<f64> =
        ratios.iter().copied().chain(std::iter::repeat(1.0)).take(width).collect();
    let mut scaled = profile.clone();
    if ratios.iter().all(|&ratio| ratio == 1.0) {
        return scaled;
    }
    let mut samples = Samples::new(width);
    let mut values = vec![0; width];
    for sample in profile.samples.iter() {
        let mut kept = false;
        for ((value, &before), &ratio) in values.iter_mut().zip(sample.values).zip(&ratios) {
            *value = if ratio == 1.0 { before } else { multiply(before, ratio) };
            kept |= ratio != 1.0 && *value != 0;
        }
        if kept {
            samples.push(Sample { values: &values, ..sample });
        }
    }
    scaled.samples = Arc::new(samples);
    scaled
}

/// A profile to subtract by merging: every value times -1, see [`scale`]. Samples without any value
/// are dropped.
pub fn negate(profile: &Profile) -> Profile {
    scale(profile, &vec![-1.0; profile.samples.width()])
}

/// `source` with every sample type scaled so that it adds up to what it does in `base`; to nothing
/// if it adds up to nothing in `source`.
///
/// # Errors
///
/// If the two do not have the same period type and sample types, by name and unit.
pub fn normalize(source: &Profile, base: &Profile) -> Result<Profile, MergeError> {
    check_types(source, base, 1)?;
    let ratios: Vec<f64> = std::iter::zip(sums(source), sums(base))
        .map(|(source, base)| if source == 0 { 0.0 } else { base as f64 / source as f64 })
        .collect();
    Ok(scale(source, &ratios))
}

/// The sum of each sample type, modulo 2^64.
fn sums(profile: &Profile) -> Vec<i64> {
    let mut sums = vec![0i64; profile.samples.width()];
    for sample in profile.samples.iter() {
        for (sum, &value) in sums.iter_mut().zip(sample.values) {
            *sum = sum.wrapping_add(value);
        }
    }
    sums
}

/// A number that is no 64-bit integer becomes the smallest one, as amd64 converts it.
pub(crate) fn multiply(value: i64, ratio: f64) -> i64 {
    to_integer((value as f64 * ratio).round())
}

/// Cuts off the fraction; a number that is no 64-bit integer becomes the smallest one.
pub(crate) fn to_integer(number: f64) -> i64 {
    let limit = -(i64::MIN as f64);
    if (-limit..limit).contains(&number) { number as i64 } else { i64::MIN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::TestProfile;

    fn values(profile: &Profile) -> Vec<Vec<i64>> {
        profile.samples.iter().map(|sample| sample.values.to_vec()).collect()
    }

    fn two_types() -> TestProfile {
        TestProfile::new(&[("samples", "count"), ("cpu", "ns")])
    }

    #[test]
    fn halves_go_away_from_zero() {
        let profile = TestProfile::counting().sample(&["f"], &[5]).sample(&["g"], &[-5]).build();
        assert_eq!(values(&scale(&profile, &[0.5])), [[3], [-3]]);
    }

    #[test]
    fn only_scaled_values_keep_a_sample() {
        let profile = two_types().sample(&["f"], &[5, 0]).sample(&["g"], &[1, 2]).build();
        assert_eq!(values(&scale(&profile, &[1.0, 1e6])), [[1, 2_000_000]]);
        assert_eq!(values(&scale(&profile, &[1.0])), [[5, 0], [1, 2]]);
    }

    #[test]
    fn what_no_integer_can_hold_becomes_the_smallest() {
        assert_eq!(multiply(i64::MIN, -1.0), i64::MIN);
        assert_eq!(multiply(i64::MAX, 2.0), i64::MIN);
        assert_eq!(multiply(7, f64::NAN), i64::MIN);
        assert_eq!(multiply(i64::MIN, 1.0), i64::MIN);
        assert_eq!(multiply(1 << 62, 1.5), 3 << 61);
    }

    #[test]
    fn a_normalized_profile_adds_up_to_its_base() {
        let source = two_types().sample(&["f"], &[30, 0]).sample(&["g"], &[10, 0]).build();
        let base = two_types().sample(&["h"], &[100, 9]).build();
        assert_eq!(values(&normalize(&source, &base).unwrap()), [[75, 0], [25, 0]]);
        let other = TestProfile::counting().sample(&["h"], &[1]).build();
        assert_eq!(
            normalize(&source, &other).unwrap_err().to_string(),
            "incompatible sample types {samples count} {cpu ns} and {samples count} (profile 1)"
        );
    }
}
