//! Instructions that the reference's decoders do not know, or not whole.

use super::{differing_operand, symbol};

/// Of AArch64: what reads and writes memory at once.
const NEWER_ON_ARM64: [&str; 7] = ["CASA", "CASL", "LDADDA", "LDCLRA", "LDEORA", "LDSETA", "SWPA"];

/// Of x86: arithmetic on general registers that came after the reference's decoder, up to the size.
const NEWER_ON_X86: [&str; 15] = [
    "ADCX", "ADOX", "ANDN", "BEXTR", "BLSI", "BLSMSK", "BLSR", "BZHI", "MULX", "PDEP", "PEXT",
    "RORX", "SARX", "SHLX", "SHRX",
];

/// Whether it is one of x86 of which the reference may take too many or too few bytes: those above, and
/// all of vectors with a VEX or EVEX prefix, of which it knows a few.
pub fn is_newer(ours: &str) -> bool {
    let name = ours.split(' ').next().unwrap_or_default();
    name.starts_with('V') || NEWER_ON_X86.contains(&name.trim_end_matches(['L', 'Q']))
}

/// Whether the reference cannot read an instruction that ours shows.
pub fn is_unread(theirs: &str, ours: &str) -> bool {
    let is_newer_on_arm64 =
        NEWER_ON_ARM64.iter().any(|name| ours.starts_with(name)) || ours.ends_with(", DIT");
    theirs == "?" && (is_newer(ours) || is_newer_on_arm64)
}

/// Whether the reference shows the operand that is relative to the program counter as a bare number.
pub fn is_half_read(theirs: &str, ours: &str) -> bool {
    let Some((theirs, operand)) = differing_operand(theirs, ours) else { return false };
    let digits = theirs.strip_prefix("0x").unwrap_or_default();
    let is_bare = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_bare && symbol(operand).is_some() && is_newer(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_numbers_are_excused_in_vectors_only() {
        assert!(is_half_read("VMOVDQA 0x20a11, X8", "VMOVDQA flip_mask(SB), X8"));
        assert!(!is_half_read("MOVQ 0x20a11, AX", "MOVQ flip_mask(SB), AX"));
        assert!(!is_half_read("VMOVDQA 0x20a11, X8", "VMOVDQA flip_mask(SB), X9"));
        assert!(!is_half_read("VMOVDQA X1, X8", "VMOVDQA X2, X8"));
    }

    #[test]
    fn what_came_later_is_excused_where_the_reference_has_nothing() {
        assert!(is_unread("?", "LDADDALD R1, (R0), R2"));
        assert!(is_unread("?", "MSR $1, DIT"));
        assert!(!is_unread("?", "MOVD R1, R2"));
        assert!(!is_unread("NOOP", "LDADDALD R1, (R0), R2"));
        assert!(is_unread("?", "VPSHUFB Y1, Y2, Y3"));
        assert!(is_unread("?", "RORX $0x19, DX, R13"));
        assert!(is_unread("?", "SHLXQ AX, BX, CX"));
        assert!(!is_unread("?", "PSHUFB X1, X2"));
        assert!(!is_unread("?", "SHLQ $0x1, AX"));
    }
}
