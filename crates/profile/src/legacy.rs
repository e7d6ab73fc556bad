//! Formats other than profile.proto: the older ones, as gperftools, Go before 1.7 and Java write
//! them, and those of jemalloc and DHAT, which the reference does not read.
//!
//! ```text
//! bytes -> format (words or lines) -> Draft (stacks of addresses) -> mappings -> Profile
//! ```
//!
//! Nothing here evaluates a regular expression: each grammar is a few steps of a [`scan::Scan`].

mod attribute;
mod contention;
mod cpu;
mod dhat;
mod draft;
mod error;
mod fix_mappings;
mod go_count;
mod heap;
mod java;
mod jemalloc;
mod json;
mod lines;
mod memory_map;
mod prune_patterns;
mod scan;
mod threadz;
mod unsample;

#[cfg(test)]
mod tests;

pub use error::LegacyError;

use crate::Profile;

/// What a parser makes of bytes: nothing if they are not of its format after all.
type Parsed = Result<Option<Profile>, LegacyError>;

/// Decodes bytes of any legacy format; nothing if none recognizes them. The first format that
/// recognizes its header decides, and those that the reference knows come first: what it reads is
/// never taken for something else.
pub(crate) fn decode(bytes: &[u8]) -> Parsed {
    let known = decode_known(bytes);
    if matches!(known, Ok(Some(_))) {
        return known;
    }
    match decode_unknown(bytes)? {
        None => known,
        profile => Ok(profile),
    }
}

/// Decodes bytes of a format that the reference knows.
fn decode_known(bytes: &[u8]) -> Parsed {
    for parse in [cpu::parse, heap::parse, go_count::parse, threadz::parse, contention::parse] {
        if let Some(profile) = parse(bytes)? {
            return Ok(Some(profile));
        }
    }
    java::parse(bytes)
}

/// Decodes bytes of a format that the reference does not know.
pub(crate) fn decode_unknown(bytes: &[u8]) -> Parsed {
    match jemalloc::parse(bytes)? {
        Some(profile) => Ok(Some(profile)),
        None => dhat::parse(bytes),
    }
}
