//! The line at which a function is declared (`DW_AT_decl_line`).

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use gimli::{AttributeValue, DebugInfoOffset, UnitHeader, UnitOffset, UnitRef};

use crate::image::Reader;

/// Longest chain of references that is followed: inlined call to abstract function to declaration.
/// Real chains have three links; a hostile file may have a circle.
const LONGEST_CHAIN: usize = 8;

/// Start lines of the functions asked for so far.
pub(crate) struct StartLines<'a> {
    dwarf: Arc<gimli::Dwarf<Reader<'a>>>,
    /// Headers of all units in the order of their offsets, read when a reference leaves its unit.
    headers: OnceCell<Vec<UnitHeader<Reader<'a>>>>,
    /// By unit, if it was split off, and offset.
    known: RefCell<HashMap<(Option<u64>, usize), u32>>,
}

/// What an entry says about its start line.
enum Said {
    Line(u32),
    See(DebugInfoOffset),
    Nothing,
}

impl<'a> StartLines<'a> {
    pub(crate) fn new(dwarf: Arc<gimli::Dwarf<Reader<'a>>>) -> Self {
        Self { dwarf, headers: OnceCell::new(), known: RefCell::default() }
    }

    /// The start line of the function or inlined call `entry` of `unit`; 0 when unknown.
    pub(crate) fn of(&self, unit: &UnitRef<'_, Reader<'a>>, entry: UnitOffset) -> u32 {
        let Some(offset) = entry.to_debug_info_offset(&unit.header) else { return 0 };
        let key = (unit.dwo_id.map(|id| id.0), offset.0);
        if let Some(&line) = self.known.borrow().get(&key) {
            return line;
        }
        let line = self.follow(unit, entry);
        self.known.borrow_mut().insert(key, line);
        line
    }

    fn follow(&self, unit: &UnitRef<'_, Reader<'a>>, entry: UnitOffset) -> u32 {
        let mut said = read(&unit.header, &unit.abbreviations, entry);
        for _ in 0..LONGEST_CHAIN {
            said = match said {
                Said::Line(line) => return line,
                Said::Nothing => return 0,
                Said::See(offset) => match offset.to_unit_offset(&unit.header) {
                    Some(entry) => read(&unit.header, &unit.abbreviations, entry),
                    // A unit that was split off refers to itself alone.
                    None if unit.dwo_id.is_some() => return 0,
                    None => self.read_elsewhere(offset),
                },
            };
        }
        0
    }

    fn read_elsewhere(&self, offset: DebugInfoOffset) -> Said {
        let headers = self.headers.get_or_init(|| self.read_headers());
        let after = headers.partition_point(|header| header.debug_info_offset() <= Some(offset));
        let found = after.checked_sub(1).and_then(|row| {
            let header = headers.get(row)?;
            let abbreviations = self.dwarf.abbreviations(header).ok()?;
            Some(read(header, &abbreviations, offset.to_unit_offset(header)?))
        });
        found.unwrap_or(Said::Nothing)
    }

    fn read_headers(&self) -> Vec<UnitHeader<Reader<'a>>> {
        let (mut headers, mut units) = (Vec::new(), self.dwarf.units());
        while let Ok(Some(header)) = units.next() {
            headers.push(header);
        }
        headers
    }
}

fn read<'a>(
    header: &UnitHeader<Reader<'a>>,
    abbreviations: &gimli::Abbreviations,
    entry: UnitOffset,
) -> Said {
    let Ok(entry) = header.entry(abbreviations, entry) else { return Said::Nothing };
    if let Some(line) =
        entry.attr_value(gimli::DW_AT_decl_line).and_then(|value| value.udata_value())
    {
        return Said::Line(u32::try_from(line).unwrap_or(0));
    }
    let reference = [gimli::DW_AT_abstract_origin, gimli::DW_AT_specification]
        .into_iter()
        .find_map(|name| entry.attr_value(name));
    match reference {
        Some(AttributeValue::UnitRef(offset)) => {
            offset.to_debug_info_offset(header).map_or(Said::Nothing, Said::See)
        }
        Some(AttributeValue::DebugInfoRef(offset)) => Said::See(offset),
        _ => Said::Nothing,
    }
}
