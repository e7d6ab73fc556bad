//! Loads and stores.

use yaxpeax_arm::armv8::a64::{Opcode, Operand, SIMDSizeCode, SizeCode};

use super::bits::Word;
use super::go::{Writer, line};
use super::operand::{self, register, register_or_stack};

/// The text of a load or store; nothing for other instructions.
pub(super) fn text(writer: &Writer<'_>) -> Option<String> {
    single(writer)
        .or_else(|| pair(writer))
        .or_else(|| exclusive(writer))
        .or_else(|| lists(writer))
        .or_else(|| atomic(writer))
}

/// In which order the operands of an access to memory stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Where from, what to.
    Load,
    /// What, where to.
    Store,
}

/// One register.
fn single(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let decoded = writer.decoded;
    let is_store = matches!(
        decoded.opcode,
        O::STR
            | O::STRB
            | O::STRH
            | O::STUR
            | O::STURB
            | O::STURH
            | O::STLUR
            | O::STLURB
            | O::STLURH
    );
    let order = if is_store { Order::Store } else { Order::Load };
    let name = match decoded.operands[0] {
        Operand::SIMDRegister(size, _) => floating(decoded.opcode, size)?,
        Operand::Register(size, _) => integer(decoded.opcode, size)?,
        Operand::PrefetchOp(_) if decoded.opcode == O::PRFM => "PRFM",
        Operand::PrefetchOp(_) => "PRFUM",
        _ => return None,
    };
    let value = operand::operand(decoded.operands[0], 'F')?;
    let place = place(writer, decoded.operands[1])?;
    let operands = match order {
        Order::Load => [place, value],
        Order::Store => [value, place],
    };
    Some(line(&(name.to_owned() + change(decoded.operands[1])), &operands))
}

/// The name of an access to a register for floating-point numbers.
fn floating(opcode: Opcode, size: SIMDSizeCode) -> Option<&'static str> {
    use Opcode as O;
    if !matches!(opcode, O::LDR | O::STR | O::LDUR | O::STUR) {
        return None;
    }
    Some(match size {
        SIMDSizeCode::B => "FMOVB",
        SIMDSizeCode::H => "FMOVH",
        SIMDSizeCode::S => "FMOVS",
        SIMDSizeCode::D => "FMOVD",
        SIMDSizeCode::Q => "FMOVQ",
    })
}

/// The name of an access to a register for integers.
fn integer(opcode: Opcode, size: SizeCode) -> Option<&'static str> {
    use Opcode as O;
    let wide = size == SizeCode::X;
    let by_width = |whole, half| if wide { whole } else { half };
    Some(match opcode {
        O::LDR | O::LDUR => by_width("MOVD", "MOVWU"),
        O::STR | O::STUR => by_width("MOVD", "MOVW"),
        O::LDRB => "MOVBU",
        O::LDRH => "MOVHU",
        O::LDRSB => by_width("MOVB", "MOVBW"),
        O::LDRSH => by_width("MOVH", "MOVHW"),
        O::LDRSW => "MOVW",
        O::STRB | O::STURB => "MOVB",
        O::STRH | O::STURH => "MOVH",
        O::LDURB => "LDURBW",
        O::LDURH => "LDURHW",
        O::LDURSB => by_width("LDURSB", "LDURSBW"),
        O::LDURSH => by_width("LDURSH", "LDURSHW"),
        O::LDURSW => "LDURSW",
        O::LDTR => by_width("LDTR", "LDTRW"),
        O::LDTRB => "LDTRBW",
        O::LDTRH => "LDTRH",
        O::LDTRSB => by_width("LDTRSB", "LDTRSBW"),
        O::LDTRSH => by_width("LDTRSH", "LDTRSHW"),
        O::LDTRSW => "LDTRSW",
        O::STTR => by_width("STTR", "STTRW"),
        O::STTRB => "STTRBW",
        O::STTRH => "STTRHW",
        O::STLUR => by_width("STLUR", "STLURW"),
        O::STLURB => "STLURB",
        O::STLURH => "STLURH",
        _ => return None,
    })
}

