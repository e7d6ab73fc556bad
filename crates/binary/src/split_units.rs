//! Units of debug information whose larger part lies in another file (`-gsplit-dwarf`).

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use addr2line::SplitDwarfLoad;
use gimli::{DwarfPackage, SectionId};

use crate::Image;
use crate::debug_file::with_suffix;
use crate::debug_files::DebugFiles;
use crate::image::{Reader, Section, endian, parse_object};
use crate::path::path_of;

/// The split units of one program.
pub(crate) struct SplitUnits<'a> {
    files: &'a DebugFiles<'a>,
    /// The program, and the file of its debug information if that is another.
    programs: Vec<PathBuf>,
    package: OnceCell<Option<DwarfPackage<Reader<'a>>>>,
}

impl<'a> SplitUnits<'a> {
    pub(crate) fn new(files: &'a DebugFiles<'a>, programs: Vec<PathBuf>) -> Self {
        Self { files, programs, package: OnceCell::new() }
    }

    /// The rest of a unit, from the package of the program, else from a file of its own.
    pub(crate) fn load(
        &self,
        unit: &SplitDwarfLoad<Reader<'a>>,
    ) -> Option<Arc<gimli::Dwarf<Reader<'a>>>> {
        let packed = self.package().and_then(|all| all.find_cu(unit.dwo_id, &unit.parent).ok()?);
        packed.or_else(|| self.load_file(unit)).map(Arc::new)
    }

    fn package(&self) -> Option<&DwarfPackage<Reader<'a>>> {
        self.package.get_or_init(|| self.open_package()).as_ref()
    }

    fn open_package(&self) -> Option<DwarfPackage<Reader<'a>>> {
        let paths: Vec<_> = self.programs.iter().map(|path| with_suffix(path, ".dwp")).collect();
        let image = self.files.first(&paths, |image| parse_object(image).is_ok())?;
        let file = parse_object(image).ok()?;
        let section = |id| Ok::<_, gimli::Error>(image.section(&file, Section::Split(id)));
        DwarfPackage::load(section, Reader::new(&[], endian(&file))).ok()
    }

    fn load_file(&self, unit: &SplitDwarfLoad<Reader<'a>>) -> Option<gimli::Dwarf<Reader<'a>>> {
        let name = path_of(unit.path.as_ref()?.slice());
        let folder = unit.comp_dir.as_ref().map(|folder| path_of(folder.slice()));
        let paths = self.candidates(&folder.unwrap_or_default(), &name);
        let is_the_one =
            |image: &Image| read(image).is_some_and(|dwarf| is_unit(&dwarf, unit.dwo_id));
        let Some(image) = self.files.first(&paths, is_the_one) else {
            self.files.note_missing(paths.into_iter().next().unwrap_or(name));
            return None;
        };
        let mut dwarf = read(image)?;
        dwarf.make_dwo(&unit.parent);
        Some(dwarf)
    }

    /// Where the compiler wrote it, and beside the program, which may have moved with it.
    fn candidates(&self, folder: &Path, name: &Path) -> Vec<PathBuf> {
        let parents = self.programs.iter().filter_map(|program| program.parent());
        let beside = parents.flat_map(|parent| {
            let moved = name.file_name().map(|name| parent.join(name));
            std::iter::once(parent.join(name)).chain(moved)
        });
        let mut paths = vec![folder.join(name)];
        paths.extend(beside);
        paths.dedup();
        paths
    }
}

fn read(image: &Image) -> Option<gimli::Dwarf<Reader<'_>>> {
    let file = parse_object(image).ok()?;
    let section = |id: SectionId| Ok::<_, gimli::Error>(image.section(&file, Section::Split(id)));
    gimli::Dwarf::load(section).ok()
}

fn is_unit(dwarf: &gimli::Dwarf<Reader<'_>>, id: gimli::DwoId) -> bool {
    let header = dwarf.units().next().ok().flatten();
    header.and_then(|header| dwarf.unit(header).ok()).is_some_and(|unit| unit.dwo_id == Some(id))
}
