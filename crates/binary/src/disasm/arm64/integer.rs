//! Arithmetic on integers.

use yaxpeax_arm::armv8::a64::{Instruction as Decoded, Opcode, Operand};

use super::bits::Word;
use super::go::line;
use super::operand::{self, condition, moved, register, register_or_stack};

/// The text of an instruction on integers; nothing for other instructions.
pub(super) fn text(word: u32, decoded: &Decoded) -> Option<String> {
    let on_integers = decoded.operands.iter().all(|operand| {
        !matches!(
            operand,
            Operand::SIMDRegister(_, _)
                | Operand::SIMDRegisterElements(_, _, _)
                | Operand::SIMDRegisterElementsLane(_, _, _, _)
        )
    });
    let word = Word(word);
    let named = |(name, operands): (String, Vec<String>)| line(&name, &operands);
    on_integers.then(|| known(word, decoded).map(named)).flatten()
}

/// A name and the operands as they are shown.
type Parts = (String, Vec<String>);

fn known(word: Word, decoded: &Decoded) -> Option<Parts> {
    use Opcode as O;
    match decoded.opcode {
        O::ADD | O::ADDS | O::SUB | O::SUBS => sum(word, decoded),
        O::AND | O::ANDS | O::ORR | O::ORN | O::EOR | O::EON | O::BIC | O::BICS => {
            logic(word, decoded)
        }
        O::MOVZ | O::MOVN | O::MOVK => constant(word, decoded.opcode),
        O::SBFM | O::UBFM => Some(bit_field(word, decoded.opcode == O::SBFM)),
        O::BFM => Some(insertion(word)),
        O::EXTR => Some(extraction(word)),
        O::CSEL | O::CSINC | O::CSINV | O::CSNEG => Some(selection(word, decoded.opcode)),
        O::CCMN | O::CCMP => Some(comparison(word, decoded.opcode)),
        O::MADD | O::MSUB | O::SMADDL | O::SMSUBL | O::UMADDL | O::UMSUBL => {
            Some(product(word, decoded.opcode))
        }
        O::ADC | O::ADCS | O::SBC | O::SBCS => Some(carried(word, decoded.opcode)),
        _ => plain(word, decoded.opcode),
    }
}

/// A name with the letter for 32 bits if it takes one.
fn sized(name: &str, word: Word) -> String {
    let narrow = if word.is_wide() { "" } else { "W" };
    format!("{name}{narrow}")
}

/// The third operand: a number, or a register, shifted or extended.
fn third(decoded: &Decoded) -> Option<String> {
    operand::operand(decoded.operands[2], 'V')
}

fn sum(word: Word, decoded: &Decoded) -> Option<Parts> {
    let (subtracts, sets_flags) = (word.bit(30), word.bit(29));
    let number = word.is(0x1f00_0000, 0x1100_0000);
    let extended = word.is(0x1f20_0000, 0x0b20_0000);
    let stack = number || extended;
    let n = if stack { register_or_stack(word.n()) } else { register(word.n()) };
    let d = if stack && !sets_flags { register_or_stack(word.d()) } else { register(word.d()) };
    let third = match () {
        () if number => moved(word.field(10, 12), if word.bit(22) { 12 } else { 0 }),
        () if extended => extension(word, stack && word.n() == 31 || !sets_flags && word.d() == 31),
        () => third(decoded)?,
    };
    if sets_flags && word.d() == 31 {
        let name = if subtracts { "CMP" } else { "CMN" };
        return Some((sized(name, word), vec![third, n]));
    }
    if !stack && subtracts && word.n() == 31 {
        let name = if sets_flags { "NEGS" } else { "NEG" };
        return Some((sized(name, word), vec![third, d]));
    }
    let on_stack = word.n() == 31 || word.d() == 31;
    if number && !subtracts && !sets_flags && on_stack && word.field(10, 13) == 0 {
        return Some((if word.is_wide() { "MOVD" } else { "MOVW" }.to_owned(), vec![n, d]));
    }
    let name = match (subtracts, sets_flags) {
        (false, false) => "ADD",
        (false, true) => "ADDS",
        (true, false) => "SUB",
        (true, true) => "SUBS",
    };
    Some((sized(name, word), vec![third, n, d]))
}

