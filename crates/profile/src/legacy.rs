//! Formats older than profile.proto, as gperftools, Go before 1.7 and Java write them.
//!
//! ```text
//! bytes -> format (words or lines) -> Draft (stacks of addresses) -> mappings -> Profile
//! ```
//!
//! Nothing here evaluates a regular expression: each grammar is a few steps of a [`scan::Scan`].

mod attribute;
mod contention;
mod cpu;
mod draft;
mod error;
mod fix_mappings;
mod go_count;
mod heap;
mod java;
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
/// recognizes its header decides.
pub(crate) fn decode(bytes: &[u8]) -> Parsed {
    for parse in [cpu::parse, heap::parse, go_count::parse, threadz::parse, contention::parse] {
        if let Some(profile) = parse(bytes)? {
            return Ok(Some(profile));
        }
    }
    java::parse(bytes)
}
