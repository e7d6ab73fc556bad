//! The prefixes of an x86 instruction, as its bytes have them.

/// What stands before the opcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefixes<'a> {
    /// The legacy prefixes, in order.
    pub(crate) legacy: &'a [u8],
    /// Whether a REX prefix widens operands to 64 bits.
    pub(crate) wide: bool,
}

impl<'a> Prefixes<'a> {
    /// Reads the prefixes of an instruction for a processor in the mode of `bits`.
    pub(crate) fn read(instruction: &'a [u8], bits: u32) -> Self {
        let legacy = instruction.iter().take_while(|byte| is_legacy(**byte)).count();
        let rex = instruction.get(legacy).filter(|byte| bits == 64 && **byte & 0xf0 == 0x40);
        Self { legacy: &instruction[..legacy], wide: rex.is_some_and(|rex| rex & 8 != 0) }
    }

    /// The width of operands that have no width of their own.
    pub(crate) fn operand_bits(&self) -> u32 {
        match () {
            () if self.wide => 64,
            () if self.legacy.contains(&0x66) => 16,
            () => 32,
        }
    }
}

fn is_legacy(byte: u8) -> bool {
    matches!(byte, 0x26 | 0x2e | 0x36 | 0x3e | 0x64 | 0x65 | 0x66 | 0x67 | 0xf0 | 0xf2 | 0xf3)
}