/// Two registers.
fn pair(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let decoded = writer.decoded;
    let [first, second, address, _] = decoded.operands;
    let place = |scalar| {
        let texts = [first, second, address].map(|operand| operand::operand(operand, scalar));
        let [Some(first), Some(second), Some(address)] = texts else { return None };
        Some((first, second, address))
    };
    let name = match (decoded.opcode, first) {
        (O::LDP, Operand::Register(SizeCode::X, _)) => "LDP",
        (O::LDP, Operand::Register(SizeCode::W, _)) => "LDPW",
        (O::STP, Operand::Register(SizeCode::X, _)) => "STP",
        (O::STP, Operand::Register(SizeCode::W, _)) => "STPW",
        (O::LDP, Operand::SIMDRegister(SIMDSizeCode::S, _)) => "FLDPS",
        (O::LDP, Operand::SIMDRegister(SIMDSizeCode::D, _)) => "FLDPD",
        (O::LDP, Operand::SIMDRegister(_, _)) => "FLDPQ",
        (O::STP, Operand::SIMDRegister(SIMDSizeCode::S, _)) => "FSTPS",
        (O::STP, Operand::SIMDRegister(SIMDSizeCode::D, _)) => "FSTPD",
        (O::STP, Operand::SIMDRegister(_, _)) => "FSTPQ",
        // The reference has no syntax of its own for the rest, and turns them round.
        (O::LDPSW | O::LDNP | O::STNP, _) => return turned(writer),
        _ => return None,
    };
    let (first, second, address_text) = place('F')?;
    let registers = format!("({first}, {second})");
    let operands = match decoded.opcode {
        O::LDP => [address_text, registers],
        _ => [registers, address_text],
    };
    Some(line(&(name.to_owned() + change(address)), &operands))
}

fn turned(writer: &Writer<'_>) -> Option<String> {
    let decoded = writer.decoded;
    let name = match (decoded.opcode, decoded.operands[0]) {
        (Opcode::LDPSW, _) => "LDPSW",
        (Opcode::LDNP, Operand::Register(SizeCode::X, _)) => "LDNP",
        (Opcode::LDNP, Operand::Register(SizeCode::W, _)) => "LDNPW",
        (Opcode::STNP, Operand::Register(SizeCode::X, _)) => "STNP",
        (Opcode::STNP, Operand::Register(SizeCode::W, _)) => "STNPW",
        (Opcode::LDNP, _) => "VLDNP",
        _ => "VSTNP",
    };
    let operands = decoded.operands.iter().rev();
    let operands: Vec<_> = operands.filter_map(|one| operand::operand(*one, 'V')).collect();
    Some(line(&(name.to_owned() + change(decoded.operands[2])), &operands))
}

/// Accesses that order others, or fail when another processor came between.
fn exclusive(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let word = writer.word;
    let place = format!("({})", register_or_stack(word.n()));
    let (value, status) = (register(word.d()), register(word.m()));
    let both = format!("({value}, {})", register(word.a()));
    let narrow = match writer.decoded.opcode {
        O::LDXR | O::LDAXR | O::LDAR | O::STXR | O::STLXR | O::STLR if !word.bit(30) => "W",
        O::LDXP | O::LDAXP | O::STXP | O::STLXP if !word.bit(30) => "W",
        _ => "",
    };
    let name = || format!("{}{narrow}", writer.decoded.opcode).to_uppercase();
    Some(match writer.decoded.opcode {
        O::LDXR | O::LDXRB | O::LDXRH | O::LDAXR | O::LDAXRB | O::LDAXRH => {
            line(&name(), &[place, value])
        }
        O::LDAR | O::LDARB | O::LDARH => line(&name(), &[place, value]),
        O::STLR | O::STLRB | O::STLRH => line(&name(), &[value, place]),
        O::STXR | O::STXRB | O::STXRH | O::STLXR | O::STLXRB | O::STLXRH => {
            line(&name(), &[value, place, status])
        }
        O::LDXP | O::LDAXP => line(&name(), &[place, both]),
        O::STXP | O::STLXP => line(&name(), &[both, place, status]),
        _ => return None,
    })
}

