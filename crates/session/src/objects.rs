//! The binaries of a profile, as reports ask for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use heapwise_binary::demangle::{Demangling, demangle};
use heapwise_binary::{Binary, DebugFiles, FileOffset, Frame, LinkAddr, MappedRange, Syntax};
use heapwise_report::{CodeFrame, Instruction, MappedFile, Object, Objects, Symbol};
use heapwise_symbolize::Files;

use crate::Options;
use crate::host::{Host, path_of};
use crate::host_files::HostFiles;
use crate::objdump::Objdump;

/// The forms in which a mangled name may be asked for.
const FORMS: [Demangling; 3] = [Demangling::Full, Demangling::Templates, Demangling::Default];

/// The binaries of a host.
pub(crate) struct HostObjects<'a> {
    host: &'a dyn Host,
    syntax: Syntax,
    /// The tools that the user names.
    tools: &'a str,
}

impl<'a> HostObjects<'a> {
    /// The binaries of `host`, disassembled as `options` say, with one of `tools` if they name one.
    pub(crate) fn new(host: &'a dyn Host, options: &Options, tools: &'a str) -> Self {
        let syntax = if options.intel_syntax { Syntax::Native } else { Syntax::Plan9 };
        Self { host, syntax, tools }
    }
}

impl fmt::Debug for HostObjects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostObjects").field("syntax", &self.syntax).finish_non_exhaustive()
    }
}

impl Objects for HostObjects<'_> {
    fn open(
        &self,
        mapping: &MappedFile<'_>,
        work: &mut dyn FnMut(&dyn Object),
    ) -> Result<(), String> {
        let files = HostFiles::new(self.host);
        let open = |path: &std::path::Path| files.open(path).ok();
        let debug_files = DebugFiles::new(files.debug_directories(), &open);
        let path = path_of(mapping.file);
        let image = files.open(&path).map_err(|error| error.to_string())?;
        let binary = Binary::parse(&image).map_err(|error| error.to_string())?;
        let binary = binary.with_debug_files(&debug_files);
        let binary = match std::str::from_utf8(mapping.relocation_symbol) {
            Ok(symbol) if !symbol.is_empty() => binary.with_relocation_symbol(symbol),
            _ => binary,
        };
        if is_other_build(mapping.build_id, binary.build_id().as_deref()) {
            return Err(format!("open {}: build ID mismatch", path.display()));
        }
        work(&Opened {
            host: self.host,
            syntax: self.syntax,
            tool: Objdump::find(self.tools, self.host),
            path,
            range: MappedRange {
                start: mapping.start,
                limit: mapping.limit,
                offset: FileOffset(mapping.offset),
            },
            binary: &binary,
        });
        Ok(())
    }
}

/// Two ids that are known and differ.
fn is_other_build(wanted: &[u8], found: Option<&str>) -> bool {
    !wanted.is_empty() && found.is_some_and(|id| !id.as_bytes().eq_ignore_ascii_case(wanted))
}

/// A binary that is open.
struct Opened<'a> {
    host: &'a dyn Host,
    syntax: Syntax,
    /// The tool that disassembles, if the user wants one.
    tool: Option<Result<Objdump, String>>,
    path: PathBuf,
    range: MappedRange,
    binary: &'a Binary<'a>,
}

