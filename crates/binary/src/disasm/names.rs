//! What the text of an instruction owes to its opcode: names, suffixes, operands that are not shown.

use iced_x86::{Instruction, Mnemonic, OpKind};

/// The name of an instruction, if it is not that of its mnemonic.
pub(super) fn of(decoded: &Instruction) -> Option<&'static str> {
    use Mnemonic as M;
    let vector = (0..decoded.op_count())
        .any(|n| decoded.op_kind(n) == OpKind::Register && decoded.op_register(n).is_xmm());
    Some(match decoded.mnemonic() {
        M::Movsd if vector => "MOVSD_XMM",
        M::Cmpsd if vector => "CMPSD_XMM",
        M::Wait => "FWAIT",
        M::Int1 => "ICEBP",
        M::Int3 => "INT",
        M::Retf => "LRET",
        M::Call if is_far(decoded) => "LCALL",
        M::Jmp if is_far(decoded) => "LJMP",
        M::Pcmpestri64 => "PCMPESTRI",
        M::Pcmpestrm64 => "PCMPESTRM",
        M::Sysretq => "SYSRET",
        M::Sysexitq => "SYSEXIT",
        _ => return None,
    })
}

/// The operands that are shown, the destination last.
pub(super) fn operands(decoded: &Instruction) -> Vec<u32> {
    use Mnemonic as M;
    let shown = match decoded.mnemonic() {
        // The other one is always the same.
        M::Fxch | M::Fcom | M::Fcomp | M::Fucom | M::Fucomp if decoded.op_count() == 2 => 1..2,
        M::Maskmovq | M::Maskmovdqu => 1..decoded.op_count(),
        _ => 0..decoded.op_count(),
    };
    shown.rev().collect()
}

/// Whether register X0 is an operand that the encoding does not mention.
pub(super) fn uses_x0(mnemonic: Mnemonic) -> bool {
    use Mnemonic as M;
    matches!(mnemonic, M::Sha256rnds2 | M::Pblendvb | M::Blendvps | M::Blendvpd)
}

/// Whether a jump or call goes to another segment of code.
fn is_far(decoded: &Instruction) -> bool {
    use OpKind as K;
    match decoded.op0_kind() {
        K::FarBranch16 | K::FarBranch32 => true,
        K::Memory => decoded.is_call_far_indirect() || decoded.is_jmp_far_indirect(),
        _ => false,
    }
}

/// Whether a number of two bytes has no sign: a count of bytes to take off the stack.
pub(super) fn takes_no_sign(mnemonic: Mnemonic) -> bool {
    matches!(mnemonic, Mnemonic::Ret | Mnemonic::Retf | Mnemonic::Enter)
}

/// Whether a letter says how wide the operands are.
pub(super) fn has_width(mnemonic: Mnemonic) -> bool {
    use Mnemonic as M;
    matches!(
        mnemonic,
        M::Adc
            | M::Add
            | M::And
            | M::Bsf
            | M::Bsr
            | M::Bt
            | M::Btc
            | M::Btr
            | M::Bts
            | M::Cmp
            | M::Cmpxchg
            | M::Cvtsi2sd
            | M::Cvtsi2ss
            | M::Cvtsd2si
            | M::Cvtss2si
            | M::Cvttsd2si
            | M::Cvttss2si
            | M::Dec
            | M::Div
            | M::Fldenv
            | M::Frstor
            | M::Idiv
            | M::Imul
            | M::In
            | M::Inc
            | M::Lea
            | M::Mov
            | M::Movnti
            | M::Mul
            | M::Neg
            | M::Nop
            | M::Not
            | M::Or
            | M::Out
            | M::Pop
            | M::Popcnt
            | M::Push
            | M::Rcl
            | M::Rcr
            | M::Rol
            | M::Ror
            | M::Sar
            | M::Sbb
            | M::Shl
            | M::Shld
            | M::Shr
            | M::Shrd
            | M::Sub
            | M::Test
            | M::Xadd
            | M::Xchg
            | M::Xor
    )
}
