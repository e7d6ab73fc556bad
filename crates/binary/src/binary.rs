//! An executable file, parsed.

#[cfg(feature = "disasm")]
mod instructions;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use object::{Object, ObjectKind, ObjectSection, ObjectSegment, ObjectSymbol};

use crate::address::{Segment, Segments};
use crate::debug_files::DebugFiles;
use crate::demangle::readable_name;
use crate::dwarf::Dwarf;
use crate::go::GoTables;
use crate::image::{hex, parse_object};
use crate::kernel::{Kernel, may_be_kernel};
use crate::symbols::{Names, Symbols};
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
    /// Where other parts of debug information are looked for.
    files: Option<&'a DebugFiles<'a>>,
    /// The symbol that a kernel is mapped from.
    relocation_symbol: &'a str,
    kernel: OnceCell<(Option<u64>, Option<u64>)>,
    symbols: OnceCell<Symbols<'a>>,
    names: OnceCell<Names<'a>>,
    dwarf: OnceCell<Option<Dwarf<'a>>>,
    go: OnceCell<Option<GoTables<'a>>>,
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
        let (symbols, names) = (OnceCell::new(), OnceCell::new());
        let (dwarf, go) = (OnceCell::new(), OnceCell::new());
        let (relocation_symbol, kernel) = (DEFAULT_RELOCATION_SYMBOL, OnceCell::new());
        let (debug, files) = (None, None);
        Ok(Self {
            image,
            file,
            segments,
            debug,
            files,
            relocation_symbol,
            kernel,
            symbols,
            names,
            dwarf,
            go,
        })
    }

    /// Takes symbols and debug information from where they were moved to, as far as `files` has it.
    #[must_use]
    pub fn with_debug_files(self, files: &'a DebugFiles<'a>) -> Self {
        let moved = (!self.has_debug_info()).then(|| files.separate(&self)).flatten();
        let debug = moved.and_then(|image| Some((image, parse_object(image).ok()?)));
        Self { debug, files: Some(files), ..self }
    }

    /// Takes the file for a kernel whose mappings start at the symbol `name`, if it has one so named.
    #[must_use]
    pub fn with_relocation_symbol(self, name: &'a str) -> Self {
        Self { relocation_symbol: name, kernel: OnceCell::new(), ..self }
    }

    /// The file that was parsed.
    pub fn image(&self) -> &'a Image {
        self.image
    }

    /// The GNU build id in lower-case hex, `None` when the file has none.
    pub fn build_id(&self) -> Option<String> {
        self.file.build_id().ok()?.map(hex)
    }

    /// What tells builds apart on macOS.
    pub(crate) fn uuid(&self) -> Option<String> {
        self.file.mach_uuid().ok()?.map(|id| hex(&id))
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
        match self.kernel_base(range) {
            Some(base) => Some(LinkAddr(runtime.wrapping_sub(base))),
            None => self.segments.link_address(runtime, range),
        }
    }

    fn kernel_base(&self, range: &MappedRange) -> Option<u64> {
        if range.is_unknown() || !matches!(self.file, object::File::Elf64(_)) {
            return None;
        }
        let (code, symbol) = *self.kernel.get_or_init(|| {
            let symbol = self.file.symbol_by_name(self.relocation_symbol);
            (self.segment_with_code(), symbol.map(|symbol| symbol.address()))
        });
        let symbol = symbol.filter(|_| may_be_kernel(&self.image.path().to_string_lossy(), range));
        Kernel { fixed: self.segments.fixed, code: code?, symbol }.base(range)
    }

    /// The link address of the segment that code lies in.
    fn segment_with_code(&self) -> Option<u64> {
        let text = self.file.section_by_name(".text").map(|section| LinkAddr(section.address()));
        let mut executable = self.segments.loaded.iter().filter(|segment| segment.executable);
        executable
            .find(|segment| text.is_none_or(|text| segment.holds_link(text)))
            .map(|s| s.link.0)
    }

    /// The function of the symbol table whose code holds `at`.
    pub fn symbol(&self, at: LinkAddr) -> Option<Symbol<'a>> {
        self.symbols().find(at)
    }

    /// Replaces `frames` by the functions that `at` lies in: innermost inlined call first, the
    /// function that holds the machine code last. Empty when nothing is known about the address.
    ///
    /// Functions of Go come from the tables of its runtime, as in the profiles that it writes.
    /// Without debug information others are the symbol alone. The symbol also names a function that
    /// debug information leaves nameless, or names without its scope.
    pub fn frames<'s>(&'s self, at: LinkAddr, frames: &mut Vec<Frame<'s>>) {
        frames.clear();
        if let Some(go) = self.go() {
            go.frames(at, frames);
            if !frames.is_empty() {
                return;
            }
        }
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

    /// The source file and line of the instruction at `at`, that of an inlined call where it is part
    /// of one. A line that is not known is 0.
    pub fn line(&self, at: LinkAddr) -> Option<(&str, u32)> {
        self.go_line(at).or_else(|| self.dwarf()?.line(at))
    }

    /// The same for code that the Go compiler made: only its own table is read.
    pub fn go_line(&self, at: LinkAddr) -> Option<(&'a str, u32)> {
        let mut frames = Vec::new();
        self.go()?.frames(at, &mut frames);
        frames.first().map(|innermost| (innermost.file, innermost.line))
    }

    /// Every symbol of the file's own table, data too, in the order of their addresses.
    pub fn named(&self) -> &[Symbol<'a>] {
        self.names().rows()
    }

    fn names(&self) -> &Names<'a> {
        self.names.get_or_init(|| Names::read(&self.file))
    }

    fn go(&self) -> Option<&GoTables<'a>> {
        self.go.get_or_init(|| GoTables::read(&self.file)).as_ref()
    }

    fn symbols(&self) -> &Symbols<'a> {
        let source = self.debug.as_ref().map_or(&self.file, |(_, file)| file);
        self.symbols.get_or_init(|| Symbols::read(source))
    }

    fn dwarf(&self) -> Option<&Dwarf<'a>> {
        let own = (self.image, &self.file);
        let (image, file) = self.debug.as_ref().map_or(own, |(image, file)| (image, file));
        let programs = || {
            let debug = self.debug.as_ref().map(|(image, _)| *image);
            [self.image].into_iter().chain(debug).map(|image| image.path().to_owned()).collect()
        };
        self.dwarf.get_or_init(|| Dwarf::read(image, file, self.files, programs())).as_ref()
    }
}

impl fmt::Debug for Binary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binary").field("path", &self.image.path()).finish_non_exhaustive()
    }
}

/// The start of the code of Linux.
const DEFAULT_RELOCATION_SYMBOL: &str = "_stext";

fn is_mangled(symbol: &[u8]) -> bool {
    symbol.starts_with(b"_Z") || symbol.starts_with(b"_R")
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
    let whole = whole(file).map(LinkAddr);
    Segments { loaded: loaded.filter(|segment| segment.size > 0).collect(), fixed, whole }
}

/// Where the first byte of a file goes that is loaded as a whole.
fn whole(file: &object::File<'_>) -> Option<u64> {
    match file {
        object::File::Pe32(_) | object::File::Pe64(_) => Some(file.relative_address_base()),
        object::File::MachO32(_) | object::File::MachO64(_) => {
            let mut segments = file.segments();
            segments
                .find(|s| s.name().is_ok_and(|name| name == Some("__TEXT")))
                .map(|s| s.address())
        }
        _ => None,
    }
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
