//! Profiles made compatible: the sample types they share, in the finest of their units.

use std::collections::HashMap;
use std::sync::Arc;

use crate::merge::UnitRatio;
use crate::merge::error::{MergeError, TypeName, TypeRole};
use crate::scale::to_integer;
use crate::{FixedState, Profile, Samples, Str, Strings, ValueType, scale};

/// The profiles with the sample types that all of them have, in the order of the first, and with
/// the finest of their units for each, and for the period. Values are [scaled](scale()) to it.
///
/// A default sample type that is dropped becomes the first one that is left. Tables that need no
/// change are shared with the originals.
///
/// # Errors
///
/// If no sample type is in all profiles, even for a single profile without any or with each twice,
/// and if types of one name or the period types have units that do not convert.
pub fn harmonize(profiles: &[&Profile], ratio: UnitRatio<'_>) -> Result<Vec<Profile>, MergeError> {
    let mut compatible = share_sample_types(profiles)?;
    let period_types: Vec<ValueType> =
        compatible.iter().map(|profile| profile.header.period_type).collect();
    let finest = finest_unit(&compatible, &period_types, TypeRole::Period, ratio)?;
    for profile in &mut compatible {
        set_period_unit(profile, &finest, ratio);
    }
    let width = compatible.first().map_or(0, |profile| profile.header.sample_types.len());
    let mut units = Vec::with_capacity(width);
    for column in 0..width {
        let types: Vec<ValueType> =
            compatible.iter().map(|profile| profile.header.sample_types[column]).collect();
        units.push(finest_unit(&compatible, &types, TypeRole::Sample, ratio)?);
    }
    Ok(compatible.into_iter().map(|profile| set_sample_units(profile, &units, ratio)).collect())
}

/// Fails unless both profiles have the same period type and the same sample types, by name and unit.
pub(crate) fn check_types(
    first: &Profile,
    other: &Profile,
    index: usize,
) -> Result<(), MergeError> {
    for role in [TypeRole::Period, TypeRole::Sample] {
        let [expected, found] = [first, other].map(|profile| names(profile, role));
        if expected != found {
            return Err(MergeError::IncompatibleTypes { role, expected, found, profile: index });
        }
    }
    Ok(())
}

fn names(profile: &Profile, role: TypeRole) -> Vec<TypeName> {
    let types = match role {
        TypeRole::Period => std::slice::from_ref(&profile.header.period_type),
        TypeRole::Sample => &profile.header.sample_types,
    };
    types.iter().map(|&value_type| TypeName::new(profile, value_type)).collect()
}

/// A type is common when it occurs as often as there are profiles. So one that occurs twice in some
/// profile is not, which is what the reference makes of it.
fn share_sample_types(profiles: &[&Profile]) -> Result<Vec<Profile>, MergeError> {
    let Some(first) = profiles.first() else { return Err(MergeError::NoProfile) };
    let mut times: HashMap<&[u8], usize, FixedState> = HashMap::default();
    for kind in profiles.iter().flat_map(|profile| kinds(profile)) {
        *times.entry(kind).or_default() += 1;
    }
    let is_common = |kind: &&[u8]| times.get(kind) == Some(&profiles.len());
    let common: Vec<&[u8]> = kinds(first).filter(is_common).collect();
    if common.is_empty() {
        return Err(MergeError::NoCommonSampleType);
    }
    let kept = profiles.iter().enumerate();
    kept.map(|(index, profile)| keep_sample_types(profile, &common, index)).collect()
}

fn kinds(profile: &Profile) -> impl Iterator<Item = &[u8]> {
    profile.header.sample_types.iter().map(|value_type| profile.text(value_type.kind))
}

/// The profile with the sample types `kept`, in that order.
fn keep_sample_types(
    profile: &Profile,
    kept: &[&[u8]],
    index: usize,
) -> Result<Profile, MergeError> {
    if kinds(profile).eq(kept.iter().copied()) {
        return Ok(profile.clone());
    }
    let mut positions: HashMap<&[u8], usize, FixedState> = HashMap::default();
    for (position, kind) in kinds(profile).enumerate() {
        positions.entry(kind).or_insert(position);
    }
    let mut columns = Vec::with_capacity(kept.len());
    for &kind in kept {
        let missing = || MergeError::MissingSampleType { profile: index, kind: kind.to_vec() };
        columns.push(*positions.get(kind).ok_or_else(missing)?);
    }
    let mut narrowed = profile.clone();
    let types = &profile.header.sample_types;
    narrowed.header.sample_types = columns.iter().map(|&column| types[column]).collect();
    let default = profile.header.default_sample_type;
    let mut left = narrowed.header.sample_types.iter();
    if !left.any(|value_type| value_type.kind == default) {
        narrowed.header.default_sample_type = types[columns[0]].kind;
    }
    narrowed.samples = Arc::new(keep_columns(&profile.samples, &columns));
    Ok(narrowed)
}

fn keep_columns(samples: &Samples, columns: &[usize]) -> Samples {
    let rows = 0..samples.len();
    let values =
        rows.flat_map(|row| columns.iter().map(move |&column| samples.values(row)[column]));
    Samples { width: columns.len(), values: values.collect(), ..samples.clone() }
}

/// The finest unit of one type of each profile. The first of equally fine ones decides its name.
fn finest_unit(
    profiles: &[Profile],
    types: &[ValueType],
    role: TypeRole,
    ratio: UnitRatio<'_>,
) -> Result<Vec<u8>, MergeError> {
    let mut finest = TypeName::new(&profiles[0], types[0]);
    for (index, (profile, &value_type)) in profiles.iter().zip(types).enumerate().skip(1) {
        let found = TypeName::new(profile, value_type);
        let converts = (singular(&finest.kind) == singular(&found.kind))
            .then(|| ratio(&finest.unit, &found.unit))
            .flatten();
        match converts {
            Some(ratio) if ratio > 1.0 => finest = found,
            Some(_) => {}
            None => {
                let expected = finest;
                return Err(MergeError::IncompatibleUnits {
                    role,
                    expected,
                    found,
                    profile: index,
                });
            }
        }
    }
    Ok(finest.unit)
}

fn singular(kind: &[u8]) -> &[u8] {
    kind.strip_suffix(b"s").unwrap_or(kind)
}

fn set_period_unit(profile: &mut Profile, unit: &[u8], ratio: UnitRatio<'_>) {
    let before = profile.header.period_type.unit;
    if profile.text(before) == unit {
        return;
    }
    let factor = ratio(profile.text(before), unit).unwrap_or(1.0);
    if factor != 1.0 {
        profile.header.period = to_integer(profile.header.period as f64 * factor);
    }
    profile.header.period_type.unit = intern(&mut profile.strings, unit);
}

fn set_sample_units(mut profile: Profile, units: &[Vec<u8>], ratio: UnitRatio<'_>) -> Profile {
    let mut ratios = Vec::with_capacity(units.len());
    for (column, unit) in units.iter().enumerate() {
        let before = profile.header.sample_types[column].unit;
        ratios.push(ratio(profile.text(before), unit).unwrap_or(1.0));
        if profile.text(before) != unit {
            profile.header.sample_types[column].unit = intern(&mut profile.strings, unit);
        }
    }
    scale(&profile, &ratios)
}

/// The row of `text` in a table that others may share: it is copied only if the text is new.
fn intern(strings: &mut Arc<Strings>, text: &[u8]) -> Str {
    match strings.find(text) {
        Some(row) => row,
        None => Arc::make_mut(strings).intern(text),
    }
}
