//! From a profile to hints.

use heapwise_profile::Profile;

use crate::Hint;
use crate::sums::{column, name, sums};
use crate::unnamed::unnamed;

/// What a report was made from.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The profile, before filters.
    pub profile: &'a Profile,
    /// The column that was shown.
    pub index: usize,
    /// Whether a base was taken away from it.
    pub is_difference: bool,
    /// Whether names were looked up, so that missing ones are a surprise.
    pub symbols_wanted: bool,
    /// The files of the profile that are on this machine, and know no names.
    pub without_symbols: &'a [Vec<u8>],
}

/// What the reader of the report should know, most important first; usually nothing.
pub fn explain(subject: Subject<'_>) -> Vec<Hint> {
    let Subject { profile, index, symbols_wanted, without_symbols, .. } = subject;
    let sums = sums(profile);
    let mut hints = Vec::new();
    hints.extend(emptiness(subject, &sums).or_else(|| collection(profile, index, &sums)));
    hints.extend(symbols_wanted.then(|| unnamed(profile, index, without_symbols)).flatten());
    hints
}

/// Why the column has nothing to show, if that is so.
fn emptiness(subject: Subject<'_>, sums: &[i64]) -> Option<Hint> {
    let Subject { profile, index, is_difference, .. } = subject;
    if sums.iter().all(|&sum| sum == 0) {
        return Some(if is_difference { Hint::NoDifference } else { nothing(profile) });
    }
    // What is left of a comparison was not all allocated, nor the rest of it freed.
    if let Some(hint) = little_in_use(profile, index, sums).filter(|_| !is_difference) {
        return Some(hint);
    }
    let other = sums.iter().rposition(|&sum| sum != 0)?;
    (*sums.get(index)? == 0)
        .then(|| Hint::OtherColumn { shown: name(profile, index), instead: name(profile, other) })
}

/// Why a profile has no values at all.
fn nothing(profile: &Profile) -> Hint {
    if !profile.samples.is_empty() {
        return Hint::OnlyZeros;
    }
    let of_waits = ["contentions", "delay"].iter().all(|kind| column(profile, kind).is_some());
    match interval(profile) {
        Some(interval) => Hint::NothingSampled { interval },
        None if of_waits => Hint::NoWaits,
        None => Hint::Empty,
    }
}

/// Memory in use that is less than a tenth of what was allocated and less than three sampling
/// intervals: fewer than three samples, so the estimate says next to nothing.
fn little_in_use(profile: &Profile, index: usize, sums: &[i64]) -> Option<Hint> {
    let shown = name(profile, index);
    let kind = shown.strip_prefix("inuse_")?;
    let in_use = sums[column(profile, "inuse_space")?];
    let allocated = sums[column(profile, "alloc_space")?];
    let weak = in_use < interval(profile).unwrap_or(1).saturating_mul(3);
    let is_little = in_use == 0 || (weak && in_use < allocated / 10);
    let instead = format!("alloc_{kind}");
    (is_little && allocated > 0).then_some(Hint::LittleInUse { shown, instead, in_use, allocated })
}

/// Mean bytes between sampled points, if the profile is one of memory.
fn interval(profile: &Profile) -> Option<i64> {
    let header = &profile.header;
    let of_memory = profile.text(header.period_type.kind) == b"space";
    (of_memory && header.period > 0).then_some(header.period)
}

/// A profile of the Go runtime knows what is in use as of the last garbage collection. It is told by
/// its sample types and by source files in Go.
fn collection(profile: &Profile, index: usize, sums: &[i64]) -> Option<Hint> {
    let in_use = name(profile, index).starts_with("inuse_") && sums.get(index) != Some(&0);
    let of_heap = column(profile, "alloc_space").is_some() && interval(profile).is_some();
    let in_go = || {
        let functions = profile.functions.rows().iter();
        functions.map(|f| profile.text(f.file)).any(|file| file.ends_with(b".go"))
    };
    (in_use && of_heap && in_go()).then_some(Hint::AsOfLastCollection)
}

#[cfg(test)]
mod tests;
