//! Call frame information (`.eh_frame`) to an unwind rule for one address.
//!
//! The linker's table `.eh_frame_hdr`, sorted by address, leads to the entry of a function; its
//! instructions are then run up to the address. gimli decodes both; what is kept of a row is the
//! three columns that a walk needs, so there is no table of registers and little stack is used.

pub(crate) mod copied;

use gimli::{
    BaseAddresses, CallFrameInstruction as Instruction, EhFrame, EhFrameOffset, EndianSlice,
    FrameDescriptionEntry, LittleEndian, Register, UnwindExpression, UnwindSection, X86_64,
};

use super::cursor::WORD;
use super::unwind_rule::{SavedBp, UnwindRule};

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Version 1, `.eh_frame` as a pc-relative i32, count as a u32, table of pairs of i32 relative to
/// the header: what every linker for x86_64 Linux writes.
const HEADER_MAGIC: [u8; 4] = [1, 0x1b, 0x03, 0x3b];
const HEADER_BYTES: usize = 12;
const ROW_BYTES: usize = 8;

/// Compilers nest `DW_CFA_remember_state` once.
const REMEMBERED_ROWS: usize = 4;

/// The first bytes of `.eh_frame_hdr`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Runtime address of `.eh_frame`.
    pub frames: usize,
    /// Number of rows of the table.
    pub rows: usize,
}

impl Header {
    /// `bytes` are those at runtime address `address`.
    pub(crate) fn parse(address: usize, bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk()?;
        let (frames, rest) = rest.split_first_chunk()?;
        let rows = u32::from_le_bytes(*rest.first_chunk()?) as usize;
        let frames =
            address.checked_add(4)?.checked_add_signed(i32::from_le_bytes(*frames) as isize)?;
        (*magic == HEADER_MAGIC).then_some(Self { frames, rows })
    }

    /// Bytes of the header with its table.
    pub(crate) fn len(&self) -> usize {
        HEADER_BYTES + self.rows * ROW_BYTES
    }
}

/// The call frame information of one file, in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections<'a> {
    /// Runtime address of `.eh_frame_hdr`, and its bytes.
    pub header_address: usize,
    pub header: &'a [u8],
    /// Runtime address of `.eh_frame`, and its bytes, possibly followed by others.
    pub frames_address: usize,
    pub frames: &'a [u8],
}

/// The rule for the instruction at runtime address `address`.
pub(crate) fn rule_for(address: usize, sections: &Sections<'_>) -> UnwindRule {
    find_rule(address, sections).unwrap_or(UnwindRule::Unknown)
}

fn find_rule(address: usize, sections: &Sections<'_>) -> Option<UnwindRule> {
    let entry_address = search(address, sections)?;
    let offset = entry_address.checked_sub(sections.frames_address)?;
    rule_of_entry(address, offset, sections.frames, sections.frames_address)
}

/// The rule out of the entry at `offset` of `.eh_frame`, or of a part of it, whose bytes are `frames`
/// and whose runtime address is `frames_address`.
fn rule_of_entry(
    address: usize,
    offset: usize,
    frames: &[u8],
    frames_address: usize,
) -> Option<UnwindRule> {
    let frames = EhFrame::new(frames, LittleEndian);
    let bases = BaseAddresses::default().set_eh_frame(frames_address as u64);
    let entry =
        frames.fde_from_offset(&bases, EhFrameOffset(offset), EhFrame::cie_from_offset).ok()?;
    if !entry.contains(address as u64) {
        return None;
    }
    if entry.is_signal_trampoline() {
        return Some(UnwindRule::Signal);
    }
    row_at(address, &entry, &frames, &bases)?.rule()
}

/// The runtime address of the entry whose function starts last at or before `address`.
fn search(address: usize, sections: &Sections<'_>) -> Option<usize> {
    let target = i32::try_from(address.wrapping_sub(sections.header_address) as isize).ok()?;
    let (rows, _) = sections.header.get(HEADER_BYTES..)?.as_chunks::<ROW_BYTES>();
    let after = rows.partition_point(|row| halves(row).0 <= target);
    let (_, entry) = halves(rows.get(after.checked_sub(1)?)?);
    sections.header_address.checked_add_signed(entry as isize)
}

