//! An x86 instruction in the syntax of Go's assembler.
//!
//! Operands stand the other way round than in the vendor's manuals, the destination last. Opcodes are
//! those of the manuals; where operands come in several widths, a letter says which.

use std::fmt::Write;

use iced_x86::{EncodingKind, Instruction, Mnemonic, OpKind, Register};

use super::names;
use super::prefixes::Prefixes;
use crate::LinkAddr;
use crate::symbols::Names;

/// One instruction, with all that its text depends on.
struct Writer<'a> {
    decoded: &'a Instruction,
    prefixes: Prefixes<'a>,
    bits: u32,
    names: &'a Names<'a>,
}

/// The text of the instruction that `bytes` are.
pub(super) fn text(decoded: &Instruction, bytes: &[u8], bits: u32, names: &Names<'_>) -> String {
    let prefixes = Prefixes::read(bytes, bits);
    Writer { decoded, prefixes, bits, names }.text()
}

impl Writer<'_> {
    fn text(&self) -> String {
        let mut text = self.repeat().to_owned();
        text.push_str(&self.prefix());
        text.push_str(&self.opcode());
        match self.decoded.mnemonic() {
            Mnemonic::Int3 => return text + " $0x3",
            Mnemonic::Xlatb => return text + " DS:0(BX)",
            _ => {}
        }
        let mut operands = names::operands(self.decoded);
        if self.decoded.mnemonic() == Mnemonic::Cmp {
            operands.reverse();
        }
        let mut operands = operands.into_iter().peekable();
        let mut separator = " ";
        if names::uses_x0(self.decoded.mnemonic()) {
            text.push_str(" X0");
            separator = ", ";
        }
        while let Some(operand) = operands.next() {
            text.push_str(separator);
            separator = ", ";
            if operands.peek().is_none() && self.decoded.op_mask() != Register::None {
                let _ = write!(text, "{:?}, ", self.decoded.op_mask());
            }
            self.operand(operand, &mut text);
        }
        text
    }

    fn repeat(&self) -> &'static str {
        match () {
            () if self.decoded.has_rep_prefix() => "REP; ",
            () if self.decoded.has_repne_prefix() => "REPNE; ",
            () => "",
        }
    }

    /// The last prefix, if it is one that nothing else in the text stands for.
    fn prefix(&self) -> String {
        let shown = self.decoded.segment_prefix();
        let shown_as_operand = |name| format!("{shown:?}") == name && self.shows_segment();
        let mut prefixes = self.prefixes.legacy.iter().filter(|byte| !matches!(byte, 0xf2 | 0xf3));
        let name = match prefixes.next_back() {
            Some(0xf0) => "LOCK",
            Some(0x26) => "ES",
            Some(0x2e) => "CS",
            Some(0x36) => "SS",
            Some(0x3e) => "DS",
            Some(0x64) => "FS",
            Some(0x65) => "GS",
            _ => return String::new(),
        };
        if shown_as_operand(name) { String::new() } else { format!("{name} ") }
    }

    fn shows_segment(&self) -> bool {
        let decoded = self.decoded;
        let in_memory = (0..decoded.op_count()).any(|n| {
            use OpKind as K;
            let kind = decoded.op_kind(n);
            matches!(kind, K::Memory | K::MemorySegSI | K::MemorySegESI | K::MemorySegRSI)
        });
        let counts =
            self.bits != 64 || matches!(decoded.segment_prefix(), Register::FS | Register::GS);
        in_memory && counts
    }

    fn opcode(&self) -> String {
        let mnemonic = self.decoded.mnemonic();
        if let Some(name) = names::of(self.decoded) {
            return name.to_owned();
        }
        let mut name = format!("{mnemonic:?}").to_uppercase();
        if self.decoded.zeroing_masking() {
            name.push_str(".Z");
        }
        if !names::has_width(mnemonic) {
            return name;
        }
        let width = match self.width() {
            8 => "B",
            16 => "W",
            32 => "L",
            64 => "Q",
            _ => "",
        };
        name + width
    }

    /// The width of the operands in bits.
    fn width(&self) -> u32 {
        let decoded = self.decoded;
        let memory = (0..decoded.op_count()).any(|n| decoded.op_kind(n) == OpKind::Memory);
        let size = decoded.memory_size().size();
        let whole_state = matches!(decoded.mnemonic(), Mnemonic::Fldenv | Mnemonic::Frstor);
        if memory && size != 0 && !whole_state {
            return size as u32 * 8;
        }
        if decoded.op_count() == 1 && decoded.op0_register().is_gpr64() {
            return 64;
        }
        self.prefixes.operand_bits()
    }

    fn operand(&self, operand: u32, out: &mut String) {
        let decoded = self.decoded;
        match decoded.op_kind(operand) {
            OpKind::Register => out.push_str(&register(decoded.op_register(operand))),
            OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => {
                self.target(decoded.near_branch_target(), out);
            }
            OpKind::FarBranch16 | OpKind::FarBranch32 => {
                let _ = write!(out, "{:#x}", decoded.far_branch32());
            }
            _ if self.is_address(operand) => {
                out.push('$');
                self.symbolic(decoded.immediate(operand), out);
            }
            OpKind::Immediate8 | OpKind::Immediate8_2nd | OpKind::Immediate64 => {
                let _ = write!(out, "${:#x}", decoded.immediate(operand));
            }
            OpKind::Immediate16 if names::takes_no_sign(decoded.mnemonic()) => {
                let _ = write!(out, "${:#x}", decoded.immediate16());
            }
            OpKind::Immediate16 => self.number(decoded.immediate16() as i16, out),
            OpKind::Immediate8to16 => self.number(decoded.immediate8to16(), out),
            OpKind::Immediate32 => self.number(decoded.immediate32() as i32, out),
            OpKind::Immediate8to32 => self.number(decoded.immediate8to32(), out),
            OpKind::Immediate8to64 => self.number(decoded.immediate8to64(), out),
            OpKind::Immediate32to64 => self.number(decoded.immediate32to64(), out),
            OpKind::Memory => self.memory(out),
            OpKind::MemorySegSI | OpKind::MemorySegESI | OpKind::MemorySegRSI => {
                let _ = write!(out, "{:?}:0(SI)", decoded.memory_segment());
            }
            OpKind::MemorySegDI | OpKind::MemorySegEDI | OpKind::MemorySegRDI => {
                let _ = write!(out, "{:?}:0(DI)", decoded.memory_segment());
            }
            OpKind::MemoryESDI | OpKind::MemoryESEDI | OpKind::MemoryESRDI => {
                out.push_str("ES:0(DI)");
            }
        }
    }

    /// A number as an operand, which has a sign in code of 64 bits only.
    fn number(&self, number: impl Into<i64>, out: &mut String) {
        out.push('$');
        match (self.bits, number.into()) {
            (64, number) => signed(number, out),
            (_, number) => {
                let _ = write!(out, "{:#x}", number as u32);
            }
        }
    }

    fn target(&self, address: u64, out: &mut String) {
        match self.names.find(LinkAddr(address)) {
            Some(symbol) if symbol.address.0 == address => {
                out.push_str(&String::from_utf8_lossy(symbol.name));
                out.push_str("(SB)");
            }
            _ => {
                let _ = write!(out, "{address:#x}");
            }
        }
    }

    /// An operand at an address relative to the next instruction.
    fn near(&self, out: &mut String) {
        let decoded = self.decoded;
        // The reference takes the distance for a number without a sign: what lies before the
        // instruction has no name.
        let distance = decoded.ip_rel_memory_address().wrapping_sub(decoded.next_ip()) as u32;
        let address = decoded.next_ip().wrapping_add(distance.into());
        if !self.symbolic(address, out) {
            let _ = write!(out, "{distance:#x}(IP)");
        }
    }

    /// Whether an operand is a number to be moved, or pushed by code of 32 bits, that is the address of
    /// something with a name.
    fn is_address(&self, operand: u32) -> bool {
        use OpKind as K;
        let decoded = self.decoded;
        let number =
            matches!(decoded.op_kind(operand), K::Immediate8 | K::Immediate8to32 | K::Immediate32);
        let moved = match decoded.mnemonic() {
            Mnemonic::Mov => true,
            Mnemonic::Push => self.bits == 32,
            _ => false,
        };
        number
            && moved
            && self.prefixes.operand_bits() == 32
            && i32::try_from(decoded.immediate(operand)).is_ok()
            && self.names.find(LinkAddr(decoded.immediate(operand))).is_some()
    }

    /// Appends an address as the name of what lies there, if that has one.
    fn symbolic(&self, address: u64, out: &mut String) -> bool {
        let Some(symbol) = self.names.find(LinkAddr(address)) else { return false };
        out.push_str(&String::from_utf8_lossy(symbol.name));
        if address != symbol.address.0 {
            let _ = write!(out, "+{}", address - symbol.address.0);
        }
        out.push_str("(SB)");
        true
    }

    /// Whether the operand in memory is at an address that the instruction holds as a whole.
    fn is_absolute(&self) -> bool {
        let decoded = self.decoded;
        let registers = [decoded.memory_base(), decoded.memory_index(), decoded.segment_prefix()];
        let whole = self.bits == 32 || decoded.memory_displ_size() == 8;
        whole && registers == [Register::None; 3] && decoded.memory_displacement64() != 0
    }

    /// A displacement of one byte with its sign, which ends where the registers beside it end.
    fn extended(&self, displacement: u64) -> u64 {
        let registers = [self.decoded.memory_base(), self.decoded.memory_index()];
        match registers.map(Register::size).into_iter().max() {
            Some(2) => displacement as i16 as u64,
            Some(4) => displacement as i32 as u64,
            _ => displacement,
        }
    }

    fn memory(&self, out: &mut String) {
        let decoded = self.decoded;
        let (base, index) = (decoded.memory_base(), decoded.memory_index());
        if decoded.is_ip_rel_memory_operand() {
            return self.near(out);
        }
        let segment = decoded.segment_prefix();
        if segment != Register::None && self.shows_segment() {
            let _ = write!(out, "{segment:?}:");
        }
        let short = decoded.memory_displ_size() == 1 || decoded.encoding() == EncodingKind::EVEX;
        let displacement = decoded.memory_displacement64();
        if self.is_absolute() && self.symbolic(displacement, out) {
            return;
        }
        let displacement = if short { self.extended(displacement) } else { displacement };
        match displacement as i64 {
            0 => out.push('0'),
            number if short || i32::try_from(number).is_err() => signed(number, out),
            // The reference takes four bytes for a number without a sign.
            _ => {
                let _ = write!(out, "{:#x}", displacement as u32);
            }
        }
        if base != Register::None {
            let _ = write!(out, "({})", register(base));
        }
        if index != Register::None {
            let _ = write!(out, "({}*{})", register(index), decoded.memory_index_scale());
        }
    }
}

fn signed(number: i64, out: &mut String) {
    let sign = if number < 0 { "-" } else { "" };
    let _ = write!(out, "{sign}{:#x}", number.unsigned_abs());
}

/// The name of a register, which does not say its width: `AX` for RAX, EAX and AX, `SP` also for SPL.
fn register(register: Register) -> String {
    let name = format!("{register:?}");
    match () {
        () if matches!(register, Register::AL | Register::BL | Register::CL | Register::DL) => name,
        () if register.is_gpr8() => name.trim_end_matches('L').to_owned(),
        () if register.is_gpr() => {
            let name = name.trim_end_matches(['D', 'W']);
            let short = name.strip_prefix(['R', 'E']).unwrap_or(name);
            let numbered = short.starts_with(|c: char| c.is_ascii_digit());
            if numbered { name.to_owned() } else { short.to_owned() }
        }
        () if register.is_xmm() => name.replace("XMM", "X"),
        () if register.is_ymm() => name.replace("YMM", "Y"),
        () if register.is_zmm() => name.replace("ZMM", "Z"),
        () if register.is_mm() => name.replace("MM", "M"),
        () if register.is_st() => name.replace("ST", "F"),
        () => name,
    }
}
