//! Code of x86 processors.

use iced_x86::{
    Code as Form, Decoder, DecoderOptions, Formatter, Instruction as Decoded, IntelFormatter,
    Mnemonic, OpKind,
};

use super::{Code, Instruction, Syntax, UNKNOWN, plan9};
use crate::LinkAddr;
use crate::symbols::Names;

/// The instructions of `code`, for a processor in the mode of `bits`.
pub(super) fn instructions(code: &Code<'_>, bits: u32, syntax: Syntax) -> Vec<Instruction> {
    let mut decoder =
        Decoder::with_ip(bits, code.bytes, code.start.0, DecoderOptions::NO_INVALID_CHECK);
    let mut native = native_formatter();
    let mut instructions = Vec::with_capacity(code.bytes.len() / 4);
    let mut decoded = Decoded::default();
    let mut at = 0;
    while at < code.bytes.len() {
        let address = LinkAddr(code.start.0.wrapping_add(at as u64));
        decoder.set_ip(address.0);
        let placed = decoder.set_position(at).is_ok() && decoder.can_decode();
        if placed {
            decoder.decode_out(&mut decoded);
        }
        if !placed || decoded.is_invalid() || is_undefined(&decoded) {
            instructions.push(Instruction { address, text: UNKNOWN.to_owned() });
            at += 1;
            continue;
        }
        let bytes = &code.bytes[at..at + decoded.len()];
        let text = match syntax {
            Syntax::Plan9 => plan9::text(&decoded, bytes, bits, code.names),
            Syntax::Native => {
                let mut text = String::new();
                native.format(&decoded, &mut text);
                text + &remark(&decoded, code.names)
            }
        };
        instructions.push(Instruction { address, text });
        at += decoded.len();
    }
    instructions
}

/// Whether processors do something that the manuals do not define: SALC, and second encodings of
/// instructions that have one.
fn is_undefined(decoded: &Decoded) -> bool {
    let is_second = matches!(
        decoded.code(),
        Form::Test_rm8_imm8_F6r1
            | Form::Test_rm16_imm16_F7r1
            | Form::Test_rm32_imm32_F7r1
            | Form::Test_rm64_imm32_F7r1
            | Form::Add_rm8_imm8_82
            | Form::Or_rm8_imm8_82
            | Form::Adc_rm8_imm8_82
            | Form::Sbb_rm8_imm8_82
            | Form::And_rm8_imm8_82
            | Form::Sub_rm8_imm8_82
            | Form::Xor_rm8_imm8_82
            | Form::Cmp_rm8_imm8_82
    );
    // Of a shift to the left, the first encoding is called SHL.
    is_second || matches!(decoded.mnemonic(), Mnemonic::Salc | Mnemonic::Sal)
}

/// The name of the address that an instruction refers to, if it has one.
fn remark(decoded: &Decoded, names: &Names<'_>) -> String {
    let near = [OpKind::NearBranch16, OpKind::NearBranch32, OpKind::NearBranch64];
    let address = if decoded.is_ip_rel_memory_operand() {
        decoded.ip_rel_memory_address()
    } else if near.contains(&decoded.op0_kind()) {
        decoded.near_branch_target()
    } else {
        return String::new();
    };
    let Some(symbol) = names.find(LinkAddr(address)) else { return String::new() };
    let name = String::from_utf8_lossy(symbol.name);
    match address - symbol.address.0 {
        0 => format!("  # {name}"),
        offset => format!("  # {name}+{offset:#x}"),
    }
}

fn native_formatter() -> IntelFormatter {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_small_hex_numbers_in_decimal(false);
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_show_branch_size(false);
    options.set_rip_relative_addresses(true);
    formatter
}
