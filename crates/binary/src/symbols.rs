//! The symbol table as a map from address to function.

use object::{Object, ObjectSection, ObjectSymbol, SectionIndex, SectionKind, SymbolKind};

use crate::LinkAddr;

/// A function in the symbol table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// First address.
    pub address: LinkAddr,
    /// Bytes of code. When the table does not say, up to the end of the section.
    pub size: u64,
    /// The name as the linker has it.
    pub name: &'a [u8],
}

/// The functions of a file in the order of their addresses, one an address.
#[derive(Debug, Default)]
pub(crate) struct Symbols<'a> {
    rows: Vec<Symbol<'a>>,
}

impl<'a> Symbols<'a> {
    /// Reads the symbol table, and the dynamic one, which a stripped file still has.
    pub(crate) fn read(file: &object::File<'a>) -> Self {
        let symbols = file.symbols().chain(file.dynamic_symbols());
        let mut rows: Vec<_> = symbols.filter_map(|symbol| function(file, &symbol)).collect();
        // Of the names at one address the largest symbol wins, then the first in the table.
        rows.sort_by_key(|symbol| (symbol.address, u64::MAX - symbol.size));
        rows.dedup_by_key(|symbol| symbol.address);
        Self { rows }
    }

    /// The function whose code holds `at`: the nearest that starts at or before it.
    pub(crate) fn find(&self, at: LinkAddr) -> Option<Symbol<'a>> {
        let after = self.rows.partition_point(|symbol| symbol.address <= at);
        let nearest = *self.rows.get(after.checked_sub(1)?)?;
        (at.0 - nearest.address.0 < nearest.size).then_some(nearest)
    }
}

/// Every symbol with a name and an address, data too: what operands of instructions are named by.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    rows: Vec<Symbol<'a>>,
}

impl<'a> Names<'a> {
    /// Reads the symbol table.
    pub(crate) fn read(file: &object::File<'a>) -> Self {
        let named = |symbol: object::Symbol<'a, '_>| {
            let name = symbol.name_bytes().ok().filter(|name| !name.is_empty())?;
            // The reference takes the underscore off names of Go only, which have a dot.
            let name = if name.contains(&b'.') { plain(file, name) } else { name };
            let (address, size) = (LinkAddr(symbol.address()), symbol.size());
            (address.0 != 0).then_some(Symbol { address, size, name })
        };
        let mut rows: Vec<_> = file.symbols().filter_map(named).collect();
        // Of several names at one address the last one counts: the largest, then the last in the table.
        rows.sort_by_key(|symbol| (symbol.address, symbol.size));
        if is_apple(file) || is_windows(file) {
            reach_to_the_next(&mut rows);
        }
        Self { rows }
    }

    #[cfg(test)]
    pub(crate) fn from_rows(rows: Vec<Symbol<'a>>) -> Self {
        Self { rows }
    }

    /// All of them, in the order of their addresses.
    pub(crate) fn rows(&self) -> &[Symbol<'a>] {
        &self.rows
    }

    /// The symbol that `at` lies in.
    #[cfg(feature = "disasm")]
    pub(crate) fn find(&self, at: LinkAddr) -> Option<&Symbol<'a>> {
        let after = self.rows.partition_point(|symbol| symbol.address <= at);
        let nearest = self.rows.get(after.checked_sub(1)?)?;
        (at.0 - nearest.address.0 < nearest.size).then_some(nearest)
    }
}

fn is_apple(file: &object::File<'_>) -> bool {
    matches!(file, object::File::MachO32(_) | object::File::MachO64(_))
}

fn is_windows(file: &object::File<'_>) -> bool {
    matches!(file, object::File::Pe32(_) | object::File::Pe64(_))
}

/// A name as it was in the source: compilers of macOS put an underscore before every one.
fn plain<'a>(file: &object::File<'_>, name: &'a [u8]) -> &'a [u8] {
    name.strip_prefix(b"_").filter(|_| is_apple(file)).unwrap_or(name)
}

/// Symbols of macOS and Windows have no size: each reaches to the next one, and the last one nowhere.
fn reach_to_the_next(rows: &mut [Symbol<'_>]) {
    let mut next = None;
    for at in (0..rows.len()).rev() {
        let address = rows[at].address;
        if let Some(after) = rows.get(at + 1).filter(|after| after.address != address) {
            next = Some(after.address);
        }
        rows[at].size = next.map_or(0, |next| next.0 - address.0);
    }
}

fn function<'a>(file: &object::File<'a>, symbol: &object::Symbol<'a, '_>) -> Option<Symbol<'a>> {
    let name = symbol.name_bytes().ok()?;
    if !is_function(file, symbol) || !symbol.is_definition() || name.is_empty() {
        return None;
    }
    let name = plain(file, name);
    let address = symbol.address();
    let size = match symbol.size() {
        0 => rest_of_section(file, symbol.section_index()?, address)?,
        size => size,
    };
    Some(Symbol { address: LinkAddr(address), size, name })
}

/// Not every compiler for Windows says which symbols are functions: what lies in code is one.
fn is_function(file: &object::File<'_>, symbol: &object::Symbol<'_, '_>) -> bool {
    let in_code = || {
        let section = symbol.section_index().and_then(|row| file.section_by_index(row).ok());
        section.is_some_and(|section| section.kind() == SectionKind::Text)
    };
    symbol.kind() == SymbolKind::Text
        || (is_windows(file)
            && matches!(symbol.kind(), SymbolKind::Unknown | SymbolKind::Data)
            && in_code())
}

fn rest_of_section(file: &object::File<'_>, section: SectionIndex, address: u64) -> Option<u64> {
    let section = file.section_by_index(section).ok()?;
    section.address().checked_add(section.size())?.checked_sub(address)
}
