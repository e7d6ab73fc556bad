//! Words that the decoder takes for instructions, and the manual leaves undefined.

use yaxpeax_arm::armv8::a64::{Instruction as Decoded, Opcode};

use super::bits::Word;
use super::sizes;

/// Whether no processor runs the instruction, as far as those are known that are shown here.
pub(super) fn is_undefined(word: u32, decoded: &Decoded) -> bool {
    use Opcode as O;
    let word = Word(word);
    let unknown = match decoded.opcode {
        O::UDF | O::BCcc(_) | O::Invalid => true,
        O::AUTIASPPC | O::AUTIBSPPC | O::RETAASPPC | O::RETABSPPC => true,
        O::AUTIASPPCR | O::AUTIBSPPCR | O::RETAASPPCR | O::RETABSPPCR => true,
        O::LDAPR | O::LDAPRB | O::LDAPRH => word.m() != 31,
        _ => false,
    };
    unknown || integers(word) || memory(word) || numbers(word) || vectors(word) || ciphers(word)
}

/// Arithmetic on integers.
fn integers(word: Word) -> bool {
    let wide = word.is_wide();
    let low = word.field(10, 6);
    match word.field(23, 6) {
        // By a number: logic, moves of 16 bits, fields, two registers as one.
        0b10_0100 => {
            if word.bit(22) {
                !wide
            } else {
                low >= 0x3e
            }
        }
        0b10_0101 => word.field(29, 2) == 1 || !wide && word.bit(22),
        0b10_0110 => {
            let fits = wide || low < 32 && word.field(16, 6) < 32;
            word.field(29, 2) == 3 || word.bit(22) != wide || !fits
        }
        0b10_0111 => {
            word.field(29, 2) != 0 || word.bit(21) || word.bit(22) != wide || !wide && low >= 32
        }
        _ => match word.field(24, 5) {
            0b0_1010 => !wide && low >= 32,
            0b0_1011 if word.bit(21) => word.field(22, 2) != 0,
            0b0_1011 => word.field(22, 2) == 3 || !wide && low >= 32,
            0b1_1010 => word.bit(21) || by_register(word),
            _ => false,
        },
    }
}

/// Arithmetic with carries, on conditions, and with one or two operands.
fn by_register(word: Word) -> bool {
    let (sets_flags, negated) = (word.bit(29), word.bit(30));
    match word.field(21, 4) {
        0b0000 => word.field(10, 6) != 0 && !on_flags(word),
        0b0010 => !sets_flags || word.bit(10) || word.bit(4),
        0b0100 => sets_flags || word.bit(11),
        // Pointers are signed by instructions with one operand.
        0b0110 if negated => sets_flags || word.m() > 1,
        0b0110 => sets_flags && !word.is(0xffe0_fc00, 0xbac0_0000),
        _ => true,
    }
}

/// Instructions that set flags from a register.
fn on_flags(word: Word) -> bool {
    word.is(0xffe0_7c10, 0xba00_0400) || word.is(0xffff_bc1f, 0x3a00_080d)
}

/// Loads and stores.
fn memory(word: Word) -> bool {
    let lists = word.is(0x3f00_0000, 0x0c00_0000);
    let lanes = word.is(0x3f00_0000, 0x0d00_0000);
    if lists || lanes {
        let changed = word.bit(23);
        // Halves of registers have no lists of their one element, but for one kind of access.
        let single = word.field(10, 2) == 3 && !word.bit(30) && !word.bit(13);
        return word.bit(31) || lists && (word.bit(21) || single) || !changed && word.m() != 0;
    }
    // The index is extended from 32 or 64 bits.
    let indexed = word.is(0x3b20_0c00, 0x3820_0800);
    indexed && !word.bit(14)
}

