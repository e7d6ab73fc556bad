//! The same from copies that the kernel makes: nothing need stay mapped meanwhile.

use super::{HEADER_BYTES, ROW_BYTES, UnwindRule, halves, rule_of_entry};
use crate::platform::memory;

/// Rows of the table that are copied at once, when the search has come down to so many. A copy costs about the
/// same for a byte and for a page.
const ROWS: usize = 512;

/// The longest entries that are looked at, in bytes. Common ones have two dozen bytes; functions with more
/// instructions than this are rare, and walks end there.
const COMMON_BYTES: usize = 256;
const ENTRY_BYTES: usize = 4096;

/// Bytes of an entry that are copied before it is known how many there are: enough for most.
const FIRST_BYTES: usize = 64;

/// Where the call frame information of a file lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Runtime address and size of `.eh_frame_hdr`; 0 if there is none.
    pub header: usize,
    pub header_bytes: usize,
    /// Runtime addresses from the start of `.eh_frame` to the end of its mapping.
    pub frames: usize,
    pub frames_limit: usize,
}

/// The rule for the instruction at runtime address `address`.
pub(crate) fn rule_for(address: usize, place: &Place) -> UnwindRule {
    find_rule(address, place).unwrap_or(UnwindRule::Unknown)
}

/// Copies the common entry, and the one of the function behind it, as if they had been written so.
fn find_rule(address: usize, place: &Place) -> Option<UnwindRule> {
    let entry = search(address, place)?;
    let mut copies = [0; COMMON_BYTES + ENTRY_BYTES];
    let (common, own) = copies.split_at_mut(COMMON_BYTES);
    // How far the common one is back from the second word.
    let word = copy(entry, own, place)?.get_mut(4..8)?;
    let back = u32::from_le_bytes(*word.first_chunk()?) as usize;
    word.copy_from_slice(&(COMMON_BYTES as u32 + 4).to_le_bytes());
    copy((entry + 4).checked_sub(back)?, common, place)?;
    // Pointers in the entry are relative to where it lies, so it keeps its address.
    rule_of_entry(address, COMMON_BYTES, &copies, entry.wrapping_sub(COMMON_BYTES))
}

/// Copies the whole entry at `at`, which begins with the number of bytes that follow.
fn copy<'a>(at: usize, to: &'a mut [u8], place: &Place) -> Option<&'a mut [u8]> {
    let room = place.frames_limit.checked_sub(at).filter(|_| place.frames <= at)?;
    let first = to.get_mut(..FIRST_BYTES.min(room))?;
    memory::copy(at, first).then_some(())?;
    let len = (u32::from_le_bytes(*first.first_chunk()?) as usize).checked_add(4)?;
    let whole = to.get_mut(..len).filter(|_| len <= room)?;
    (len <= FIRST_BYTES || memory::copy(at, whole)).then_some(whole)
}

/// The runtime address of the entry whose function starts last at or before `address`.
fn search(address: usize, place: &Place) -> Option<usize> {
    let target = i32::try_from(address.wrapping_sub(place.header) as isize).ok()?;
    let table = place.header.checked_add(HEADER_BYTES)?;
    // Functions from `first` on, of which the entry is one.
    let mut first = 0;
    let mut rows = place.header_bytes.checked_sub(HEADER_BYTES)? / ROW_BYTES;
    while rows > ROWS {
        let half = rows / 2;
        let (start, _) = halves(&memory::bytes(table + (first + half) * ROW_BYTES)?);
        if start <= target {
            first += half;
            rows -= half;
        } else {
            rows = half;
        }
    }
    let mut copied = [[0; ROW_BYTES]; ROWS];
    let copied = copied.get_mut(..rows)?;
    memory::copy(table + first * ROW_BYTES, copied.as_flattened_mut()).then_some(())?;
    let after = copied.partition_point(|row| halves(row).0 <= target);
    let (_, entry) = halves(copied.get(after.checked_sub(1)?)?);
    place.header.checked_add_signed(entry as isize)
}
