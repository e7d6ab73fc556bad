//! Words that the decoder takes for instructions, and the manual leaves undefined.

use yaxpeax_arm::armv8::a64::Instruction as Decoded;

/// Whether no processor runs the instruction.
pub(super) fn is_undefined(_word: u32, _decoded: &Decoded) -> bool {
    false
}