/// A register that is extended. Beside the stack pointer, what leaves it as it is has no name.
fn extension(word: Word, beside_stack: bool) -> String {
    const NAMES: [&str; 8] = ["UXTB", "UXTH", "UXTW", "UXTX", "SXTB", "SXTH", "SXTW", "SXTX"];
    let (kind, by) = (word.field(13, 3), word.field(10, 3));
    let as_it_is = beside_stack && kind == if word.is_wide() { 3 } else { 2 };
    let name = if as_it_is { String::new() } else { format!(".{}", NAMES[kind as usize]) };
    let by = if by == 0 { String::new() } else { format!("<<{by}") };
    format!("{}{name}{by}", register(word.m()))
}

fn logic(word: Word, decoded: &Decoded) -> Option<Parts> {
    use Opcode as O;
    let number = word.is(0x1f80_0000, 0x1200_0000);
    let sets_flags = decoded.opcode == O::ANDS;
    let d = if number && !sets_flags { register_or_stack(word.d()) } else { register(word.d()) };
    let (n, third) = (register(word.n()), third(decoded)?);
    if sets_flags && word.d() == 31 {
        return Some((sized("TST", word), vec![third, n]));
    }
    if decoded.opcode == O::ORN && word.n() == 31 {
        return Some((sized("MVN", word), vec![third, d]));
    }
    let is_move = match decoded.opcode {
        O::ORR if number => word.n() == 31 && !moves_at_once(word),
        O::ORR => word.n() == 31 && word.field(22, 2) == 0 && word.field(10, 6) == 0,
        _ => false,
    };
    if is_move {
        return Some((if word.is_wide() { "MOVD" } else { "MOVW" }.to_owned(), vec![third, d]));
    }
    Some((sized(&decoded.opcode.to_string().to_uppercase(), word), vec![third, n, d]))
}

/// Whether the number of a logical instruction is one that a move of 16 bits makes too.
fn moves_at_once(word: Word) -> bool {
    let width = if word.is_wide() { 64 } else { 32 };
    let (n, r, s) = (word.field(22, 1), word.field(16, 6) % width, word.field(10, 6));
    let whole = if word.is_wide() { n == 1 } else { n == 0 && s & 0x20 == 0 };
    if !whole {
        return false;
    }
    if s < 16 {
        return (width - r) % 16 <= 15 - s;
    }
    s >= width - 15 && r % 16 <= s - (width - 15)
}

fn constant(word: Word, opcode: Opcode) -> Option<Parts> {
    let (number, by) = (word.field(5, 16), 16 * word.field(21, 2));
    let d = register(word.d());
    let zero_moved = number == 0 && by != 0;
    let value = u64::from(number) << by;
    let (name, value) = match opcode {
        Opcode::MOVZ if !zero_moved => (None, value),
        Opcode::MOVZ => (Some("MOVZ"), value),
        Opcode::MOVN if word.is_wide() && !zero_moved => (None, !value),
        Opcode::MOVN if !zero_moved && number != 0xffff => (None, u64::from(!(value as u32))),
        Opcode::MOVN => (Some("MOVN"), value),
        _ => (Some("MOVK"), value),
    };
    Some(match name {
        Some(name) => (sized(name, word), vec![moved(number, by), d]),
        None => {
            let name = if word.is_wide() { "MOVD" } else { "MOVW" };
            (name.to_owned(), vec![format!("${}", value as i64), d])
        }
    })
}

fn bit_field(word: Word, signed: bool) -> Parts {
    let width = if word.is_wide() { 64 } else { 32 };
    let (r, s) = (word.field(16, 6) % width, word.field(10, 6) % width);
    let (n, d) = (register(word.n()), register(word.d()));
    let letter = if signed { 'S' } else { 'U' };
    let simple =
        |name: &str, by: u32| (sized(name, word), vec![format!("${by}"), n.clone(), d.clone()]);
    if s == width - 1 {
        return simple(if signed { "ASR" } else { "LSR" }, r);
    }
    if !signed && s + 1 == r {
        return simple("LSL", width - r);
    }
    let extension = match s {
        _ if r != 0 || !signed && word.is_wide() => None,
        7 => Some("XTB"),
        15 => Some("XTH"),
        31 => Some("XTW"),
        _ => None,
    };
    if let Some(extension) = extension {
        return (sized(&format!("{letter}{extension}"), word), vec![n, d]);
    }
    let (name, low, bits) = if s < r { ("BFIZ", width - r, s + 1) } else { ("BFX", r, s + 1 - r) };
    let operands = vec![format!("${low}"), n, format!("${bits}"), d];
    (sized(&format!("{letter}{name}"), word), operands)
}

