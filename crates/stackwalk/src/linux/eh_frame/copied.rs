//! The same from copies that the kernel makes: nothing need stay mapped meanwhile.

use super::{HEADER_BYTES, ROW_BYTES, UnwindRule, halves, rule_of_entry};
use crate::platform::memory;

/// Rows of the table that are copied at once, when the search has come down to so many.
const ROWS: usize = 32;

/// The longest entries that are looked at, in bytes. Linkers share the common ones, of two dozen bytes;
/// functions with more instructions than this are rare, and walks end there.
const COMMON_BYTES: usize = 256;
const ENTRY_BYTES: usize = 4096;

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

/// Copies the entry of the function, and before it the common one that it refers to, as if they had
/// been written so.
fn find_rule(address: usize, place: &Place) -> Option<UnwindRule> {
    let entry = search(address, place)?;
    let [entry_bytes, to_common] = words(entry, place)?;
    // Back from the second word of the entry.
    let common = (entry + 4).checked_sub(to_common)?;
    let [common_bytes, _] = words(common, place)?;
    let mut copies = [0; COMMON_BYTES + ENTRY_BYTES];
    memory::copy(common, copies.get_mut(..common_bytes)?).then_some(())?;
    let end = common_bytes.checked_add(entry_bytes)?;
    let copied = copies.get_mut(common_bytes..end)?;
    memory::copy(entry, copied).then_some(())?;
    let back = u32::try_from(common_bytes + 4).ok()?;
    copied.get_mut(4..8)?.copy_from_slice(&back.to_le_bytes());
    // Pointers in the entry are relative to where it lies, so it keeps its address.
    rule_of_entry(address, common_bytes, copies.get(..end)?, entry.wrapping_sub(common_bytes))
}

/// The bytes of the whole entry at `at`, and the word after that which says so.
fn words(at: usize, place: &Place) -> Option<[usize; 2]> {
    let [a, b, c, d, e, f, g, h] = memory::bytes(at)?;
    let bytes = (u32::from_le_bytes([a, b, c, d]) as usize).checked_add(4)?;
    let is_inside = place.frames <= at && at.checked_add(bytes)? <= place.frames_limit;
    is_inside.then_some([bytes, u32::from_le_bytes([e, f, g, h]) as usize])
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
