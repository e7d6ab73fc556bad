//! What is not a table.

use crate::merge::MergeError;
use crate::merge::translate::translate;
use crate::{Header, Profile, Str, Strings, ValueType};

/// The header of merged profiles: types and frame patterns of the first, the first default sample
/// type and documentation that any has, the comments of all.
///
/// Durations add up, the longest period stays. The earliest time stays, but a 0 counts as "not known
/// so far": 5, 9, 0 give 0; 5, 0, 9 give 9.
pub fn merge(profiles: &[&Profile], strings: &mut Strings) -> Result<Header, MergeError> {
    let mut merged = Header::default();
    for (index, profile) in profiles.iter().enumerate() {
        let header = &profile.header;
        if index == 0 {
            take_types(&mut merged, profile, strings)?;
        }
        if merged.time_nanos == 0 || header.time_nanos < merged.time_nanos {
            merged.time_nanos = header.time_nanos;
        }
        merged.duration_nanos = merged.duration_nanos.wrapping_add(header.duration_nanos);
        if merged.period == 0 || merged.period < header.period {
            merged.period = header.period;
        }
        for &comment in &header.comments {
            let comment = translate(profile, comment, strings)?;
            if !merged.comments.contains(&comment) {
                merged.comments.push(comment);
            }
        }
        let default = header.default_sample_type;
        set_if_empty(&mut merged.default_sample_type, translate(profile, default, strings)?);
        set_if_empty(&mut merged.doc_url, translate(profile, header.doc_url, strings)?);
    }
    Ok(merged)
}

fn take_types(
    merged: &mut Header,
    first: &Profile,
    strings: &mut Strings,
) -> Result<(), MergeError> {
    for &value_type in &first.header.sample_types {
        merged.sample_types.push(translate_type(first, value_type, strings)?);
    }
    merged.period_type = translate_type(first, first.header.period_type, strings)?;
    merged.drop_frames = translate(first, first.header.drop_frames, strings)?;
    merged.keep_frames = translate(first, first.header.keep_frames, strings)?;
    Ok(())
}

fn translate_type(
    profile: &Profile,
    value_type: ValueType,
    strings: &mut Strings,
) -> Result<ValueType, MergeError> {
    Ok(ValueType {
        kind: translate(profile, value_type.kind, strings)?,
        unit: translate(profile, value_type.unit, strings)?,
    })
}

fn set_if_empty(text: &mut Str, other: Str) {
    if *text == Strings::EMPTY {
        *text = other;
    }
}
