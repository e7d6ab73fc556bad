//! Debug information: address to functions and source lines, inlined calls included.

use std::path::PathBuf;
use std::sync::Arc;

use addr2line::{Context, LookupContinuation, LookupResult};
use gimli::{Section as _, SectionId};
use object::Object;

use crate::debug_file::by_build_id;
use crate::debug_files::DebugFiles;
use crate::image::{Reader, Section, hex, parse_object};
use crate::path::path_of;
use crate::split_units::SplitUnits;
use crate::start_line::StartLines;
use crate::{Frame, Image, LinkAddr};

/// The debug information of one file, parsed as far as lookups need it.
pub(crate) struct Dwarf<'a> {
    context: Context<Reader<'a>>,
    start_lines: StartLines<'a>,
    /// Absent when other files are out of reach.
    split: Option<SplitUnits<'a>>,
}

impl<'a> Dwarf<'a> {
    /// `None` when the file has no debug information, or none that can be read. `programs` are the
    /// paths that names of other files may start from.
    pub(crate) fn read(
        image: &'a Image,
        file: &object::File<'a>,
        files: Option<&'a DebugFiles<'a>>,
        programs: Vec<PathBuf>,
    ) -> Option<Self> {
        let mut dwarf = gimli::Dwarf::load(|id| section(image, file, id)).ok()?;
        if dwarf.debug_info.reader().is_empty() {
            return None;
        }
        if let Some(common) = files.and_then(|files| common_part(image, file, files)) {
            let file = parse_object(common).ok()?;
            dwarf.load_sup(|id| section(common, &file, id)).ok()?;
        }
        dwarf.populate_abbreviations_cache(gimli::AbbreviationsCacheStrategy::Duplicates);
        let dwarf = Arc::new(dwarf);
        let context = Context::from_arc_dwarf(Arc::clone(&dwarf)).ok()?;
        let split = files.map(|files| SplitUnits::new(files, programs));
        Some(Self { context, start_lines: StartLines::new(dwarf), split })
    }

    /// The source file and line of the instruction at `at`.
    pub(crate) fn line(&self, at: LinkAddr) -> Option<(&str, u32)> {
        let at = at.0.checked_add(1).map(|end| end - 1)?; // Lookups ask for the range `at..at + 1`.
        let location = self.context.find_location(at).ok()??;
        Some((location.file?, location.line.unwrap_or_default()))
    }

    /// Appends the functions that `at` lies in, innermost inlined call first. Appends nothing when
    /// nothing is known; damage ends the list.
    pub(crate) fn frames<'s>(&'s self, at: LinkAddr, frames: &mut Vec<Frame<'s>>) {
        if at.0 == u64::MAX {
            return; // Lookups ask for the range `at..at + 1`.
        }
        let Ok(mut found) = self.finish(self.context.find_frames(at.0)) else { return };
        let unit = self.finish(self.context.find_dwarf_and_unit(at.0));
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

    /// The end of a lookup that may ask for split units on its way.
    fn finish<L: LookupContinuation<Buf = Reader<'a>>>(
        &self,
        mut result: LookupResult<L>,
    ) -> L::Output {
        loop {
            result = match result {
                LookupResult::Output(output) => return output,
                LookupResult::Load { load, continuation } => {
                    let unit = self.split.as_ref().and_then(|split| split.load(&load));
                    continuation.resume(unit)
                }
            };
        }
    }
}

/// A section, if lookups by address need it: locations of variables and macros are large.
fn section<'a>(
    image: &'a Image,
    file: &object::File<'a>,
    id: SectionId,
) -> Result<Reader<'a>, gimli::Error> {
    let needed = !matches!(
        id,
        SectionId::DebugLoc
            | SectionId::DebugLocLists
            | SectionId::DebugMacinfo
            | SectionId::DebugMacro
            | SectionId::DebugNames
            | SectionId::DebugTypes
    );
    Ok(image.section(file, if needed { Section::Whole(id) } else { Section::None }))
}

/// The file that dwz moved to what several programs have in common.
fn common_part<'a>(
    image: &'a Image,
    file: &object::File<'a>,
    files: &'a DebugFiles<'a>,
) -> Option<&'a Image> {
    let (name, id) = file.gnu_debugaltlink().ok()??;
    let name = path_of(name);
    let beside = image.path().parent().map(|parent| parent.join(&name));
    let mut paths: Vec<_> = beside.into_iter().collect();
    let filed = name.file_name().into_iter().flat_map(|name| {
        files.directories().iter().map(move |directory| directory.join(".dwz").join(name))
    });
    paths.extend(by_build_id(&hex(id), files.directories()).into_iter().chain(filed));
    files.first(&paths, |image| {
        parse_object(image).is_ok_and(|file| file.build_id().ok().flatten() == Some(id))
    })
}
