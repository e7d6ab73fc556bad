//! Where in a file the table of functions lies.

use object::{Object, ObjectSection};

use super::Bytes;
use super::table::Header;

/// The names that linkers give its section: in ELF, in position-independent ELF, in Mach-O.
const NAMES: [&str; 3] = [".gopclntab", ".data.rel.ro.gopclntab", "__gopclntab"];

/// The bytes of the table, to the end of its section.
pub(super) struct Found<'a> {
    pub(super) address: u64,
    pub(super) bytes: Bytes<'a>,
}

pub(super) fn locate<'a>(file: &object::File<'a>) -> Option<Found<'a>> {
    let little = file.is_little_endian();
    if let Some(section) = NAMES.iter().find_map(|name| file.section_by_name(name)) {
        let bytes = Bytes { data: section.data().ok()?, little };
        return Some(Found { address: section.address(), bytes });
    }
    // A PE file keeps it among its other constants.
    let is_windows = matches!(file, object::File::Pe32(_) | object::File::Pe64(_));
    let mut constants = file.sections().filter(|section| is_windows && !is_debug(section));
    constants.find_map(|section| {
        let (data, address) = (section.data().ok()?, section.address());
        let at = (0..data.len()).step_by(8).find(|&at| {
            data[at..].get(1..6).is_some_and(|bytes| bytes == [0xff, 0xff, 0xff, 0, 0])
                && Header::parse(Bytes { data: &data[at..], little }).is_some()
        })?;
        Some(Found { address: address + at as u64, bytes: Bytes { data: &data[at..], little } })
    })
}

fn is_debug(section: &object::Section<'_, '_>) -> bool {
    section
        .name_bytes()
        .is_ok_and(|name| name.starts_with(b".debug") || name.starts_with(b".zdebug"))
}

/// Where code starts in a program that was linked by Go alone.
pub(super) fn text_address(file: &object::File<'_>) -> Option<u64> {
    let section = [".text", "__text"].iter().find_map(|name| file.section_by_name(name))?;
    Some(section.address())
}
