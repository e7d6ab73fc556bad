//! Code of AArch64 processors.

mod bits;
mod float;
mod go;
mod integer;
mod memory;
mod operand;
mod operation;
mod sizes;
mod system;
mod undefined;
mod vector;

use yaxpeax_arch::{Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::{InstDecoder, Instruction as Decoded, Opcode, Operand};

use super::{Code, Instruction, Syntax, UNKNOWN};
use crate::LinkAddr;
use crate::symbols::Names;

/// The bytes of every instruction.
const SIZE: usize = 4;

/// The instructions of `code`.
pub(super) fn instructions(code: &Code<'_>, syntax: Syntax) -> Vec<Instruction> {
    let read = |(number, bytes): (usize, &[u8])| {
        let address = LinkAddr(code.start.0.wrapping_add((number * SIZE) as u64));
        let known = <[u8; SIZE]>::try_from(bytes).ok().and_then(decode);
        let text = known.map(|(word, decoded)| match syntax {
            Syntax::Plan9 => go::text(word, &decoded, address, code.names),
            Syntax::Native => format!("{decoded}{}", remark(&decoded, address, code.names)),
        });
        Instruction { address, text: text.unwrap_or_else(|| UNKNOWN.to_owned()) }
    };
    code.bytes.chunks(SIZE).enumerate().map(read).collect()
}

/// The instruction that bytes are, if they are one.
fn decode(bytes: [u8; SIZE]) -> Option<(u32, Decoded)> {
    let word = u32::from_le_bytes(bytes);
    let decoded = InstDecoder::default().decode(&mut U8Reader::new(&bytes)).ok()?;
    let known = decoded.opcode != Opcode::Invalid && !undefined::is_undefined(word, &decoded);
    known.then_some((word, decoded))
}

/// The address that an instruction refers to, and what has a name there.
fn remark(decoded: &Decoded, at: LinkAddr, names: &Names<'_>) -> String {
    let Some(address) = target(decoded, at) else { return String::new() };
    match names.find(LinkAddr(address)) {
        None => format!("  # {address:#x}"),
        Some(symbol) => {
            let name = String::from_utf8_lossy(symbol.name);
            match address - symbol.address.0 {
                0 => format!("  # {name}"),
                offset => format!("  # {name}+{offset:#x}"),
            }
        }
    }
}

/// The address that is meant by an operand relative to the program counter.
fn target(decoded: &Decoded, at: LinkAddr) -> Option<u64> {
    let distance = decoded.operands.iter().find_map(|operand| match operand {
        Operand::PCOffset(distance) => Some(*distance),
        _ => None,
    })?;
    let base = if decoded.opcode == Opcode::ADRP { at.0 & !0xfff } else { at.0 };
    Some(base.wrapping_add_signed(distance))
}

#[cfg(test)]
mod tests;
