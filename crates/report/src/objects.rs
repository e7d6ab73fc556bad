//! Machine code, as reports ask for it.

use heapwise_profile::{Mapping, Profile};

/// The binaries of a profile.
pub trait Objects {
    /// Opens the binary of a mapping, and lets `work` look at it.
    ///
    /// # Errors
    /// The text to print when it cannot be opened.
    fn open(
        &self,
        mapping: &MappedFile<'_>,
        work: &mut dyn FnMut(&dyn Object),
    ) -> Result<(), String>;
}

/// A mapping of a profile: which file lay where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedFile<'a> {
    /// The file; empty if unknown.
    pub file: &'a [u8],
    /// The build id of the file; empty if unknown.
    pub build_id: &'a [u8],
    /// The first address.
    pub start: u64,
    /// The address after the last.
    pub limit: u64,
    /// The position in the file of what lies at the first address.
    pub offset: u64,
    /// The symbol that the mapping of a kernel starts at; empty for others.
    pub relocation_symbol: &'a [u8],
}

impl<'a> MappedFile<'a> {
    pub(crate) fn of(profile: &'a Profile, mapping: &Mapping) -> Self {
        Self {
            file: profile.text(mapping.file),
            build_id: profile.text(mapping.build_id),
            start: mapping.start.0,
            limit: mapping.limit.0,
            offset: mapping.offset.0,
            relocation_symbol: profile.text(mapping.kernel_relocation_symbol),
        }
    }
}

/// A binary. Its addresses are those that its linker gave, unless they are called runtime addresses.
pub trait Object {
    /// The address in the file of a runtime address of the mapping.
    fn address(&self, runtime: u64) -> Option<u64>;

    /// The functions for which `wanted` says that they are: those whose name matches, and the one
    /// that holds `address`.
    fn symbols(
        &self,
        matches: &dyn Fn(&[u8]) -> bool,
        address: Option<u64>,
        wanted: &dyn Fn(&Symbol) -> bool,
    ) -> Vec<Symbol>;

    /// The instructions from `start` to before `end`; one that does not end there is not known.
    ///
    /// # Errors
    /// The text to print when there is no way to read them.
    fn instructions(&self, start: u64, end: u64) -> Result<Vec<Instruction>, String>;

    /// The functions that an address lies in, innermost inlined call first.
    fn frames(&self, address: u64) -> Vec<CodeFrame>;
}

/// A function of a binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbol {
    /// Its names; the first one is that by which it was found.
    pub names: Vec<Vec<u8>>,
    /// The address of its first byte.
    pub start: u64,
    /// The address of its last byte.
    pub last: u64,
}

/// An instruction, and where in the source it comes from as far as the disassembler says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instruction {
    /// Where it is.
    pub address: u64,
    /// Its text.
    pub text: String,
    /// The function; empty if unknown.
    pub function: Vec<u8>,
    /// The source file; empty if unknown.
    pub file: Vec<u8>,
    /// The line; 0 if unknown.
    pub line: i64,
}

/// A function at an address, and the position in its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeFrame {
    /// The name to show; empty if unknown.
    pub function: Vec<u8>,
    /// The linker's name; empty if unknown.
    pub symbol: Vec<u8>,
    /// The source file; empty if unknown.
    pub file: Vec<u8>,
    /// The line; 0 if unknown.
    pub line: i64,
}