/// Start of a function and its entry, both relative to the header.
fn halves(row: &[u8; ROW_BYTES]) -> (i32, i32) {
    let [a, b, c, d, e, f, g, h] = *row;
    (i32::from_le_bytes([a, b, c, d]), i32::from_le_bytes([e, f, g, h]))
}

/// The columns of a row of the unwind table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    cfa: Cfa,
    bp: Column,
    return_address: Column,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cfa {
    Offset { register: Register, bytes: i64 },
    Unsupported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Unchanged,
    /// `[CFA + bytes]`
    Saved {
        bytes: i64,
    },
    Undefined,
    Unsupported,
}

impl Row {
    const EMPTY: Self =
        Self { cfa: Cfa::Unsupported, bp: Column::Unchanged, return_address: Column::Unchanged };

    fn column(&mut self, register: Register) -> Option<&mut Column> {
        match register {
            X86_64::RBP => Some(&mut self.bp),
            X86_64::RA => Some(&mut self.return_address),
            _ => None,
        }
    }

    fn rule(&self) -> Option<UnwindRule> {
        match self.return_address {
            Column::Undefined => return Some(UnwindRule::Root),
            Column::Saved { bytes: -8 } => {}
            _ => return None,
        }
        let bp = match self.bp {
            Column::Unchanged => SavedBp::Unchanged,
            Column::Saved { bytes } => SavedBp::Below { words: words(bytes.checked_neg()?)? },
            // What the caller finds in bp is up to nobody: it does not rely on it.
            Column::Undefined => SavedBp::Unchanged,
            Column::Unsupported => return None,
        };
        let Cfa::Offset { register, bytes } = self.cfa else {
            return None;
        };
        let cfa_words = words(bytes)?;
        match register {
            X86_64::RSP => Some(UnwindRule::FromSp { cfa_words, bp }),
            X86_64::RBP => Some(UnwindRule::FromBp { cfa_words, bp }),
            _ => None,
        }
    }
}

/// Bytes as a positive number of words.
fn words<T: TryFrom<i64>>(bytes: i64) -> Option<T> {
    let word = WORD as i64;
    (bytes > 0 && bytes % word == 0).then(|| T::try_from(bytes / word).ok())?
}

/// Runs the instructions of `entry` up to `address`.
fn row_at<'a>(
    address: usize,
    entry: &FrameDescriptionEntry<Slice<'a>>,
    frames: &EhFrame<Slice<'a>>,
    bases: &BaseAddresses,
) -> Option<Row> {
    let cie = entry.cie();
    let mut table = Table {
        address: address as u64,
        location: entry.initial_address(),
        code_factor: cie.code_alignment_factor(),
        data_factor: cie.data_alignment_factor(),
        frames: *frames,
        initial: Row::EMPTY,
        row: Row::EMPTY,
        remembered: [Row::EMPTY; REMEMBERED_ROWS],
        depth: 0,
    };
    let mut instructions = cie.instructions(frames, bases);
    while let Some(instruction) = instructions.next().ok()? {
        table.run(&instruction)?;
    }
    table.initial = table.row;
    let mut instructions = entry.instructions(frames, bases);
    while let Some(instruction) = instructions.next().ok()? {
        table.run(&instruction)?;
        if table.location > table.address {
            break;
        }
    }
    Some(table.row)
}

/// The unwind table of a function while it is being run: only its current row exists.
struct Table<'a> {
    /// Where to stop.
    address: u64,
    /// First address that `row` holds for, once an instruction moves on.
    location: u64,
    code_factor: u64,
    data_factor: i64,
    frames: EhFrame<Slice<'a>>,
    /// What the common entry says, for `DW_CFA_restore`.
    initial: Row,
    row: Row,
    remembered: [Row; REMEMBERED_ROWS],
    depth: usize,
}