impl Object for Opened<'_> {
    fn address(&self, runtime: u64) -> Option<u64> {
        self.binary.link_address(runtime, &self.range).map(|address| address.0)
    }

    fn symbols(
        &self,
        matches: &dyn Fn(&[u8]) -> bool,
        address: Option<u64>,
        wanted: &dyn Fn(&Symbol) -> bool,
    ) -> Vec<Symbol> {
        let rows = self.binary.named().iter().filter(|row| row.size > 0);
        let found = rows.filter_map(|row| {
            let (start, last) = (row.address.0, row.address.0.saturating_add(row.size - 1));
            let symbol = Symbol { names: Vec::new(), start, last };
            if !wanted(&symbol) {
                return None;
            }
            let holds = address.is_some_and(|address| start <= address && address <= last);
            let name = matching(row.name, matches).or_else(|| holds.then(|| row.name.to_vec()))?;
            Some(Symbol { names: vec![name], ..symbol })
        });
        let found: Vec<Symbol> = found.collect();
        // The reference lists a function once for each of its names; its ancestor lists it once.
        if address.is_some() || self.tool.is_some() { joined(found) } else { found }
    }

    fn instructions(&self, start: u64, end: u64) -> Result<Vec<Instruction>, String> {
        if let Some(tool) = &self.tool {
            let intel = self.syntax == Syntax::Native;
            return tool.as_ref().map_err(Clone::clone)?.instructions(
                self.host,
                &self.path,
                (start, end),
                intel,
            );
        }
        let range = LinkAddr(start)..LinkAddr(end);
        let read = self.binary.instructions(range, self.syntax);
        let read = read.map_err(|error| match error {
            heapwise_binary::Error::Processor { .. } => {
                format!("{error}; an objdump that knows it can be used with -tools=DIR, its folder")
            }
            error => error.to_string(),
        })?;
        // The reference knows the lines of Go's own code only.
        let line = |at| match self.syntax {
            Syntax::Plan9 => self.binary.go_line(at),
            Syntax::Native => self.binary.line(at),
        };
        let placed = read.into_iter().map(|instruction| {
            let (file, line) = line(instruction.address).unwrap_or_default();
            Instruction {
                address: instruction.address.0,
                text: instruction.text,
                function: Vec::new(),
                file: file.as_bytes().to_vec(),
                line: line.into(),
            }
        });
        Ok(placed.collect())
    }

    fn frames(&self, address: u64) -> Vec<CodeFrame> {
        let mut frames = Vec::new();
        self.binary.frames(LinkAddr(address), &mut frames);
        let placed = frames.first().is_some_and(|innermost| !innermost.file.is_empty());
        if !placed && self.binary.go_line(LinkAddr(address)).is_some() {
            return Vec::new(); // what fills the room up to the next function of Go
        }
        let frame = |frame: &Frame<'_>| CodeFrame {
            function: frame.name().into_owned(),
            symbol: frame.symbol.to_vec(),
            file: frame.file.as_bytes().to_vec(),
            line: frame.line.into(),
        };
        frames.iter().map(frame).collect()
    }
}

/// The name by which a symbol matches: as the linker has it, else in a form to read.
fn matching(name: &[u8], matches: &dyn Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    if matches(name) {
        return Some(name.to_vec());
    }
    let mut forms = FORMS.iter().map(|form| demangle(name, *form));
    forms.find(|form| matches(form)).map(Cow::into_owned)
}

/// Symbols that start at one address as one with several names.
fn joined(symbols: Vec<Symbol>) -> Vec<Symbol> {
    let mut by_start: BTreeMap<u64, Symbol> = BTreeMap::new();
    for symbol in symbols {
        match by_start.entry(symbol.start) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(symbol)),
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.last = known.last.max(symbol.last);
                known.names.extend(symbol.names);
            }
        }
    }
    by_start.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disasm_finds_functions_by_readable_names() {
        let found = |name: &str, asked: &str| {
            let matches = |name: &[u8]| String::from_utf8_lossy(name).contains(asked);
            matching(name.as_bytes(), &matches)
                .map(|name| String::from_utf8_lossy(&name).into_owned())
        };
        let mangled = "_ZN6shapes5totalEi";
        assert_eq!(found(mangled, "total"), Some(mangled.to_owned()));
        assert_eq!(found(mangled, "shapes::total("), Some("shapes::total(int)".to_owned()));
        assert_eq!(found(mangled, "shapes::area"), None);
        assert_eq!(found("main.run", "main.run"), Some("main.run".to_owned()));
    }

    #[test]
    fn one_function_with_two_names_is_one() {
        let symbol = |name: &str, start, last| Symbol { names: vec![name.into()], start, last };
        let all = vec![symbol("free", 16, 31), symbol("main", 4, 9), symbol("cfree", 16, 40)];
        let both = Symbol { names: vec![b"free".to_vec(), b"cfree".to_vec()], start: 16, last: 40 };
        assert_eq!(joined(all), [symbol("main", 4, 9), both]);
    }
}
