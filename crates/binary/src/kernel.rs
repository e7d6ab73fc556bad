//! Where a kernel lies: it runs at addresses that its mapping in a profile tells in several ways.
//!
//! Linux moves its kernel at boot (KASLR). Recorders write the mapping of the kernel with the address
//! or with the displacement of its code for an offset, with an offset of zero, or from the address of a
//! symbol (`_stext`) on, which the file has at another.

use crate::MappedRange;

/// The first address of kernels on all 64-bit processors.
const FIRST_KERNEL_ADDRESS: u64 = 1 << 63;

/// Kernel and user memory are mapped in pages of at least this size.
const PAGE: u64 = 4096;

/// The offset that 64-bit PowerPC has for its kernel.
const POWER_OFFSET: u64 = 0xc000_0000_0000_0000;

/// What of a file decides where its kernel lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel {
    /// It runs at its link addresses unless the boot moved it (`ET_EXEC`).
    pub(crate) fixed: bool,
    /// The link address of the segment with the code.
    pub(crate) code: u64,
    /// The link address of the symbol that mappings start at, where a file may be a kernel.
    pub(crate) symbol: Option<u64>,
}

impl Kernel {
    /// What to subtract from the addresses of a mapping; `None` for a mapping that is not of a kernel.
    pub(crate) fn base(self, range: &MappedRange) -> Option<u64> {
        let (start, limit, offset) = (range.start, range.limit, range.offset.0);
        let in_user_memory = start > 0 && start < FIRST_KERNEL_ADDRESS;
        if self.fixed && self.symbol.is_none() && in_user_memory {
            return None;
        }
        let same_page_offset = |symbol: &u64| symbol % PAGE == start % PAGE;
        if self.code == start.wrapping_sub(offset) {
            return Some(offset);
        }
        if start == 0 && limit != 0 {
            let from = self.symbol.or(self.fixed.then_some(self.code))?;
            return Some(start.wrapping_sub(from));
        }
        let whole = offset == 0 || offset == POWER_OFFSET || offset == start;
        if start >= FIRST_KERNEL_ADDRESS && limit > start && whole {
            return Some(
                start.wrapping_sub(self.symbol.filter(same_page_offset).unwrap_or(self.code)),
            );
        }
        let symbol = self.symbol.filter(same_page_offset).filter(|_| start % PAGE != 0)?;
        Some(start.wrapping_sub(symbol))
    }
}

/// Whether a file may be a kernel, by its name or by a mapping that no loader makes.
pub(crate) fn may_be_kernel(name: &str, range: &MappedRange) -> bool {
    let is_aligned = |address: u64| address.is_multiple_of(PAGE);
    let aligned = [range.start, range.limit, range.offset.0].into_iter().all(is_aligned);
    name.contains("vmlinux") || !aligned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileOffset;

    /// As the kernels of x86-64 distributions are linked: code at 16 MiB, the symbol where code starts.
    const LINKED: Kernel =
        Kernel { fixed: true, code: 0xffff_ffff_8100_0000, symbol: Some(0xffff_ffff_8100_01c0) };

    fn base(kernel: Kernel, start: u64, limit: u64, offset: u64) -> Option<u64> {
        kernel.base(&MappedRange { start, limit, offset: FileOffset(offset) })
    }

    #[test]
    fn a_mapping_tells_how_far_the_kernel_was_moved() {
        let moved = 0x1200_0000;
        let unnamed = Kernel { symbol: None, ..LINKED };
        let (code, symbol) = (LINKED.code + moved, LINKED.code + moved + 0x1c0);
        for (kernel, start, limit, offset) in [
            // The offset is the displacement.
            (LINKED, code, code + 0x1000, moved),
            (unnamed, code, code + 0x1000, moved),
            // From the symbol on, with its address or nothing for an offset.
            (LINKED, symbol, u64::MAX, symbol),
            (LINKED, symbol, u64::MAX, 0),
            (LINKED, symbol, u64::MAX, POWER_OFFSET),
            // From where code starts.
            (LINKED, code, u64::MAX, code),
            (unnamed, code, u64::MAX, 0),
            // From the symbol on, with an offset that says nothing.
            (LINKED, symbol, u64::MAX, 0x77),
        ] {
            assert_eq!(base(kernel, start, limit, offset), Some(moved), "{start:#x} {offset:#x}");
        }
    }

    #[test]
    fn a_mapping_from_zero_counts_from_the_symbol_or_the_code() {
        let symbol = LINKED.symbol.unwrap_or_default();
        assert_eq!(base(LINKED, 0, 0x1000, 0), Some(0_u64.wrapping_sub(symbol)));
        let unnamed = Kernel { symbol: None, ..LINKED };
        assert_eq!(base(unnamed, 0, 0x1000, 0), Some(0_u64.wrapping_sub(LINKED.code)));
        assert_eq!(base(Kernel { fixed: false, ..unnamed }, 0, 0x1000, 0), None);
    }

    #[test]
    fn programs_are_no_kernels() {
        let program = Kernel { fixed: true, code: 0x40_1000, symbol: None };
        assert_eq!(base(program, 0x40_1000, 0x40_2000, 0x1000), None);
        let library = Kernel { fixed: false, code: 0x1000, symbol: None };
        assert_eq!(base(library, 0x7f00_0000_1000, 0x7f00_0000_2000, 0x1000), None);
        let range =
            |offset| MappedRange { start: 0x1000, limit: 0x2000, offset: FileOffset(offset) };
        assert!(!may_be_kernel("/bin/program", &range(0)));
        assert!(may_be_kernel("/bin/program", &range(1)) && may_be_kernel("/vmlinux-6", &range(0)));
    }
}
