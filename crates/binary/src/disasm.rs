//! Machine code to text.
//!
//! ```text
//! section bytes -> decoder (iced-x86, yaxpeax-arm) -> one instruction -> Plan 9 or Intel text
//! ```
//!
//! A byte (of AArch64 a word) that starts no instruction is shown as `?`, and the next one is tried:
//! whatever the bytes are, each step makes progress.

mod arm64;
mod names;
mod plan9;
mod prefixes;
mod x86;

use crate::LinkAddr;
use crate::symbols::Names;

/// What stands for bytes that are no instruction.
const UNKNOWN: &str = "?";

/// How instructions are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// As Go's assembler writes them: the destination last, symbols as `name+8(SB)`.
    #[default]
    Plan9,
    /// As the vendor writes them: the destination first.
    Native,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Where it is.
    pub address: LinkAddr,
    /// Its text.
    pub text: String,
}

/// The kind of processor that code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Processor {
    X86 { bits: u32 },
    Arm64,
}

/// Code, and what is needed to read it.
pub(crate) struct Code<'a> {
    pub(crate) processor: Processor,
    pub(crate) bytes: &'a [u8],
    pub(crate) start: LinkAddr,
    pub(crate) names: &'a Names<'a>,
}

impl Code<'_> {
    /// All instructions, as `syntax` writes them.
    pub(crate) fn instructions(&self, syntax: Syntax) -> Vec<Instruction> {
        match self.processor {
            Processor::X86 { bits } => x86::instructions(self, bits, syntax),
            Processor::Arm64 => arm64::instructions(self, syntax),
        }
    }
}

#[cfg(test)]
mod tests;
