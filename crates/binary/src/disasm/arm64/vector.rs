//! Vectors, and whatever has no form of its own: the name of the manual, operands the other way round.

use yaxpeax_arm::armv8::a64::{Opcode, Operand};

use super::go::{Writer, line};
use super::operand;

/// The text of an instruction.
pub(super) fn text(writer: &Writer<'_>) -> String {
    use Opcode as O;
    let decoded = writer.decoded;
    let name = decoded.opcode.to_string().to_uppercase();
    let floating = name.starts_with('F') || matches!(decoded.opcode, O::SCVTF | O::UCVTF);
    let scalar = if floating { 'F' } else { 'V' };
    let mut operands: Vec<String> =
        decoded.operands.iter().rev().filter_map(|one| operand::operand(*one, scalar)).collect();
    if compares_with_zero(writer) {
        operands[0] = "$0".to_owned();
    }
    if let Some(alias) = alias(writer) {
        // The other name says what the first operand shown is.
        operands.remove(0);
        return line(alias, &operands);
    }
    let name = match decoded.opcode {
        O::INS | O::UMOV => "VMOV".to_owned(),
        O::DUP if matches!(decoded.operands[0], Operand::SIMDRegister(_, _)) => "VMOV".to_owned(),
        O::NOT => "VMVN".to_owned(),
        O::SMOV if !writer.word.bit(30) => "SMOVW".to_owned(),
        _ if is_marked(writer, &name, scalar) => format!("V{name}"),
        _ => name,
    };
    line(&name, &operands)
}

/// Whether the name begins with a letter for vectors.
fn is_marked(writer: &Writer<'_>, name: &str, scalar: char) -> bool {
    use Opcode as O;
    let unmarked = matches!(
        writer.decoded.opcode,
        O::FABS
            | O::FADD
            | O::FDIV
            | O::FMAX
            | O::FMAXNM
            | O::FMIN
            | O::FMINNM
            | O::FMOV
            | O::FMUL
            | O::FNEG
            | O::FSQRT
            | O::FSUB
            | O::FRINTA
            | O::FRINTI
            | O::FRINTM
            | O::FRINTN
            | O::FRINTP
            | O::FRINTX
            | O::FRINTZ
            | O::FCVTZS
            | O::FCVTZU
            | O::SCVTF
            | O::UCVTF
    );
    let cipher = ["AES", "SHA1", "SHA256", "SHA512"].iter().any(|kind| name.starts_with(kind));
    !unmarked
        && !cipher
        && match writer.decoded.operands[0] {
            Operand::SIMDRegister(_, _) => scalar == 'V',
            Operand::SIMDRegisterElements(_, _, _)
            | Operand::SIMDRegisterElementsLane(_, _, _, _) => true,
            _ => false,
        }
}

fn compares_with_zero(writer: &Writer<'_>) -> bool {
    use Opcode as O;
    matches!(writer.decoded.opcode, O::FCMEQ | O::FCMGE | O::FCMGT | O::FCMLE | O::FCMLT)
        && matches!(writer.decoded.operands[2], Operand::ImmediateDouble(_))
}

/// Another name that the instruction has with these operands.
fn alias(writer: &Writer<'_>) -> Option<&'static str> {
    use Opcode as O;
    let [_, second, third, _] = writer.decoded.operands;
    let by_nothing = matches!(third, Operand::Immediate(0) | Operand::Imm16(0));
    Some(match writer.decoded.opcode {
        O::ORR if second == third => "VMOV",
        O::SSHLL if by_nothing => "VSXTL",
        O::SSHLL2 if by_nothing => "VSXTL2",
        O::USHLL if by_nothing => "VUXTL",
        O::USHLL2 if by_nothing => "VUXTL2",
        _ => return None,
    })
}
