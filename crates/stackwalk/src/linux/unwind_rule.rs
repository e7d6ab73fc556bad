//! How to get from a frame to its caller's, as data.
//!
//! `sp`, `bp`: the registers in the frame. The *canonical frame address* (CFA) is the caller's
//! stack pointer after the return; the return address lies just below it:
//!
//! ```text
//! return address = [CFA - 8]      caller's sp = CFA
//! ```

use super::cursor::WORD;

/// The rules that compilers write, and no others: what calls for more ends a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnwindRule {
    /// `CFA = sp + 8 * cfa_words`
    FromSp { cfa_words: u32, bp: SavedBp },
    /// `CFA = bp + 8 * cfa_words`
    FromBp { cfa_words: u32, bp: SavedBp },
    /// The kernel interrupted the caller: its registers lie at `sp`, in a `ucontext`.
    Signal,
    /// There is no caller: the first function of a thread.
    Root,
    /// Nothing is known of the function, or it cannot be said in these terms.
    Unknown,
}

/// The caller's `bp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SavedBp {
    /// `bp`
    Unchanged,
    /// `[CFA - 8 * words]`, with `words` not 0
    Below { words: u8 },
}

/// A rule in one word, laid out so that a frame is left with a mask, a shift and an addition:
///
/// ```text
///   42            11 10        3 2      0
///  |   cfa_words   |  bp words  |  kind  |
/// ```
///
/// `bp words` is 0 for an unchanged `bp`. The kinds that give a CFA are odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedRule(pub(crate) u64);

const FROM_SP: u64 = 0b001;
const FROM_BP: u64 = 0b011;
const SIGNAL: u64 = 0b010;
const ROOT: u64 = 0b100;
const UNKNOWN: u64 = 0b110;

const KIND_MASK: u64 = 0b111;
const BP_SHIFT: u32 = 3;
const BP_MASK: u64 = 0xff;
const CFA_SHIFT: u32 = 11;

impl PackedRule {
    /// Packs any rule. Frames smaller than 256 KiB need 26 bits.
    pub(crate) fn pack(rule: UnwindRule) -> Self {
        let frame = |kind, cfa_words: u32, bp| {
            let bp = match bp {
                SavedBp::Unchanged => 0,
                SavedBp::Below { words } => u64::from(words),
            };
            kind | bp << BP_SHIFT | u64::from(cfa_words) << CFA_SHIFT
        };
        Self(match rule {
            UnwindRule::FromSp { cfa_words, bp } => frame(FROM_SP, cfa_words, bp),
            UnwindRule::FromBp { cfa_words, bp } => frame(FROM_BP, cfa_words, bp),
            UnwindRule::Signal => SIGNAL,
            UnwindRule::Root => ROOT,
            UnwindRule::Unknown => UNKNOWN,
        })
    }

    /// The rule that was packed.
    pub(crate) fn unpack(self) -> UnwindRule {
        let cfa_words = (self.0 >> CFA_SHIFT) as u32;
        let bp = match (self.0 >> BP_SHIFT & BP_MASK) as u8 {
            0 => SavedBp::Unchanged,
            words => SavedBp::Below { words },
        };
        match self.0 & KIND_MASK {
            FROM_SP => UnwindRule::FromSp { cfa_words, bp },
            FROM_BP => UnwindRule::FromBp { cfa_words, bp },
            SIGNAL => UnwindRule::Signal,
            ROOT => UnwindRule::Root,
            _ => UnwindRule::Unknown,
        }
    }

    /// The CFA; `None` for the rules that give none.
    #[inline]
    pub(crate) fn cfa(self, sp: usize, bp: usize) -> Option<usize> {
        let base = if self.0 & FROM_BP == FROM_BP { bp } else { sp };
        let words = (self.0 >> CFA_SHIFT) as usize;
        (self.0 & FROM_SP != 0).then(|| base.wrapping_add(words * WORD))
    }

    /// Whether the CFA is relative to `bp`.
    #[inline]
    pub(crate) fn is_by_bp(self) -> bool {
        self.0 & KIND_MASK == FROM_BP
    }

    /// How many bytes below the CFA `bp` was saved; 0 if it is unchanged.
    #[inline]
    pub(crate) fn bp_bytes(self) -> usize {
        (self.0 & BP_MASK << BP_SHIFT) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_rule_unpacks_to_itself() {
        let (least, most) = (SavedBp::Below { words: 1 }, SavedBp::Below { words: 255 });
        for cfa_words in [0, 1, 2, 0x7fff, u32::MAX] {
            for bp in [SavedBp::Unchanged, least, most] {
                for rule in
                    [UnwindRule::FromSp { cfa_words, bp }, UnwindRule::FromBp { cfa_words, bp }]
                {
                    assert_eq!(PackedRule::pack(rule).unpack(), rule);
                }
            }
        }
        for rule in [UnwindRule::Signal, UnwindRule::Root, UnwindRule::Unknown] {
            let packed = PackedRule::pack(rule);
            assert_eq!(packed.unpack(), rule);
            assert_eq!(packed.cfa(16, 32), None);
        }
    }

    #[test]
    fn a_packed_rule_computes_what_the_rule_says() {
        let bp = SavedBp::Below { words: 2 };
        let from_sp = PackedRule::pack(UnwindRule::FromSp { cfa_words: 3, bp });
        let from_bp = PackedRule::pack(UnwindRule::FromBp { cfa_words: 3, bp: SavedBp::Unchanged });
        assert_eq!((from_sp.cfa(1000, 2000), from_sp.bp_bytes()), (Some(1024), 16));
        assert_eq!((from_bp.cfa(1000, 2000), from_bp.bp_bytes()), (Some(2024), 0));
    }
}
