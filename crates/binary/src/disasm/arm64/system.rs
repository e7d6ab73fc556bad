//! Instructions for the system.

use yaxpeax_arm::armv8::a64::Opcode;

use super::bits::Word;
use super::go::Writer;
use super::operand::register;
use super::operation;

/// The text of an instruction for the system; nothing for other instructions.
pub(super) fn text(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let word = writer.word;
    let number = || word.field(5, 16);
    let register = register(word.d());
    Some(match writer.decoded.opcode {
        O::SVC => format!("SVC ${}", number()),
        O::HVC => format!("HVC ${}", number()),
        O::SMC => format!("SMC ${}", number()),
        O::BRK => format!("BRK ${}", number()),
        O::HLT => format!("HLT ${}", number()),
        O::DCPS1 => format!("DCPS1 ${}", number()),
        O::DCPS2 => format!("DCPS2 ${}", number()),
        O::DCPS3 => format!("DCPS3 ${}", number()),
        _ if word.is(0xffff_f01f, 0xd503_201f) => hint(word.field(5, 7)),
        _ if word.is(0xffff_f01f, 0xd503_301f) => barrier(word)?,
        O::MRS => format!("MRS ${}, {register}", word.field(5, 15)),
        O::MSR if word.bit(20) => format!("MSR {register}, {}", system_register(word)),
        O::MSR => format!("MSR ${}, {}", word.field(8, 4), state(word)?),
        O::SYSL(_) => format!("SYSL ${}, {register}", word.field(5, 14) << 5),
        O::SYS(_) => operation::text(word, &register),
        _ => return None,
    })
}

fn hint(number: u32) -> String {
    const NAMES: [&str; 6] = ["NOOP", "YIELD", "WFE", "WFI", "SEV", "SEVL"];
    let name = NAMES.get(number as usize).map(|name| (*name).to_owned());
    name.unwrap_or_else(|| format!("HINT ${number}"))
}

fn barrier(word: Word) -> Option<String> {
    let name = match word.field(5, 3) {
        2 => "CLREX",
        4 => "DSB",
        5 => "DMB",
        6 => "ISB",
        _ => return None,
    };
    Some(format!("{name} ${}", word.field(8, 4)))
}

fn system_register(word: Word) -> String {
    let (class, group) = (2 + word.field(19, 1), word.field(16, 3));
    let (n, m, last) = (word.field(12, 4), word.field(8, 4), word.field(5, 3));
    format!("S{class}_{group}_C{n}_C{m}_{last}")
}

/// A field of the processor's state.
fn state(word: Word) -> Option<&'static str> {
    Some(match (word.field(16, 3), word.field(5, 3)) {
        (0, 5) => "SPSel",
        (0, 3) => "UAO",
        (0, 4) => "PAN",
        (3, 1) => "SSBS",
        (3, 2) => "DIT",
        (3, 4) => "TCO",
        (3, 6) => "DAIFSet",
        (3, 7) => "DAIFClr",
        _ => return None,
    })
}