fn insertion(word: Word) -> Parts {
    let width = if word.is_wide() { 64 } else { 32 };
    let (r, s) = (word.field(16, 6) % width, word.field(10, 6) % width);
    let (name, first, second) = match () {
        () if s >= r => ("BFXIL", r, s + 1 - r),
        () if word.n() == 31 => {
            let operands = vec![format!("${s}"), format!("${r}"), register(31), register(word.d())];
            return (sized("BFM", word), operands);
        }
        () => ("BFI", width - r, s + 1),
    };
    let (n, d) = (register(word.n()), register(word.d()));
    (sized(name, word), vec![format!("${first}"), n, format!("${second}"), d])
}

fn extraction(word: Word) -> Parts {
    let low = format!("${}", word.field(10, 6));
    let (n, m, d) = (register(word.n()), register(word.m()), register(word.d()));
    if word.n() == word.m() {
        return (sized("ROR", word), vec![low, m, d]);
    }
    (sized("EXTR", word), vec![low, m, n, d])
}

fn selection(word: Word, opcode: Opcode) -> Parts {
    let code = word.field(12, 4);
    let (n, m, d) = (word.n(), word.m(), register(word.d()));
    let one = n == m && code < 14;
    let alias = match opcode {
        Opcode::CSINC if one => Some(if n == 31 { "CSET" } else { "CINC" }),
        Opcode::CSINV if one => Some(if n == 31 { "CSETM" } else { "CINV" }),
        Opcode::CSNEG if one => Some("CNEG"),
        _ => None,
    };
    let Some(alias) = alias else {
        let operands = vec![condition(code).to_owned(), register(n), register(m), d];
        return (sized(&opcode.to_string().to_uppercase(), word), operands);
    };
    // What it does when the condition holds is what the other does when it does not.
    let code = condition(code ^ 1).to_owned();
    let operands =
        if alias.starts_with("CSET") { vec![code, d] } else { vec![code, register(n), d] };
    (sized(alias, word), operands)
}

fn comparison(word: Word, opcode: Opcode) -> Parts {
    let second = if word.bit(11) { format!("${}", word.m()) } else { register(word.m()) };
    let flags = format!("${}", word.field(0, 4));
    let operands = vec![condition(word.field(12, 4)).to_owned(), register(word.n()), second, flags];
    (sized(&opcode.to_string().to_uppercase(), word), operands)
}

fn product(word: Word, opcode: Opcode) -> Parts {
    let (n, m, a, d) = (word.n(), word.m(), word.a(), word.d());
    let alias = match opcode {
        Opcode::MADD => "MUL",
        Opcode::MSUB => "MNEG",
        Opcode::SMADDL => "SMULL",
        Opcode::SMSUBL => "SMNEGL",
        Opcode::UMADDL => "UMULL",
        _ => "UMNEGL",
    };
    if a == 31 {
        return (sized(alias, word), [m, n, d].map(register).into());
    }
    (sized(&opcode.to_string().to_uppercase(), word), [m, a, n, d].map(register).into())
}

fn carried(word: Word, opcode: Opcode) -> Parts {
    let (n, m, d) = (register(word.n()), register(word.m()), register(word.d()));
    match opcode {
        Opcode::SBC if word.n() == 31 => (sized("NGC", word), vec![m, d]),
        Opcode::SBCS if word.n() == 31 => (sized("NGCS", word), vec![m, d]),
        _ => (sized(&opcode.to_string().to_uppercase(), word), vec![m, n, d]),
    }
}

/// Instructions without other names or forms.
fn plain(word: Word, opcode: Opcode) -> Option<Parts> {
    use Opcode as O;
    let name = match opcode {
        O::LSLV => sized("LSL", word),
        O::LSRV => sized("LSR", word),
        O::ASRV => sized("ASR", word),
        O::RORV => sized("ROR", word),
        O::UDIV | O::SDIV | O::RBIT | O::REV | O::REV16 | O::CLZ | O::CLS => {
            sized(&opcode.to_string().to_uppercase(), word)
        }
        O::REV32 | O::SMULH | O::UMULH => opcode.to_string().to_uppercase(),
        O::CRC32B | O::CRC32H | O::CRC32W | O::CRC32X => opcode.to_string().to_uppercase(),
        O::CRC32CB | O::CRC32CH | O::CRC32CW | O::CRC32CX => opcode.to_string().to_uppercase(),
        _ => return None,
    };
    let unary = matches!(opcode, O::RBIT | O::REV | O::REV16 | O::REV32 | O::CLZ | O::CLS);
    let registers: &[u32] =
        if unary { &[word.n(), word.d()] } else { &[word.m(), word.n(), word.d()] };
    Some((name, registers.iter().copied().map(register).collect()))
}