impl Table<'_> {
    /// Runs one instruction; `None` if it makes no sense or asks for too much.
    fn run(&mut self, instruction: &Instruction<usize>) -> Option<()> {
        use Column::{Saved, Unchanged, Undefined, Unsupported};
        match *instruction {
            Instruction::SetLoc { address } => self.location = address,
            Instruction::AdvanceLoc { delta } => {
                let delta = u64::from(delta).checked_mul(self.code_factor)?;
                self.location = self.location.checked_add(delta)?;
            }
            Instruction::Offset { register, factored_offset } => {
                let bytes = self.scaled(i64::try_from(factored_offset).ok()?)?;
                self.set(register, Saved { bytes });
            }
            Instruction::OffsetExtendedSf { register, factored_offset } => {
                let bytes = self.scaled(factored_offset)?;
                self.set(register, Saved { bytes });
            }
            Instruction::Undefined { register } => self.set(register, Undefined),
            Instruction::SameValue { register } => self.set(register, Unchanged),
            Instruction::Restore { register } => {
                let mut initial = self.initial;
                if let Some(&mut column) = initial.column(register) {
                    self.set(register, column);
                }
            }
            Instruction::ValOffset { register, .. }
            | Instruction::ValOffsetSf { register, .. }
            | Instruction::Expression { register, .. }
            | Instruction::ValExpression { register, .. } => self.set(register, Unsupported),
            Instruction::Register { dest_register, .. } => self.set(dest_register, Unsupported),
            Instruction::RememberState => {
                *self.remembered.get_mut(self.depth)? = self.row;
                self.depth += 1;
            }
            Instruction::RestoreState => {
                self.depth = self.depth.checked_sub(1)?;
                self.row = *self.remembered.get(self.depth)?;
            }
            Instruction::ArgsSize { .. } | Instruction::NegateRaState | Instruction::Nop => {}
            ref cfa => self.row.cfa = self.cfa_after(cfa)?,
        }
        Some(())
    }

    /// The CFA after one of the instructions that define it.
    fn cfa_after(&self, instruction: &Instruction<usize>) -> Option<Cfa> {
        let current = match self.row.cfa {
            Cfa::Offset { register, bytes } => Some((register, bytes)),
            Cfa::Unsupported => None,
        };
        let (register, bytes) = match *instruction {
            Instruction::DefCfa { register, offset } => (register, i64::try_from(offset).ok()?),
            Instruction::DefCfaSf { register, factored_offset } => {
                (register, self.scaled(factored_offset)?)
            }
            Instruction::DefCfaRegister { register } => (register, current?.1),
            Instruction::DefCfaOffset { offset } => (current?.0, i64::try_from(offset).ok()?),
            Instruction::DefCfaOffsetSf { factored_offset } => {
                (current?.0, self.scaled(factored_offset)?)
            }
            Instruction::DefCfaExpression { expression } => {
                return Some(self.expression(expression));
            }
            _ => return None,
        };
        Some(Cfa::Offset { register, bytes })
    }

    /// The one expression that linkers write, for the entries of the procedure linkage table:
    /// `sp + 8`, and 8 more from byte 11 of the entry's 16 on, behind its `push`.
    fn expression(&self, expression: UnwindExpression<usize>) -> Cfa {
        const PLT: [u8; 11] = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
        match expression.get(&self.frames) {
            Ok(gimli::Expression(bytes)) if bytes.slice() == PLT => {
                let pushed = self.address % 16 >= 11;
                Cfa::Offset { register: X86_64::RSP, bytes: if pushed { 16 } else { 8 } }
            }
            _ => Cfa::Unsupported,
        }
    }

    fn set(&mut self, register: Register, to: Column) {
        if let Some(column) = self.row.column(register) {
            *column = to;
        }
    }

    fn scaled(&self, factored: i64) -> Option<i64> {
        factored.checked_mul(self.data_factor)
    }
}

#[cfg(test)]
mod tests;
