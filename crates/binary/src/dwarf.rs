//! Debug information: address to functions and source lines, inlined calls included.

use std::sync::Arc;

use addr2line::Context;
use gimli::{RunTimeEndian, Section};
use object::Object;

use crate::image::Reader;
use crate::start_line::StartLines;
use crate::{Frame, Image, LinkAddr};

/// The debug information of one file, parsed as far as lookups need it.
pub(crate) struct Dwarf<'a> {
    context: Context<Reader<'a>>,
    start_lines: StartLines<'a>,
}

impl<'a> Dwarf<'a> {
    /// `None` when the file has no debug information, or none that can be read.
    pub(crate) fn read(image: &'a Image, file: &object::File<'a>) -> Option<Self> {
        let endian =
            if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let section = |id| Ok::<_, gimli::Error>(Reader::new(image.section(file, id), endian));
        let mut dwarf = gimli::Dwarf::load(section).ok()?;
        if dwarf.debug_info.reader().is_empty() {
            return None;
        }
        dwarf.populate_abbreviations_cache(gimli::AbbreviationsCacheStrategy::Duplicates);
        let dwarf = Arc::new(dwarf);
        let context = Context::from_arc_dwarf(Arc::clone(&dwarf)).ok()?;
        Some(Self { context, start_lines: StartLines::new(dwarf) })
    }

    /// Appends the functions that `at` lies in, innermost inlined call first. Appends nothing when
    /// nothing is known; damage ends the list.
    pub(crate) fn frames<'s>(&'s self, at: LinkAddr, frames: &mut Vec<Frame<'s>>) {
        if at.0 == u64::MAX {
            return; // Lookups ask for the range `at..at + 1`.
        }
        let Ok(mut found) = self.context.find_frames(at.0).skip_all_loads() else { return };
        let unit = self.context.find_dwarf_and_unit(at.0).skip_all_loads();
        while let Ok(Some(frame)) = found.next() {
            let (file, line, column) = frame.location.map_or_else(Default::default, |location| {
                (location.file, location.line, location.column)
            });
            let entry = unit.as_ref().zip(frame.dw_die_offset);
            frames.push(Frame {
                symbol: frame.function.map_or(&[][..], |function| function.name.slice()),
                file: file.unwrap_or_default(),
                line: line.unwrap_or_default(),
                column: column.unwrap_or_default(),
                start_line: entry.map_or(0, |(unit, entry)| self.start_lines.of(unit, entry)),
            });
        }
    }
}
