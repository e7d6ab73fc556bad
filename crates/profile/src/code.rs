//! Where code is, without names: what a profile says that is taken in the process itself.

use crate::{FileOffset, Id, Location, Locations, Mapping, RuntimeAddr, Strings, Table};

/// A mapping that holds code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeFile {
    /// The first address.
    pub start: u64,
    /// The one after the last.
    pub limit: u64,
    /// The position in the file of the byte at `start`.
    pub offset: u64,
    /// The path of the file.
    pub path: Vec<u8>,
    /// Its build id; empty if it has none.
    pub build_id: Vec<u8>,
}

/// One mapping a file, in the same order.
pub fn mappings(files: &[CodeFile], strings: &mut Strings) -> Table<Mapping> {
    let mut table = Table::new();
    for (id, file) in (1..).zip(files) {
        table.push(Mapping {
            id,
            start: RuntimeAddr(file.start),
            limit: RuntimeAddr(file.limit),
            offset: FileOffset(file.offset),
            file: strings.intern(&file.path),
            build_id: strings.intern(hex(&file.build_id).as_bytes()),
            ..Mapping::default()
        });
    }
    table
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

/// The addresses of stacks, each once.
#[derive(Debug)]
pub struct Addresses {
    list: Vec<u64>,
    /// How many there were when they were last made few.
    known: usize,
}

impl Addresses {
    /// None yet.
    pub const fn new() -> Self {
        Self { list: Vec::new(), known: 1024 }
    }

    /// Adds those of a stack of return addresses.
    pub fn add(&mut self, stack: &[u64]) {
        self.list.extend(stack.iter().copied().map(address));
        // Few are new: what is not needed never amounts to more than that.
        if self.list.len() > 2 * self.known {
            self.make_few();
            self.known = self.list.len().max(1024);
        }
    }

    fn make_few(&mut self) {
        self.list.sort_unstable();
        self.list.dedup();
    }

    /// One location each, in order of addresses, so that [`ids`] finds them without a table.
    pub fn locations(mut self, mappings: &Table<Mapping>) -> Locations {
        self.make_few();
        let mut locations = Locations::new();
        for (id, address) in (1..).zip(self.list.into_iter().map(RuntimeAddr)) {
            let mapping = mappings.ids().find(|&mapping| mappings[mapping].contains(address));
            locations.push(Location { id, mapping, address, folded: false }, &[]);
        }
        locations
    }
}

/// The locations of a stack of return addresses, whose addresses were all added to these.
pub fn ids(stack: &[u64], locations: &Locations) -> Vec<Id<Location>> {
    let rows = &locations.rows;
    let row = |frame: u64| rows.partition_point(|row| row.address.0 < address(frame));
    stack.iter().map(|&frame| Id::from_row(row(frame))).collect()
}

/// An address within the call that returns to `frame`.
fn address(frame: u64) -> u64 {
    frame.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_ids_are_lower_case_hex() {
        assert_eq!(hex(&[0x00, 0xab, 0x9f]), "00ab9f");
    }
}
