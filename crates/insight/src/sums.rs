//! What the columns of a profile add up to.

use heapwise_profile::Profile;

/// For each column the sum of |value| over the samples, as far as 64 bits go.
pub fn sums(profile: &Profile) -> Vec<i64> {
    let mut sums = vec![0_i64; profile.samples.width()];
    for values in profile.samples.all_values().chunks_exact(sums.len().max(1)) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = sum.saturating_add(value.saturating_abs());
        }
    }
    sums
}

/// The row of the sample type of that name.
pub fn column(profile: &Profile, kind: &str) -> Option<usize> {
    let types = &profile.header.sample_types;
    types.iter().position(|row| profile.text(row.kind) == kind.as_bytes())
}

/// The name of the sample type in that row.
pub fn name(profile: &Profile, row: usize) -> String {
    let kind = profile.header.sample_types.get(row).map(|row| profile.text(row.kind));
    String::from_utf8_lossy(kind.unwrap_or_default()).into_owned()
}