/// Lists of registers of vectors.
fn lists(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let decoded = writer.decoded;
    let name = match decoded.opcode {
        O::LD1 | O::LD2 | O::LD3 | O::LD4 | O::ST1 | O::ST2 | O::ST3 | O::ST4 => decoded.opcode,
        O::LD1R | O::LD2R | O::LD3R | O::LD4R => decoded.opcode,
        _ => return None,
    };
    let name = name.to_string().to_uppercase();
    let lanes = matches!(decoded.operands[0], Operand::SIMDRegisterGroupLane(_, _, 2.., _));
    let vector = if lanes { "" } else { "V" };
    let list = operand::operand(decoded.operands[0], 'V')?;
    let place = operand::operand(decoded.operands[1], 'V')?;
    let operands = if decoded.opcode == O::ST1 { [list, place] } else { [place, list] };
    Some(line(&format!("{vector}{name}{}", change(decoded.operands[1])), &operands))
}

/// Accesses that read and write at once. The reference does not know them; Go's assembler does.
fn atomic(writer: &Writer<'_>) -> Option<String> {
    let word = writer.word;
    let swaps = word.is(0x3f20_7c00, 0x0820_7c00) && !word.bit(23);
    let compares = word.is(0x3fa0_7c00, 0x08a0_7c00) || swaps;
    let combines = word.is(0x3f20_0c00, 0x3820_0000) && !word.is(0x0000_f000, 0x0000_c000);
    if !compares && !combines {
        return None;
    }
    let name = writer.decoded.opcode.to_string().to_uppercase();
    let width = match (swaps, word.field(30, 2)) {
        (true, size) => ["W", "D"][(size & 1) as usize],
        (_, 2) => "W",
        (_, 3) => "D",
        _ => "",
    };
    let place = format!("({})", register_or_stack(word.n()));
    let value = |number: u32| {
        let second = register((number + 1) % 32);
        if swaps { format!("({}, {second})", register(number)) } else { register(number) }
    };
    Some(line(&format!("{name}{width}"), &[value(word.m()), place, value(word.d())]))
}

/// How the address is changed by the access.
fn change(address: Operand) -> &'static str {
    match address {
        Operand::RegPreIndex(_, _, true) => ".W",
        Operand::RegPostIndex(_, _) | Operand::RegPostIndexReg(_, _) => ".P",
        _ => "",
    }
}

/// Where in memory.
fn place(writer: &Writer<'_>, address: Operand) -> Option<String> {
    match address {
        Operand::PCOffset(_) if writer.decoded.opcode == Opcode::PRFM => writer.literal(),
        Operand::PCOffset(_) => writer.literal(),
        Operand::RegRegOffset(_, _, _, _, _) => Some(indexed(writer.word)),
        other => operand::operand(other, 'V'),
    }
}

/// A base and an index in registers.
fn indexed(word: Word) -> String {
    let (base, index) = (register_or_stack(word.n()), register(word.m()));
    let size = if word.is(0x0480_0000, 0x0480_0000) { 4 } else { word.field(30, 2) };
    let scaled = word.bit(12);
    let index = match (word.field(13, 3), scaled) {
        (3, false) => index,
        (3, true) => format!("{index}<<{size}"),
        (extension, scaled) => {
            let extension = match extension {
                2 => "UXTW",
                6 => "SXTW",
                _ => "SXTX",
            };
            let by = if scaled && size > 0 { format!("<<{size}") } else { String::new() };
            format!("{index}.{extension}{by}")
        }
    };
    format!("({base})({index})")
}
