use super::*;
use crate::platform::mapping_table;

/// DWARF opcodes, as little of them as the tests need.
mod op {
    pub(super) const DEF_CFA: u8 = 0x0c;
    pub(super) const DEF_CFA_REGISTER: u8 = 0x0d;
    pub(super) const DEF_CFA_OFFSET: u8 = 0x0e;
    pub(super) const DEF_CFA_EXPRESSION: u8 = 0x0f;
    pub(super) const UNDEFINED: u8 = 0x07;
    pub(super) const REMEMBER: u8 = 0x0a;
    pub(super) const RESTORE_STATE: u8 = 0x0b;
    pub(super) const ADVANCE: u8 = 0x40;
    pub(super) const OFFSET: u8 = 0x80;
    pub(super) const RESTORE: u8 = 0xc0;
    pub(super) const RBP: u8 = 6;
    pub(super) const RSP: u8 = 7;
    pub(super) const RA: u8 = 16;
}

const HEADER_ADDRESS: usize = 0x10_0000;
const FRAMES_ADDRESS: usize = 0x10_1000;
const FUNCTION: usize = 0x20_0000;
const FUNCTION_BYTES: u32 = 0x100;

/// `.eh_frame_hdr` and `.eh_frame` of one function with these instructions.
struct File {
    header: Vec<u8>,
    frames: Vec<u8>,
}

impl File {
    fn new(augmentation: &[u8], instructions: &[u8]) -> Self {
        let mut common = vec![0, 0, 0, 0, 1];
        common.extend_from_slice(augmentation);
        // Alignment 1 and -8, return address in column 16, pointers as pc-relative i32.
        common.extend_from_slice(&[0, 1, 0x78, op::RA, 1, 0x1b]);
        common.extend_from_slice(&[op::DEF_CFA, op::RSP, 8, op::OFFSET | op::RA, 1]);
        let mut frames = record(common);
        let entry = frames.len();
        let start = FUNCTION as i32 - (FRAMES_ADDRESS + entry + 8) as i32;
        let mut body = (entry as u32 + 4).to_le_bytes().to_vec();
        body.extend_from_slice(&start.to_le_bytes());
        body.extend_from_slice(&FUNCTION_BYTES.to_le_bytes());
        body.push(0);
        body.extend_from_slice(instructions);
        frames.extend(record(body));
        frames.extend_from_slice(&[0; 4]);
        Self { header: Self::header(entry), frames }
    }

    fn header(entry: usize) -> Vec<u8> {
        let mut header = HEADER_MAGIC.to_vec();
        let words = [
            FRAMES_ADDRESS - (HEADER_ADDRESS + 4),
            1,
            FUNCTION - HEADER_ADDRESS,
            FRAMES_ADDRESS + entry - HEADER_ADDRESS,
        ];
        header.extend(words.iter().flat_map(|&word| (word as u32).to_le_bytes()));
        header
    }

    fn rule_at(&self, offset: usize) -> UnwindRule {
        let sections = Sections {
            header_address: HEADER_ADDRESS,
            header: &self.header,
            frames_address: FRAMES_ADDRESS,
            frames: &self.frames,
        };
        rule_for(FUNCTION.wrapping_add(offset), &sections)
    }
}

