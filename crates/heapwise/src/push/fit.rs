//! A profile as a receiver takes it.

use std::collections::BTreeSet;

use heapwise_profile::{Label, LabelValue, MergeError, Profile, filter_labels, fold};

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
    let mut known = sample_labels(profile, series);
    if receiver.takes_numbers {
        // A text of this name would be taken for the number.
        known.remove(SIZE);
    }
    let keep = |label: &Label| match (profile.text(label.key), label.value) {
        (key, LabelValue::Number { .. }) => receiver.takes_numbers && key == SIZE,
        (key, LabelValue::Text(_)) => known.contains(key),
    };
    let fitted = filter_labels(profile, keep);
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
mod tests;