/// Floating-point numbers that stand alone. Halves are not shown: the reference does not know them.
fn numbers(word: Word) -> bool {
    let kind = word.field(22, 2);
    if word.is(0xff00_0000, 0x1f00_0000) {
        return kind > 1;
    }
    if !word.is(0x7f00_0000, 0x1e00_0000) {
        return word.is(0x7f00_0000, 0x3e00_0000);
    }
    if !word.bit(21) {
        let fits = word.is_wide() || word.bit(15);
        return kind > 1 || !fits || !matches!(word.m(), 0x02 | 0x03 | 0x18 | 0x19);
    }
    match word.field(10, 6) {
        0 => kind == 3 || kind == 2 && !matches!(word.m(), 0x0e | 0x0f),
        _ if word.is_wide() => true,
        operation if operation & 0x1f == 0x10 => {
            let from_half = kind == 3 && matches!(word.field(15, 6), 4 | 5);
            kind > 1 && !from_half
        }
        operation if operation & 0x0f == 0x08 => {
            kind > 1 || operation != 0x08 || word.field(0, 3) != 0
        }
        operation if operation & 0x07 == 0x04 => kind > 1 || word.n() != 0,
        _ => kind > 1,
    }
}

/// Vectors, and scalars that are treated as such.
fn vectors(word: Word) -> bool {
    let scalar = word.is(0xde00_0000, 0x5e00_0000);
    let vector = word.is(0x9e00_0000, 0x0e00_0000);
    if !scalar && !vector {
        return false;
    }
    if word.bit(24) { by_element(word, scalar) } else { by_vector(word, scalar) }
}

/// By an element of a vector, or by a number.
fn by_element(word: Word, scalar: bool) -> bool {
    if !word.bit(10) {
        let wide_element = word.field(22, 2) == 3 && word.bit(21);
        return wide_element || !sizes::element(word, scalar);
    }
    if word.bit(23) {
        return true;
    }
    if word.field(19, 4) == 0 {
        return scalar || word.bit(11);
    }
    !sizes::shift(word, scalar)
}

/// With vectors as a whole.
fn by_vector(word: Word, scalar: bool) -> bool {
    let last = word.field(10, 2);
    if word.bit(21) {
        return match (last, word.field(17, 4)) {
            (1 | 3, _) => !sizes::three_same(word, scalar),
            (0, _) => !sizes::three_different(word, scalar),
            (_, 0) => !sizes::two(word, scalar),
            (_, 8) => !sizes::across(word, scalar),
            _ => word.field(22, 2) != 0,
        };
    }
    if word.bit(15) {
        return !word.bit(10) || !sizes::three_more(word);
    }
    // Elements are copied; the rest of what stands here moves whole vectors.
    let (copies, whole) = (word.bit(10), scalar || word.bit(29) || word.bit(30));
    let (to_element, from_element) = (word.field(11, 4) == 3, word.field(11, 4) == 0);
    let wide = from_element && word.field(16, 3) == 0;
    copies && (word.field(21, 3) != 0 || !whole && (to_element || wide))
}

/// Instructions for ciphers that came later.
fn ciphers(word: Word) -> bool {
    const SHAPES: [(u32, u32); 10] = [
        (0xffe0_8000, 0xce00_0000), // EOR3
        (0xffe0_8000, 0xce20_0000), // BCAX
        (0xffe0_8000, 0xce40_0000), // SM3SS1
        (0xffe0_c000, 0xce40_8000), // SM3TT1A and the like
        (0xffe0_0000, 0xce80_0000), // XAR
        (0xffe0_f000, 0xce60_8000), // SHA512H and the like, RAX1
        (0xffe0_f800, 0xce60_c000), // SM3PARTW1, SM3PARTW2
        (0xffe0_fc00, 0xce60_c800), // SM4EKEY
        (0xffff_fc00, 0xcec0_8000), // SHA512SU0
        (0xffff_fc00, 0xcec0_8400), // SM4E
    ];
    word.field(24, 8) == 0xce && !SHAPES.iter().any(|(mask, value)| word.is(*mask, *value))
}
