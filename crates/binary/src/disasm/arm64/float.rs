//! Arithmetic on floating-point numbers that stand alone in a register.

use yaxpeax_arm::armv8::a64::{Opcode, Operand, SIMDSizeCode, SizeCode};

use super::go::{Writer, line};
use super::operand::{self, condition};

/// The text of an instruction on single numbers; nothing for other instructions.
pub(super) fn text(writer: &Writer<'_>) -> Option<String> {
    converted(writer).or_else(|| compared(writer)).or_else(|| computed(writer))
}

/// The letter of a size, as names of instructions have it.
fn letter(operand: Operand) -> Option<char> {
    match operand {
        Operand::SIMDRegister(SIMDSizeCode::H, _) => Some('H'),
        Operand::SIMDRegister(SIMDSizeCode::S, _) => Some('S'),
        Operand::SIMDRegister(SIMDSizeCode::D, _) => Some('D'),
        _ => None,
    }
}

/// Conversions.
fn converted(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let decoded = writer.decoded;
    let [to, from, third, _] = decoded.operands;
    let fixed_point = third != Operand::Nothing;
    let suffix = match (decoded.opcode, to, from) {
        (O::FCVT, _, _) => format!("{}{}", letter(from)?, letter(to)?),
        (O::FCVTZS | O::FCVTZU | O::SCVTF | O::UCVTF, _, _) if fixed_point => {
            single(to)?;
            String::new()
        }
        (O::FCVTZS | O::FCVTZU, Operand::Register(SizeCode::W, _), _) => {
            format!("{}W", letter(from)?)
        }
        (O::FCVTZS | O::FCVTZU, Operand::Register(_, _), _) => letter(from)?.to_string(),
        (O::SCVTF | O::UCVTF, _, Operand::Register(SizeCode::W, _)) => format!("W{}", letter(to)?),
        (O::SCVTF | O::UCVTF, _, Operand::Register(_, _)) => letter(to)?.to_string(),
        (O::FCVTZS | O::FCVTZU | O::SCVTF | O::UCVTF, _, _) => {
            format!("{}{}", letter(from)?, letter(to)?)
        }
        (
            O::FCVTAS
            | O::FCVTAU
            | O::FCVTMS
            | O::FCVTMU
            | O::FCVTNS
            | O::FCVTNU
            | O::FCVTPS
            | O::FCVTPU
            | O::FJCVTZS,
            _,
            _,
        ) => {
            single(to)?;
            if matches!(to, Operand::Register(SizeCode::W, _)) { "W" } else { "" }.to_owned()
        }
        _ => return None,
    };
    let name = format!("{}{suffix}", decoded.opcode).to_uppercase();
    let operands = [third, from, to].into_iter();
    let operands: Vec<_> = operands.filter_map(|one| operand::operand(one, 'F')).collect();
    Some(line(&name, &operands))
}

/// An operand that is one number.
fn single(operand: Operand) -> Option<()> {
    matches!(operand, Operand::SIMDRegister(_, _) | Operand::Register(_, _)).then_some(())
}

/// Comparisons and choices.
fn compared(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let (decoded, word) = (writer.decoded, writer.word);
    let size = letter(decoded.operands[0]);
    let name = || Some(format!("{}{}", decoded.opcode, size?).to_uppercase());
    let register = |number: u32| format!("F{number}");
    let code = || condition(word.field(12, 4)).to_owned();
    let operands = match decoded.opcode {
        O::FCMP | O::FCMPE if word.bit(3) => vec!["$(0.0)".to_owned(), register(word.n())],
        O::FCMP | O::FCMPE => vec![register(word.m()), register(word.n())],
        O::FCCMP | O::FCCMPE => {
            let flags = format!("${}", word.field(0, 4));
            vec![code(), register(word.m()), register(word.n()), flags]
        }
        O::FCSEL => vec![code(), register(word.n()), register(word.m()), register(word.d())],
        _ => return None,
    };
    Some(line(&name()?, &operands))
}

/// Arithmetic and moves.
fn computed(writer: &Writer<'_>) -> Option<String> {
    use Opcode as O;
    let (decoded, word) = (writer.decoded, writer.word);
    let [to, from, third, fourth] = decoded.operands;
    let size = match decoded.opcode {
        O::FMOV if matches!(to, Operand::Register(_, _)) => letter(from)?,
        O::FABS
        | O::FADD
        | O::FDIV
        | O::FMADD
        | O::FMAX
        | O::FMAXNM
        | O::FMIN
        | O::FMINNM
        | O::FMOV
        | O::FMSUB
        | O::FMUL
        | O::FNEG
        | O::FNMADD
        | O::FNMSUB
        | O::FNMUL
        | O::FSQRT
        | O::FSUB
        | O::FRINTA
        | O::FRINTI
        | O::FRINTM
        | O::FRINTN
        | O::FRINTP
        | O::FRINTX
        | O::FRINTZ
        | O::FRINT32X
        | O::FRINT32Z
        | O::FRINT64X
        | O::FRINT64Z => letter(to)?,
        _ => return None,
    };
    let name = format!("{}{size}", decoded.opcode).to_uppercase();
    if fourth != Operand::Nothing {
        let operands = [word.m(), word.a(), word.n(), word.d()];
        return Some(line(&name, &operands.map(|number| format!("F{number}"))));
    }
    let operands = [third, from, to].into_iter();
    let operands: Vec<_> = operands.filter_map(|one| operand::operand(one, 'F')).collect();
    Some(line(&name, &operands))
}
