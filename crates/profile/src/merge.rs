//! Several profiles as one.
//!
//! ```text
//! profiles -> harmonize (common sample types, finest units) -> union (tables by content) -> Profile
//! ```
//!
//! A difference is a merge too: of a profile and a [negated](crate::negate) base.

mod error;
mod harmonize;
mod header;
mod key_table;
mod translate;
mod union;

pub use error::{MergeError, TypeName, TypeRole};
pub(crate) use harmonize::check_types;
pub use harmonize::harmonize;
use union::Union;

use crate::Profile;

/// How many of the second unit one of the first is; nothing if they measure different things. It
/// must be 1 for equal names, known or not.
///
/// The crate does not know units; `heapwise_units::conversion` is what reports use.
pub type UnitRatio<'a> = &'a dyn Fn(&[u8], &[u8]) -> Option<f64>;

/// One profile of several: made compatible by [`harmonize()`], then [merged](merge) unless there is
/// only one, whose samples, ids and order stay.
///
/// # Errors
///
/// If the profiles have no sample type in common, or one in units that do not convert, or period
/// types that differ.
pub fn combine(profiles: &[&Profile], ratio: UnitRatio<'_>) -> Result<Profile, MergeError> {
    let mut compatible = harmonize(profiles, ratio)?;
    if compatible.len() == 1 {
        return Ok(compatible.remove(0));
    }
    merge(&compatible.iter().collect::<Vec<_>>())
}

/// The union of profiles with the same types: equal samples become one, their values added.
///
/// Only what samples with a value use is kept, numbered from 1 in the order of first use, and the
/// first mapping of the first profile that has one. What is equal is compared by content:
///
/// | | equal in |
/// |---|---|
/// | mapping | size rounded up to 4096 bytes, offset, build id or else file |
/// | location | address relative to the mapping, mapping, lines, folded |
/// | function | names, file, start line |
/// | sample | stack, labels with units |
///
/// Sums wrap around at 2^63 as in the reference. Takes time linear in what is merged.
///
/// # Errors
///
/// If there is no profile, their period or sample types differ, or the result would be too large.
pub fn merge(profiles: &[&Profile]) -> Result<Profile, MergeError> {
    let Some((first, rest)) = profiles.split_first() else { return Err(MergeError::NoProfile) };
    for (index, profile) in rest.iter().enumerate() {
        check_types(first, profile, index + 1)?;
    }
    let mut union = Union::new(first.header.sample_types.len());
    union.add_main_mapping(profiles)?;
    for profile in profiles {
        union.add(profile)?;
    }
    let header = header::merge(profiles, union.strings_mut())?;
    let merged = union.into_profile(header);
    if has_empty_sample(&merged) {
        // What cancelled out goes, with all that only it used.
        return merge(&[&merged]);
    }
    Ok(merged)
}

fn has_empty_sample(profile: &Profile) -> bool {
    profile.samples.iter().any(|sample| sample.values.iter().all(|&value| value == 0))
}

#[cfg(test)]
mod tests;
