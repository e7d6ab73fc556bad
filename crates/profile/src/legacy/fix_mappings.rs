//! Mappings made of a memory map, and the locations in them.

use super::memory_map::MapEntry;

/// The entries as mappings: joined where one file was mapped in pieces, the main binary first.
pub(super) fn fix(map: Vec<MapEntry>) -> Vec<MapEntry> {
    let mut entries = join_adjacent(map);
    if let Some(main) = entries.iter().position(is_main_binary) {
        entries.swap(0, main);
    }
    drop_huge_page_copy(&mut entries);
    undo_text_remap(&mut entries);
    entries
}

/// The mapping of each address: the first that holds it, else the first whose file starts early
/// enough to hold it if it is extended down to the start of the file, else a mapping of everything,
/// added at the end. Address 0 is in none.
pub(super) fn map_locations(
    mut entries: Vec<MapEntry>,
    addresses: &[u64],
) -> (Vec<MapEntry>, Vec<Option<usize>>) {
    let mut everything = None;
    let mapped = addresses.iter().map(|&address| {
        if address == 0 {
            return None;
        }
        let row = entries
            .iter()
            .position(|entry| entry.start <= address && address < entry.limit)
            .or_else(|| extend_down(&mut entries, address))
            .unwrap_or_else(|| *everything.get_or_insert_with(|| push_everything(&mut entries)));
        Some(row)
    });
    let mapped = mapped.collect();
    (entries, mapped)
}

fn extend_down(entries: &mut [MapEntry], address: u64) -> Option<usize> {
    let holds = |entry: &MapEntry| {
        let file_start = entry.start.wrapping_sub(entry.offset);
        entry.offset != 0 && file_start <= address && address < entry.start
    };
    let row = entries.iter().position(holds)?;
    entries[row].start = entries[row].start.wrapping_sub(entries[row].offset);
    entries[row].offset = 0;
    Some(row)
}

fn push_everything(entries: &mut Vec<MapEntry>) -> usize {
    entries.push(MapEntry { limit: u64::MAX, ..MapEntry::default() });
    entries.len() - 1
}

fn join_adjacent(map: Vec<MapEntry>) -> Vec<MapEntry> {
    let mut joined: Vec<MapEntry> = Vec::with_capacity(map.len());
    for entry in map {
        match joined.last_mut() {
            Some(last) if is_adjacent(last, &entry) => {
                last.limit = entry.limit;
                replace_unless_empty(&mut last.file, entry.file);
                replace_unless_empty(&mut last.build_id, entry.build_id);
            }
            _ => joined.push(entry),
        }
    }
    joined
}

/// Whether `second` may be of the same file as `first` and goes on where that ends.
fn is_adjacent(first: &MapEntry, second: &MapEntry) -> bool {
    let may_equal = |a: &[u8], b: &[u8]| a.is_empty() || b.is_empty() || a == b;
    let size = first.limit.wrapping_sub(first.start);
    let offsets_known = first.offset != 0 && second.offset != 0;
    may_equal(&first.file, &second.file)
        && may_equal(&first.build_id, &second.build_id)
        && first.limit == second.start
        && (!offsets_known || first.offset.wrapping_add(size) == second.offset)
}

fn replace_unless_empty(text: &mut Vec<u8>, by: Vec<u8>) {
    if !by.is_empty() {
        *text = by;
    }
}

/// Whether the file is neither a shared library nor something of the kernel.
fn is_main_binary(entry: &MapEntry) -> bool {
    let file = without_deleted(&entry.file);
    !file.is_empty() && !is_shared_library(&file) && !file.starts_with(b"[")
}

/// The path without the mark of a file that was deleted while it was mapped.
fn without_deleted(file: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"(deleted)";
    let mut path = file.to_vec();
    while let Some(at) = path.windows(MARK.len()).position(|window| window == MARK) {
        path.drain(at..at + MARK.len());
    }
    path.trim_ascii().to_vec()
}

/// Whether the path ends in `.so`, or has `.so.` or `.so_` and a digit in it.
fn is_shared_library(path: &[u8]) -> bool {
    let versioned = |window: &[u8]| matches!(window, [b'.', b's', b'o', b'.' | b'_', digit] if digit.is_ascii_digit());
    path.ends_with(b".so") || path.windows(5).any(versioned)
}

/// Drops a first mapping that is a copy, in huge pages, of the start of the second.
fn drop_huge_page_copy(entries: &mut Vec<MapEntry>) {
    if let [first, second, ..] = &entries[..]
        && first.file.starts_with(b"/anon_hugepage")
        && first.limit == second.start
    {
        entries.remove(0);
    }
}

/// The main binary that was linked to 4 MiB, when parts of its text were mapped anew elsewhere:
/// its mapping starts where the file does.
fn undo_text_remap(entries: &mut [MapEntry]) {
    const LINKED_AT: u64 = 0x40_0000;
    if let Some(main) = entries.first_mut()
        && main.start.wrapping_sub(main.offset) == LINKED_AT
    {
        main.start = LINKED_AT;
        main.offset = 0;
    }
}
