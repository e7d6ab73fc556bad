//! Functions.

use crate::Str;

/// A function of the profiled program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Function {
    /// The id on the wire, unique in the profile and not 0.
    pub id: u64,
    /// The name that people read.
    pub name: Str,
    /// The mangled name, as the object file has it.
    pub system_name: Str,
    /// The source file.
    pub file: Str,
    /// The line at which the function starts, from 1; 0 when unknown.
    pub start_line: i64,
}
