//! An executable file, parsed.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use object::{Object, ObjectKind, ObjectSegment};

use crate::address::{Segment, Segments};
use crate::demangle::readable_name;
use crate::dwarf::Dwarf;
use crate::symbols::Symbols;
use crate::{Error, FileOffset, Image, LinkAddr, MappedRange, Symbol};

/// An executable file or shared library: what its addresses mean.
///
/// Parsing reads the headers. The symbol table and the debug information are read when the first
/// address is looked up, the latter one compilation unit at a time.
pub struct Binary<'a> {
    image: &'a Image,
    file: object::File<'a>,
    segments: Segments,
    /// Where debug information and symbols lie when they were split off.
    debug: Option<(&'a Image, object::File<'a>)>,
    symbols: OnceCell<Symbols<'a>>,
    dwarf: OnceCell<Option<Dwarf<'a>>>,
}

/// A function at an address, and the position in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The linker's name of the function; empty when unknown.
    pub symbol: &'a [u8],
    /// The source file; empty when unknown.
    pub file: &'a str,
    /// The line, from 1; 0 when unknown.
    pub line: u32,
    /// The column, from 1; 0 when unknown.
    pub column: u32,
    /// The line at which the function starts; 0 when unknown.
    pub start_line: u32,
}

impl<'a> Frame<'a> {
    /// The name to show for the function.
    pub fn name(&self) -> Cow<'a, [u8]> {
        readable_name(self.symbol)
    }
}

impl<'a> Binary<'a> {
    /// Reads the headers of `image`.
    ///
    /// # Errors
    ///
    /// [`Error::Unrecognized`] when the bytes are no object file, or are cut off.
    pub fn parse(image: &'a Image) -> Result<Self, Error> {
        let file = parse_object(image)?;
        let segments = read_segments(&file);
        let (symbols, dwarf) = (OnceCell::new(), OnceCell::new());
        Ok(Self { image, file, segments, debug: None, symbols, dwarf })
    }

    /// Takes symbols and debug information from `debug`, the file they were split off to.
    ///
    /// # Errors
    ///
    /// [`Error::Unrecognized`] when `debug` is no object file.
    pub fn with_debug_file(self, debug: &'a Image) -> Result<Self, Error> {
        let file = parse_object(debug)?;
        Ok(Self { debug: Some((debug, file)), ..self })
    }

    /// The file that was parsed.
    pub fn image(&self) -> &'a Image {
        self.image
    }

    /// The GNU build id in lower-case hex, `None` when the file has none.
    pub fn build_id(&self) -> Option<String> {
        let id = self.file.build_id().ok()??;
        Some(id.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Name and checksum of the file that debug information was split off to, if the file says so.
    pub(crate) fn debug_link(&self) -> Option<(&'a [u8], u32)> {
        self.file.gnu_debuglink().ok()?
    }

    /// Whether the file itself carries debug information.
    pub fn has_debug_info(&self) -> bool {
        self.file.has_debug_symbols()
    }

    /// The link address of a runtime address in a process that had this file mapped at `range`;
    /// `None` when the file loads nothing there.
    pub fn link_address(&self, runtime: u64, range: &MappedRange) -> Option<LinkAddr> {
        self.segments.link_address(runtime, range)
    }

    /// The function of the symbol table whose code holds `at`.
    pub fn symbol(&self, at: LinkAddr) -> Option<Symbol<'a>> {
        self.symbols().find(at)
    }

    /// Replaces `frames` by the functions that `at` lies in: innermost inlined call first, the
    /// function that holds the machine code last. Empty when nothing is known about the address.
    ///
    /// Without debug information this is the symbol alone. The symbol also names a function that
    /// debug information leaves nameless, or names without its scope.
    pub fn frames<'s>(&'s self, at: LinkAddr, frames: &mut Vec<Frame<'s>>) {
        frames.clear();
        if let Some(dwarf) = self.dwarf() {
            dwarf.frames(at, frames);
        }
        if frames.last().is_some_and(|outermost| is_mangled(outermost.symbol)) {
            return;
        }
        let Some(symbol) = self.symbol(at) else { return };
        match frames.last_mut() {
            None => frames.push(Frame { symbol: symbol.name, ..Frame::default() }),
            Some(outermost) if outermost.symbol.is_empty() || is_mangled(symbol.name) => {
                outermost.symbol = symbol.name;
            }
            Some(_) => {}
        }
    }

    fn symbols(&self) -> &Symbols<'a> {
        let source = self.debug.as_ref().map_or(&self.file, |(_, file)| file);
        self.symbols.get_or_init(|| Symbols::read(source))
    }

    fn dwarf(&self) -> Option<&Dwarf<'a>> {
        let own = (self.image, &self.file);
        let (image, file) = self.debug.as_ref().map_or(own, |(image, file)| (image, file));
        self.dwarf.get_or_init(|| Dwarf::read(image, file)).as_ref()
    }
}

impl fmt::Debug for Binary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binary").field("path", &self.image.path()).finish_non_exhaustive()
    }
}

fn is_mangled(symbol: &[u8]) -> bool {
    symbol.starts_with(b"_Z") || symbol.starts_with(b"_R")
}

fn parse_object(image: &Image) -> Result<object::File<'_>, Error> {
    object::File::parse(image.bytes()).map_err(|_| Error::unrecognized(image.path()))
}

fn read_segments(file: &object::File<'_>) -> Segments {
    let loaded = file.segments().map(|segment| {
        let (offset, size) = segment.file_range();
        Segment {
            offset: FileOffset(offset),
            size,
            link: LinkAddr(segment.address()),
            align: segment.align(),
            executable: segment.permissions().executable(),
        }
    });
    let fixed = file.kind() == ObjectKind::Executable && !is_position_independent(file);
    Segments { loaded: loaded.filter(|segment| segment.size > 0).collect(), fixed }
}

/// Position-independent programs are linked like libraries; `object` tells them from those by their
/// interpreter, so the kind alone does not say.
fn is_position_independent(file: &object::File<'_>) -> bool {
    match file {
        object::File::Elf64(elf) => {
            elf.elf_header().e_type.get(elf.endian()) == object::elf::ET_DYN
        }
        object::File::Elf32(elf) => {
            elf.elf_header().e_type.get(elf.endian()) == object::elf::ET_DYN
        }
        _ => true,
    }
}
