//! The fields of an instruction word.

/// An instruction word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) u32);

impl Word {
    /// The bits from `low` on, `width` of them, which is less than 32.
    pub(super) fn field(self, low: u32, width: u32) -> u32 {
        (self.0 >> low) & ((1 << width) - 1)
    }

    pub(super) fn bit(self, at: u32) -> bool {
        self.field(at, 1) == 1
    }

    /// The first register.
    pub(super) fn d(self) -> u32 {
        self.field(0, 5)
    }

    /// The second register.
    pub(super) fn n(self) -> u32 {
        self.field(5, 5)
    }

    /// The third register.
    pub(super) fn m(self) -> u32 {
        self.field(16, 5)
    }

    /// The fourth register.
    pub(super) fn a(self) -> u32 {
        self.field(10, 5)
    }

    /// Whether an instruction for integers works on 64 bits.
    pub(super) fn is_wide(self) -> bool {
        self.bit(31)
    }

    /// The bits of `mask` have the values that they have in `value`.
    pub(super) fn is(self, mask: u32, value: u32) -> bool {
        self.0 & mask == value
    }
}
