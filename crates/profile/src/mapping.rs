//! Mappings.

use crate::{FileOffset, RuntimeAddr, Str};

/// A range of runtime addresses backed by a file at an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The id on the wire, unique in the profile and not 0.
    pub id: u64,
    /// The first address of the range.
    pub start: RuntimeAddr,
    /// The address after the last one of the range.
    pub limit: RuntimeAddr,
    /// The position in the file of the byte at `start`.
    pub offset: FileOffset,
    /// The path of the file.
    pub file: Str,
    /// The identity of the file, usually lower-case hex.
    pub build_id: Str,
    /// The symbol that a kernel mapping is relocated against (`_stext`); empty for others.
    pub kernel_relocation_symbol: Str,
    /// What the locations of this mapping are known to have.
    pub resolved: Resolved,
}

impl Mapping {
    /// Whether `address` lies in the range.
    pub fn contains(&self, address: RuntimeAddr) -> bool {
        self.start <= address && address < self.limit
    }
}

/// Which facts the locations of a mapping already carry, so that they need not be looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Function names (`[FN]` in the raw dump).
    pub functions: bool,
    /// File names (`[FL]`).
    pub filenames: bool,
    /// Line numbers (`[LN]`).
    pub line_numbers: bool,
    /// Inlined frames (`[IN]`).
    pub inline_frames: bool,
}
