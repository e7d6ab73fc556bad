//! A profile as a receiver takes it.

use std::collections::BTreeSet;

use heapwise_profile::{LabelValue, MergeError, Profile, filter_label_keys, fold};

use super::labels::{self, MOST};
use super::receiver::Receiver;

/// The label of a profile of memory that is a number.
const SIZE: &[u8] = b"bytes";

/// `profile` for `receiver`, in a series with these labels: without labels that would have it refused,
/// without the frames of the allocator where there are names, and small enough.
///
/// # Errors
/// As [`fold`].
pub fn fit(
    profile: &Profile,
    receiver: &Receiver,
    series: &[(String, String)],
) -> Result<Profile, MergeError> {
    let known = sample_labels(profile, series);
    let keep = |key: &[u8]| match key {
        SIZE => receiver.takes_numbers,
        key => known.contains(key),
    };
    let fitted = filter_label_keys(profile, &keep);
    fold(&without_plumbing(fitted), receiver.limits)
}

/// Reports leave the frames of the allocator out where the profile asks for it, servers do not.
#[cfg(feature = "symbolize")]
fn without_plumbing(profile: Profile) -> Profile {
    if profile.text(profile.header.drop_frames).is_empty() {
        return profile;
    }
    heapwise_profile::prune(&profile, &crate::plumbing::is_plumbing, None)
}

/// Without names there is nothing to tell them by.
#[cfg(not(feature = "symbolize"))]
fn without_plumbing(profile: Profile) -> Profile {
    profile
}

/// The names of the labels of samples that stay. Servers make labels of the series of them: so these must
/// be names there, and others than those that are there already, and not too many.
fn sample_labels<'p>(profile: &'p Profile, series: &[(String, String)]) -> BTreeSet<&'p [u8]> {
    let is_taken = |key: &[u8]| series.iter().any(|(name, _)| name.as_bytes() == key);
    let labels = profile.samples.all_labels().iter();
    let texts = labels.filter(|label| matches!(label.value, LabelValue::Text(_)));
    let keys: BTreeSet<&[u8]> = texts.map(|label| profile.text(label.key)).collect();
    let fitting = keys.into_iter().filter(|key| labels::is_own_name(key) && !is_taken(key));
    fitting.take(MOST.saturating_sub(series.len())).collect()
}

#[cfg(test)]
mod tests {
    use heapwise_profile::{Recorded, RecordedLabels, RecordedRow};

    use super::*;
    use crate::push::receiver::{PARCA, PYROSCOPE};

    /// The names of the labels of a profile with these, as it is sent.
    fn kept(names: &[&str], receiver: &Receiver, series: &[&str]) -> Vec<String> {
        let pair = |name: &&str| (name.as_bytes().to_vec(), b"value".to_vec());
        let labels = names.iter().map(pair).collect();
        let row = RecordedRow { stack: 1, labels: 1, size: 8, values: [1; 6] };
        let label_sets = vec![RecordedLabels { number: 1, labels }];
        let recorded = Recorded { rows: vec![row], label_sets, ..Recorded::default() };
        let profile = recorded.profile(|stack, frames| frames.push(u64::from(stack)));
        let series: Vec<_> = series.iter().map(|name| ((*name).into(), "x".into())).collect();
        let fitted = fit(&profile, receiver, &series).unwrap();
        let labels = fitted.samples.labels(0).iter();
        labels.map(|label| String::from_utf8_lossy(fitted.text(label.key)).into_owned()).collect()
    }

    #[test]
    fn labels_of_samples_must_be_names_of_labels() {
        let names = ["a", "b.c", "9", "__name__", "env", "ö", "tenant"];
        assert_eq!(kept(&names, &PYROSCOPE, &["env"]), ["a", "tenant"]);
        assert_eq!(kept(&names, &PARCA, &["env"]), ["bytes", "a", "tenant"]);
    }

    #[test]
    fn a_series_has_no_more_labels_than_servers_take() {
        let names: Vec<String> = (10..40).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        assert_eq!(kept(&names, &PYROSCOPE, &["a", "b"]).len(), 26);
    }
}
