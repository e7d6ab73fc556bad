//! Executable areas of `/proc/self/maps` to mappings with paths and build ids.

use core::ops::ControlFlow;

use super::elf::{BUILD_ID_LIMIT, Image, ImageFinder, VDSO};
use super::proc_maps::{self, Area};
use crate::{Error, Mapping};

/// What the kernel appends to the path of a file that was unlinked.
const DELETED: &[u8] = b" (deleted)";

pub(crate) fn each_mapping(each: &mut dyn FnMut(&Mapping<'_>)) -> Result<(), Error> {
    #[cfg(target_arch = "x86_64")]
    super::mapping_table::refresh();
    let mut images = ImageFinder::default();
    proc_maps::each_area(&mut |area| {
        let image = images.visit(area);
        if area.executable && (area.path.starts_with(b"/") || area.path == VDSO) {
            report(area, image, each);
        }
        ControlFlow::Continue(())
    })
}

#[inline]
pub(crate) fn mappings_read() -> usize {
    #[cfg(target_arch = "x86_64")]
    return super::mapping_table::times_read();
    #[cfg(not(target_arch = "x86_64"))]
    0
}

fn report(area: &Area<'_>, image: Option<usize>, each: &mut dyn FnMut(&Mapping<'_>)) {
    let mut build_id = [0; BUILD_ID_LIMIT];
    each(&Mapping {
        start: area.start as u64,
        limit: area.limit as u64,
        file_offset: area.file_offset,
        path: area.path.strip_suffix(DELETED).unwrap_or(area.path),
        build_id: match image.and_then(Image::at) {
            Some(image) => image.build_id(&mut build_id),
            None => &[],
        },
    });
}
