//! The symbol table as a map from address to function.

use object::{Object, ObjectSymbol, SymbolKind};

use crate::LinkAddr;

/// A function in the symbol table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// First address.
    pub address: LinkAddr,
    /// Bytes of code; 0 when the table does not say.
    pub size: u64,
    /// The name as the linker has it.
    pub name: &'a [u8],
}

impl Symbol<'_> {
    fn contains(&self, at: LinkAddr) -> bool {
        self.size == 0 || at.0 - self.address.0 < self.size
    }
}

/// The functions of a file in the order of their addresses, one an address.
#[derive(Debug, Default)]
pub(crate) struct Symbols<'a> {
    rows: Vec<Symbol<'a>>,
}

impl<'a> Symbols<'a> {
    /// Reads the symbol table, and the dynamic one, which a stripped file still has.
    pub(crate) fn read(file: &object::File<'a>) -> Self {
        let mut rows: Vec<_> = file
            .symbols()
            .chain(file.dynamic_symbols())
            .filter_map(|symbol| function(&symbol))
            .collect();
        // Of the names at one address the largest symbol wins, then the first in the table.
        rows.sort_by_key(|symbol| (symbol.address, u64::MAX - symbol.size));
        rows.dedup_by_key(|symbol| symbol.address);
        Self { rows }
    }

    /// The function whose code holds `at`: the nearest that starts at or before it.
    pub(crate) fn find(&self, at: LinkAddr) -> Option<Symbol<'a>> {
        let after = self.rows.partition_point(|symbol| symbol.address <= at);
        let nearest = self.rows.get(after.checked_sub(1)?)?;
        nearest.contains(at).then_some(*nearest)
    }
}

fn function<'a>(symbol: &object::Symbol<'a, '_>) -> Option<Symbol<'a>> {
    let name = symbol.name_bytes().ok()?;
    let defined = symbol.kind() == SymbolKind::Text && symbol.is_definition() && !name.is_empty();
    defined.then_some(Symbol { address: LinkAddr(symbol.address()), size: symbol.size(), name })
}
