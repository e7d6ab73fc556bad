//! Go's description of a program (`runtime.moduledata`): where its code and other parts lie.

use object::{Object, ObjectSection, SectionKind};

use super::Bytes;
use super::table::Header;

/// The row of words where code starts, in all formats that are read.
const TEXT: usize = 22;

/// The rows of words in which the place of the inlined calls may be.
const PLACES: std::ops::Range<usize> = 36..52;

/// The words of the description, in order.
pub(super) struct Module {
    words: Vec<u64>,
}

impl Module {
    /// Where code starts; nothing if the file leaves that to the loader.
    pub(super) fn text(&self) -> Option<u64> {
        self.words.get(TEXT).copied().filter(|&text| text != 0)
    }

    /// The addresses among which is that of the inlined calls.
    pub(super) fn places(&self) -> impl Iterator<Item = u64> {
        self.words.iter().take(PLACES.end).skip(PLACES.start).copied().filter(|&place| place != 0)
    }
}

/// The description that starts with the address of the table, followed by that of its names.
pub(super) fn find(file: &object::File<'_>, table: u64, header: &Header) -> Option<Module> {
    let start = [table, table.wrapping_add(header.names)];
    in_data(file, start, header.width).or_else(|| in_relocations(file, start, header.width))
}

/// The description as the file has it.
fn in_data(file: &object::File<'_>, start: [u64; 2], width: u8) -> Option<Module> {
    let mut sections: Vec<_> = file.sections().filter(|section| may_hold(section.kind())).collect();
    // Writable data first: constants are the larger part, and hold it in no release so far.
    sections.sort_by_key(|section| section.kind() != SectionKind::Data);
    sections.iter().find_map(|section| {
        let bytes = Bytes { data: section.data().ok()?, little: file.is_little_endian() };
        let step = usize::from(width);
        let word = |at: usize| bytes.word(at as u64, width);
        let at = (0..bytes.data.len())
            .step_by(step)
            .find(|&at| word(at) == Some(start[0]) && word(at + step) == Some(start[1]))?;
        Some(Module { words: (0..PLACES.end).map_while(|row| word(at + row * step)).collect() })
    })
}

fn may_hold(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Data | SectionKind::ReadOnlyData | SectionKind::ReadOnlyDataWithRel)
}

/// The description as the loader makes it: a position-independent program that a C linker linked has
/// zeros in the file, and its addresses in the relocations.
fn in_relocations(file: &object::File<'_>, start: [u64; 2], width: u8) -> Option<Module> {
    let step = u64::from(width);
    let all = || {
        let relocations = file.dynamic_relocations().into_iter().flatten();
        relocations.map(|(at, relocation)| (at, relocation.addend().cast_unsigned()))
    };
    let candidates = all().filter(|&(_, value)| value == start[0]).map(|(at, _)| at);
    candidates.take(8).find_map(|first| {
        let mut words = vec![0; PLACES.end];
        for (at, value) in all() {
            let row = at.checked_sub(first).map(|distance| distance / step);
            let row = row.and_then(|row| usize::try_from(row).ok());
            if let Some(word) = row.and_then(|row| words.get_mut(row)) {
                *word = value;
            }
        }
        (words[1] == start[1]).then_some(Module { words })
    })
}
