//! Operands in the syntax of Go's assembler.

use yaxpeax_arm::armv8::a64::{Operand, SIMDSizeCode, ShiftStyle};

/// A register for integers, of which the last is zero.
pub(super) fn register(number: u32) -> String {
    if number == 31 { "ZR".to_owned() } else { format!("R{number}") }
}

/// A register for integers, of which the last is the stack pointer.
pub(super) fn register_or_stack(number: u32) -> String {
    if number == 31 { "RSP".to_owned() } else { format!("R{number}") }
}

/// A condition. Both codes that hold always have one name.
pub(super) fn condition(code: u32) -> &'static str {
    const NAMES: [&str; 14] =
        ["EQ", "NE", "HS", "LO", "MI", "PL", "VS", "VC", "HI", "LS", "GE", "LT", "GT", "LE"];
    NAMES.get(code as usize).copied().unwrap_or("AL")
}

/// A number that may be moved to the left.
pub(super) fn moved(number: u32, by: u32) -> String {
    if by == 0 { format!("${number}") } else { format!("$({number}<<{by})") }
}

/// A floating-point number: six digits at most behind the point, which always stands.
pub(super) fn float(number: f64) -> String {
    let digits = format!("{number:.6}");
    format!("${}", digits.trim_end_matches('0'))
}

/// Bytes of an element, or of a register.
fn bytes(size: SIMDSizeCode) -> u32 {
    match size {
        SIMDSizeCode::B => 1,
        SIMDSizeCode::H => 2,
        SIMDSizeCode::S => 4,
        SIMDSizeCode::D => 8,
        SIMDSizeCode::Q => 16,
    }
}

/// A register of vectors as elements of one size: `V1.B16`.
pub(super) fn elements(register: SIMDSizeCode, number: u32, element: SIMDSizeCode) -> String {
    format!("V{}.{element:?}{}", number % 32, bytes(register) / bytes(element))
}

/// Several registers of vectors that follow each other: `[V31.B16, V0.B16]`.
fn group(first: u32, count: u8, one: impl Fn(u32) -> String) -> String {
    let registers: Vec<String> = (first..first + u32::from(count)).map(one).collect();
    format!("[{}]", registers.join(", "))
}

/// An operand. A register that holds one number of any kind begins with `scalar`.
pub(super) fn operand(operand: Operand, scalar: char) -> Option<String> {
    use Operand as O;
    Some(match operand {
        O::Nothing => return None,
        O::Register(_, number) => register(number.into()),
        O::RegisterOrSP(_, number) => register_or_stack(number.into()),
        O::RegisterPair(_, number) => {
            let first = u32::from(number);
            format!("({}, {})", register(first), register((first + 1) % 32))
        }
        O::SIMDRegister(_, number) => format!("{scalar}{number}"),
        O::SIMDRegisterElements(size, number, element) => elements(size, number.into(), element),
        O::SIMDRegisterElementsLane(_, number, element, lane) => {
            format!("V{number}.{element:?}[{lane}]")
        }
        O::SIMDRegisterElementsMultipleLane(_, number, element, lane, count) => {
            format!("V{number}.{element:?}{count}[{lane}]")
        }
        O::SIMDRegisterGroup(size, first, element, count) => {
            group(first.into(), count, |number| elements(size, number, element))
        }
        O::SIMDRegisterGroupLane(first, element, count, lane) => {
            let registers =
                group(first.into(), count, |number| format!("V{}.{element:?}", number % 32));
            let one = registers.trim_matches(['[', ']']);
            if count == 1 { format!("{one}[{lane}]") } else { format!("{registers}[{lane}]") }
        }
        O::ConditionCode(code) => condition(code.into()).to_owned(),
        O::PCOffset(distance) => format!("{}(PC)", distance / 4),
        O::Immediate(number) => format!("${number}"),
        O::Imm64(number) => format!("${}", number as i64),
        O::Imm16(number) => format!("${number}"),
        O::ImmediateDouble(number) => float(number),
        O::ImmShift(number, by) => moved(number.into(), by.into()),
        // The reference marks ones that come in from the right so.
        O::ImmShiftMSL(number, by) => format!("$({number}<<{})", u32::from(by) + 128),
        O::RegShift(style, by, _, number) => shifted(number.into(), style, by),
        O::RegRegOffset(base, index, _, style, by) => {
            let index = shifted(index.into(), style, by);
            format!("({})({index})", register_or_stack(base.into()))
        }
        O::RegPreIndex(base, offset, _) | O::RegPostIndex(base, offset) => {
            at(base.into(), offset.into())
        }
        O::RegPostIndexReg(base, index) => {
            format!("({})({})", register_or_stack(base.into()), register(index.into()))
        }
        O::PrefetchOp(kind) => prefetch(kind),
        O::SystemReg(number) => format!("${number}"),
        O::ControlReg(number) => format!("C{number}"),
        O::PstateField(number) => format!("${number}"),
    })
}

/// An address in memory: `8(R1)`.
pub(super) fn at(base: u32, offset: i64) -> String {
    let base = register_or_stack(base);
    if offset == 0 { format!("({base})") } else { format!("{offset}({base})") }
}

/// A register, extended or shifted.
fn shifted(number: u32, style: ShiftStyle, by: u8) -> String {
    let register = register(number);
    match (style, by) {
        (ShiftStyle::LSL, 0) => register,
        (ShiftStyle::LSL, _) => format!("{register}<<{by}"),
        (ShiftStyle::LSR, _) => format!("{register}>>{by}"),
        (ShiftStyle::ASR, _) => format!("{register}->{by}"),
        (ShiftStyle::ROR, _) => format!("{register}@>{by}"),
        (_, 0) => format!("{register}.{style:?}"),
        _ => format!("{register}.{style:?}<<{by}"),
    }
}

/// What to fetch ahead, and for what.
fn prefetch(kind: u16) -> String {
    let purpose = ["PLD", "PLI", "PST"].get(usize::from(kind >> 3 & 3));
    let level = kind >> 1 & 3;
    match purpose {
        Some(purpose) if level < 3 => {
            let policy = if kind & 1 == 0 { "KEEP" } else { "STRM" };
            format!("{purpose}L{}{policy}", level + 1)
        }
        _ => format!("${kind}"),
    }
}
