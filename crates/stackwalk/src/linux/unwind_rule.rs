//! How to get from a frame to its caller's, as data.
//!
//! `sp`, `bp`: the registers in the frame. The *canonical frame address* (CFA) is the caller's
//! stack pointer after the return; the return address lies just below it:
//!
//! ```text
//! return address = [CFA - 8]      caller's sp = CFA
//! ```

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

/// A rule in 26 bits: kind in 3, `cfa_words` in 15 above them, `words` of `bp` (0: unchanged) in 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedRule(pub(crate) u32);

const CFA_SHIFT: u32 = 3;
const CFA_MASK: u32 = (1 << 15) - 1;
const BP_SHIFT: u32 = 18;

impl PackedRule {
    /// Bits in use, from the lowest.
    pub(crate) const BITS: u32 = 26;

    /// `None` if the frame is larger than 256 KiB.
    pub(crate) fn pack(rule: UnwindRule) -> Option<Self> {
        let (kind, cfa_words, bp) = match rule {
            UnwindRule::FromSp { cfa_words, bp } => (1, cfa_words, bp),
            UnwindRule::FromBp { cfa_words, bp } => (2, cfa_words, bp),
            UnwindRule::Signal => (3, 0, SavedBp::Unchanged),
            UnwindRule::Root => (4, 0, SavedBp::Unchanged),
            UnwindRule::Unknown => (5, 0, SavedBp::Unchanged),
        };
        let bp = match bp {
            SavedBp::Unchanged => 0,
            SavedBp::Below { words } => u32::from(words),
        };
        (cfa_words <= CFA_MASK).then_some(Self(kind | cfa_words << CFA_SHIFT | bp << BP_SHIFT))
    }

    /// The rule that was packed.
    #[inline]
    pub(crate) fn unpack(self) -> UnwindRule {
        let cfa_words = self.0 >> CFA_SHIFT & CFA_MASK;
        let bp = match (self.0 >> BP_SHIFT) as u8 {
            0 => SavedBp::Unchanged,
            words => SavedBp::Below { words },
        };
        match self.0 & 7 {
            1 => UnwindRule::FromSp { cfa_words, bp },
            2 => UnwindRule::FromBp { cfa_words, bp },
            3 => UnwindRule::Signal,
            4 => UnwindRule::Root,
            _ => UnwindRule::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_rule_unpacks_to_itself() {
        let (least, most) = (SavedBp::Below { words: 1 }, SavedBp::Below { words: 255 });
        for cfa_words in [0, 1, 2, 0x7fff] {
            for bp in [SavedBp::Unchanged, least, most] {
                for rule in
                    [UnwindRule::FromSp { cfa_words, bp }, UnwindRule::FromBp { cfa_words, bp }]
                {
                    assert_eq!(PackedRule::pack(rule).unwrap().unpack(), rule);
                }
            }
        }
        for rule in [UnwindRule::Signal, UnwindRule::Root, UnwindRule::Unknown] {
            let packed = PackedRule::pack(rule).unwrap();
            assert_eq!(packed.unpack(), rule);
            assert_eq!(packed.0 >> PackedRule::BITS, 0);
        }
    }

    #[test]
    fn a_frame_too_large_is_not_packed() {
        let rule = UnwindRule::FromSp { cfa_words: 0x8000, bp: SavedBp::Unchanged };
        assert_eq!(PackedRule::pack(rule), None);
    }
}
