//! An AArch64 instruction in the syntax of Go's assembler.
//!
//! Operands stand the other way round than in the vendor's manuals, the destination last. Loads and
//! stores are moves; a letter behind the name says how wide operands are, and `.W` and `.P` that the
//! address is changed before or after the access. Distances of jumps and literals count instructions.

use std::fmt::Write;

use yaxpeax_arm::armv8::a64::{Instruction as Decoded, Opcode, Operand};

use super::bits::Word;
use super::operand::{condition, register};
use super::{memory, system, vector};
use crate::LinkAddr;
use crate::symbols::Names;

/// One instruction, with all that its text depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer<'a> {
    pub(super) word: Word,
    pub(super) decoded: &'a Decoded,
    at: LinkAddr,
    names: &'a Names<'a>,
}

/// The text of the instruction `word` at `at`.
pub(super) fn text(word: u32, decoded: &Decoded, at: LinkAddr, names: &Names<'_>) -> String {
    let writer = Writer { word: Word(word), decoded, at, names };
    let known = writer
        .branch()
        .or_else(|| memory::text(&writer))
        .or_else(|| system::text(&writer))
        .or_else(|| super::integer::text(word, decoded))
        .or_else(|| super::float::text(&writer));
    known.unwrap_or_else(|| vector::text(&writer))
}

impl Writer<'_> {
    /// Jumps, calls and addresses.
    fn branch(&self) -> Option<String> {
        use Opcode as O;
        let word = self.word;
        let d = || register(word.d());
        let n = || register(word.n());
        let narrow = if word.is_wide() { "" } else { "W" };
        Some(match self.decoded.opcode {
            O::B => format!("JMP {}", self.target()?),
            O::BL => format!("CALL {}", self.target()?),
            O::Bcc(code) => format!("{} {}", jump(code), self.target()?),
            // The last register, which holds no address, has its number here.
            O::BR => format!("JMP (R{})", word.n()),
            O::BLR => format!("CALL (R{})", word.n()),
            O::RET if word.n() == 30 => "RET".to_owned(),
            O::RET => format!("RET {}", n()),
            O::CBZ => format!("CBZ{narrow} {}, {}", d(), self.target()?),
            O::CBNZ => format!("CBNZ{narrow} {}, {}", d(), self.target()?),
            O::TBZ | O::TBNZ => {
                let bit = word.field(19, 5) | word.field(31, 1) << 5;
                let name = if self.decoded.opcode == O::TBZ { "TBZ" } else { "TBNZ" };
                format!("{name} ${bit}, {}, {}", d(), self.target()?)
            }
            O::ADR => format!("ADR {}(PC), {}", self.distance()?, d()),
            O::ADRP => format!("ADRP {}(PC), {}", self.distance()?, d()),
            _ => return None,
        })
    }

    /// How many bytes an operand is away.
    fn distance(&self) -> Option<i64> {
        self.decoded.operands.iter().find_map(|operand| match operand {
            Operand::PCOffset(distance) => Some(*distance),
            _ => None,
        })
    }

    /// An address relative to the instruction: the name of what starts there, else how many
    /// instructions it is away.
    pub(super) fn target(&self) -> Option<String> {
        let distance = self.distance()?;
        Some(self.name(distance).unwrap_or_else(|| format!("{}(PC)", distance / 4)))
    }

    /// The same for a number to be loaded. The reference writes it as if it were the address.
    pub(super) fn literal(&self) -> Option<String> {
        let distance = self.distance()?;
        let named = self.name(distance).map(|name| format!("${name}"));
        Some(named.unwrap_or_else(|| format!("{}(PC)", distance / 4)))
    }

    fn name(&self, distance: i64) -> Option<String> {
        let address = LinkAddr(self.at.0.wrapping_add_signed(distance));
        let symbol = self.names.find(address).filter(|symbol| symbol.address == address)?;
        let mut text = String::from_utf8_lossy(symbol.name).into_owned();
        text.push_str("(SB)");
        Some(text)
    }
}

/// The name of a jump on a condition.
fn jump(code: u8) -> String {
    match code {
        2 => "BCS".to_owned(),
        3 => "BCC".to_owned(),
        _ => format!("B{}", condition(code.into())),
    }
}

/// `name operand, operand`.
pub(super) fn line(name: &str, operands: &[String]) -> String {
    let mut text = name.to_owned();
    for (number, operand) in operands.iter().enumerate() {
        let separator = if number == 0 { " " } else { ", " };
        let _ = write!(text, "{separator}{operand}");
    }
    text
}
