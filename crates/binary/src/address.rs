//! The kinds of address a file knows, and the way from an address of a process to one of its file.
//!
//! ```text
//! runtime address --(mapping: start, offset)--> file offset --(segment)--> link address
//! ```
//!
//! A mapping says which bytes of the file lie at which addresses of the process; a segment says
//! which link addresses the same bytes have. Both steps are shifts, so no base address is guessed,
//! and a file whose segments are shifted by different amounts (lld does that) needs no special case.

use std::fmt;

/// An address as the linker wrote it into symbols and debug information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkAddr(pub u64);

/// A position in a file, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileOffset(pub u64);

impl fmt::LowerHex for LinkAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

impl fmt::LowerHex for FileOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// Where a process had a file mapped: runtime addresses `start..limit`, from `offset` in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRange {
    /// First runtime address.
    pub start: u64,
    /// The runtime address after the last.
    pub limit: u64,
    /// The position in the file of the byte at `start`.
    pub offset: FileOffset,
}

impl MappedRange {
    /// Whether the range says nothing: profiles that know no mapping carry one such, and their
    /// addresses are link addresses.
    pub(crate) fn is_unknown(&self) -> bool {
        self.start == 0 && self.offset == FileOffset(0) && matches!(self.limit, 0 | u64::MAX)
    }

    /// The position in the file of the byte at a runtime address. Wraps, for what a hostile
    /// profile may ask; such an offset lies in no segment.
    fn file_offset(&self, runtime: u64) -> FileOffset {
        FileOffset(runtime.wrapping_sub(self.start).wrapping_add(self.offset.0))
    }
}

/// A part of the file that is loaded into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) offset: FileOffset,
    /// Bytes in the file. A segment without any (zeroed memory) holds no code.
    pub(crate) size: u64,
    pub(crate) link: LinkAddr,
    /// Segments are mapped in whole pages of this size, which is a power of two.
    pub(crate) align: u64,
    pub(crate) executable: bool,
}

impl Segment {
    fn holds_offset(&self, at: FileOffset) -> bool {
        at.0.checked_sub(self.offset.0).is_some_and(|distance| distance < self.size)
    }

    /// As [`Segment::holds_offset`], but up to the borders of the pages that the kernel maps.
    fn pages_hold_offset(&self, at: FileOffset) -> bool {
        let page = self.align.max(1);
        let first = self.offset.0 - self.offset.0 % page;
        let limit = self.offset.0.saturating_add(self.size).checked_next_multiple_of(page);
        first <= at.0 && at.0 < limit.unwrap_or(u64::MAX)
    }

    pub(crate) fn holds_link(&self, at: LinkAddr) -> bool {
        at.0.checked_sub(self.link.0).is_some_and(|distance| distance < self.size)
    }

    fn link_address(&self, at: FileOffset) -> LinkAddr {
        LinkAddr(at.0.wrapping_sub(self.offset.0).wrapping_add(self.link.0))
    }
}

/// The segments of one file.
#[derive(Clone, Debug)]
pub(crate) struct Segments {
    pub(crate) loaded: Vec<Segment>,
    /// The file runs at its link addresses (`ET_EXEC`, a kernel): no loader moves it.
    pub(crate) fixed: bool,
    /// The link address of what a mapping starts with, in formats whose files are loaded as a whole
    /// (PE, Mach-O).
    pub(crate) whole: Option<LinkAddr>,
}

impl Segments {
    /// The link address of a runtime address, `None` when it is outside all that the file loads.
    ///
    /// * An unknown range: the address is a link address already.
    /// * A file that is loaded as a whole: the range is all of it.
    /// * A segment holds the file offset. Where two meet within a page the executable one counts,
    ///   for addresses of a profile are code.
    /// * A file that runs at its link addresses, in a range with an offset that does not fit (a
    ///   kernel has its address there): the address is a link address already.
    /// * A file without segments (an object file before linking): file offsets stand for addresses.
    pub(crate) fn link_address(&self, runtime: u64, range: &MappedRange) -> Option<LinkAddr> {
        if range.is_unknown() {
            return Some(LinkAddr(runtime));
        }
        if let Some(first) = self.whole {
            let moved = if range.start == 0 { 0 } else { range.start.wrapping_sub(first.0) };
            let link = LinkAddr(runtime.wrapping_sub(moved));
            return self.best(|segment| segment.holds_link(link)).map(|_| link);
        }
        let at = range.file_offset(runtime);
        if self.loaded.is_empty() {
            return Some(if self.fixed { LinkAddr(runtime) } else { LinkAddr(at.0) });
        }
        let found = self
            .best(|segment| segment.holds_offset(at))
            .or_else(|| self.best(|segment| segment.pages_hold_offset(at)));
        match found {
            Some(segment) => Some(segment.link_address(at)),
            None => {
                let fixed = self.fixed.then_some(LinkAddr(runtime))?;
                self.best(|segment| segment.holds_link(fixed)).map(|_| fixed)
            }
        }
    }

    /// The first executable segment that fits, else the first that fits.
    fn best(&self, fits: impl Fn(&Segment) -> bool) -> Option<&Segment> {
        let mut fitting = self.loaded.iter().filter(|segment| fits(segment));
        let first = fitting.next()?;
        if first.executable {
            return Some(first);
        }
        fitting.find(|segment| segment.executable).or(Some(first))
    }
}

#[cfg(test)]
mod tests;