/// A length, and the body padded with `nop` to a multiple of eight bytes.
fn record(mut body: Vec<u8>) -> Vec<u8> {
    body.resize((body.len() + 4).next_multiple_of(8) - 4, 0);
    [&(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn from_sp(cfa_words: u32, bp: SavedBp) -> UnwindRule {
    UnwindRule::FromSp { cfa_words, bp }
}

#[test]
fn the_header_of_the_table() {
    let file = File::new(b"zR", &[]);
    let header = Header::parse(HEADER_ADDRESS, &file.header).unwrap();
    assert_eq!((header.frames, header.rows, header.len()), (FRAMES_ADDRESS, 1, 20));
    assert!(Header::parse(HEADER_ADDRESS, &file.header[..11]).is_none());
    assert!(Header::parse(HEADER_ADDRESS, &[2; 12]).is_none());
}

#[test]
fn rows_of_a_function_with_a_frame_pointer() {
    use op::{ADVANCE, DEF_CFA, DEF_CFA_OFFSET, DEF_CFA_REGISTER, OFFSET, RBP, RSP};
    let push = [ADVANCE | 1, DEF_CFA_OFFSET, 16, OFFSET | RBP, 2];
    let set_up = [ADVANCE | 3, DEF_CFA_REGISTER, RBP];
    let leave = [ADVANCE | 0x20, DEF_CFA, RSP, 8];
    let file = File::new(b"zR", &[&push[..], &set_up, &leave].concat());
    let bp = SavedBp::Below { words: 2 };
    assert_eq!(file.rule_at(0), from_sp(1, SavedBp::Unchanged));
    assert_eq!(file.rule_at(1), from_sp(2, bp));
    assert_eq!(file.rule_at(3), from_sp(2, bp));
    assert_eq!(file.rule_at(4), UnwindRule::FromBp { cfa_words: 2, bp });
    assert_eq!(file.rule_at(0x23), UnwindRule::FromBp { cfa_words: 2, bp });
    assert_eq!(file.rule_at(0x24), from_sp(1, bp));
}

#[test]
fn remembered_and_restored_rows() {
    use op::{ADVANCE, DEF_CFA_OFFSET, OFFSET, RBP, REMEMBER, RESTORE, RESTORE_STATE};
    let body = [DEF_CFA_OFFSET, 64, OFFSET | RBP, 3, REMEMBER];
    let early_return = [ADVANCE | 8, DEF_CFA_OFFSET, 8, RESTORE | RBP];
    let again = [ADVANCE | 8, RESTORE_STATE];
    let file = File::new(b"zR", &[&body[..], &early_return, &again].concat());
    let bp = SavedBp::Below { words: 3 };
    assert_eq!(file.rule_at(0), from_sp(8, bp));
    assert_eq!(file.rule_at(8), from_sp(1, SavedBp::Unchanged));
    assert_eq!(file.rule_at(16), from_sp(8, bp));
}

#[test]
fn the_first_function_of_a_thread() {
    let file = File::new(b"zR", &[op::UNDEFINED, op::RA]);
    assert_eq!(file.rule_at(5), UnwindRule::Root);
}

#[test]
fn the_return_of_a_signal_handler() {
    assert_eq!(File::new(b"zRS", &[]).rule_at(5), UnwindRule::Signal);
}

#[test]
fn the_procedure_linkage_table() {
    let expression = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
    let instructions = [&[op::DEF_CFA_EXPRESSION, 11][..], &expression].concat();
    let file = File::new(b"zR", &instructions);
    assert_eq!(file.rule_at(0x2a), from_sp(1, SavedBp::Unchanged));
    assert_eq!(file.rule_at(0x2b), from_sp(2, SavedBp::Unchanged));
}

#[test]
fn what_cannot_be_said_is_unknown() {
    let from_rax = File::new(b"zR", &[op::DEF_CFA, 0, 16]);
    let not_in_words = File::new(b"zR", &[op::DEF_CFA_OFFSET, 12]);
    let other_expression = File::new(b"zR", &[op::DEF_CFA_EXPRESSION, 1, 0x77]);
    let nothing_remembered = File::new(b"zR", &[op::RESTORE_STATE]);
    let too_much_remembered = File::new(b"zR", &[op::REMEMBER; 5]);
    for file in [from_rax, not_in_words, other_expression, nothing_remembered, too_much_remembered]
    {
        assert_eq!(file.rule_at(4), UnwindRule::Unknown);
    }
}

#[test]
fn outside_of_all_functions_is_unknown() {
    let file = File::new(b"zR", &[]);
    for offset in [FUNCTION_BYTES as usize, usize::MAX, 1 << 40] {
        assert_eq!(file.rule_at(offset), UnwindRule::Unknown);
    }
}

/// Every cut and every changed byte gives a rule, whatever rule, and no panic.
#[test]
fn damaged_sections_do_no_harm() {
    let whole = File::new(b"zR", &[op::DEF_CFA_OFFSET, 64, op::ADVANCE | 8, op::RESTORE_STATE]);
    assert_eq!(whole.rule_at(4), from_sp(8, SavedBp::Unchanged));
    for at in 0..whole.frames.len() {
        let cut = File { header: whole.header.clone(), frames: whole.frames[..at].to_vec() };
        cut.rule_at(4);
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut frames = whole.frames.clone();
            frames[at] = byte;
            File { header: whole.header.clone(), frames }.rule_at(4);
        }
    }
    for at in 0..whole.header.len() {
        let cut = File { header: whole.header[..at].to_vec(), frames: whole.frames.clone() };
        assert_eq!(cut.rule_at(4), UnwindRule::Unknown);
    }
}

#[test]
fn copies_give_the_rules_that_the_loaded_tables_give() {
    let here = rule_for as *const () as usize;
    let mapping = mapping_table::find_current(here).unwrap();
    // SAFETY: of this test's own program, which stays where it is.
    let sections = unsafe { mapping.sections() };
    let mut known = 0;
    for address in (here - 200_000..here + 200_000).step_by(61) {
        let expected = rule_for(address, &sections);
        assert_eq!(copied::rule_for(address, &mapping.frames()), expected, "{address:#x}");
        known += usize::from(expected != UnwindRule::Unknown);
    }
    assert!(known > 3000, "{known}");
}
