//! Which addresses of a program have several names.

use std::collections::BTreeMap;
use std::path::Path;

use heapwise_profile::Profile;
use object::{Object, ObjectSymbol};

use super::{differing_operand, symbol};

/// The symbols of the program that a profile is of.
#[derive(Debug, Default)]
pub struct SymbolNames {
    addresses: BTreeMap<String, u64>,
    at: BTreeMap<u64, usize>,
}

impl SymbolNames {
    /// Reads the program that the first mapping of a profile names; nothing if it cannot be read.
    pub fn of_profile(path: &Path) -> Option<Self> {
        let profile = Profile::read(&std::fs::read(path).ok()?).ok()?;
        let program =
            String::from_utf8(profile.text(profile.mappings.first()?.file).to_vec()).ok()?;
        let bytes = std::fs::read(program).ok()?;
        let file = object::File::parse(&*bytes).ok()?;
        let mut names = Self::default();
        for symbol in file.symbols().filter(|symbol| symbol.address() != 0) {
            names.add(symbol.name().unwrap_or_default(), symbol.address());
        }
        Some(names)
    }

    pub(super) fn add(&mut self, name: &str, address: u64) {
        self.addresses.insert(name.to_owned(), address);
        *self.at.entry(address).or_default() += 1;
    }

    /// Whether two instructions differ in the name of an operand only, which has several: theirs has
    /// another one of them, or none, as one of no size gives.
    pub fn leave_open(&self, theirs: &str, ours: &str) -> bool {
        let Some((theirs, ours)) = differing_operand(theirs, ours) else { return false };
        let Some((name, offset)) = symbol(ours) else { return false };
        let Some(address) = self.addresses.get(name) else { return false };
        let several = self.at.get(address).is_some_and(|count| *count > 1);
        several
            && match symbol(theirs) {
                Some((other, own)) => own == offset && self.addresses.get(other) == Some(address),
                None => theirs.starts_with("0x"),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_open_where_an_address_has_several() {
        let mut names = SymbolNames::default();
        for (name, address) in [("free", 8), ("cfree", 8), ("alone", 16), ("next", 24)] {
            names.add(name, address);
        }
        assert!(names.leave_open("CALL cfree(SB)", "CALL free(SB)"));
        assert!(names.leave_open("LEAQ 0x10(IP), AX", "LEAQ free(SB), AX"));
        assert!(names.leave_open("MOVQ cfree+8(SB), AX", "MOVQ free+8(SB), AX"));
        for (theirs, ours) in [
            ("CALL next(SB)", "CALL free(SB)"),
            ("CALL alone(SB)", "CALL next(SB)"),
            ("CALL 0x10", "CALL alone(SB)"),
            ("JMP cfree(SB)", "CALL free(SB)"),
            ("MOVQ cfree(SB), AX", "MOVQ free(SB), BX"),
            ("MOVQ cfree+8(SB), AX", "MOVQ free(SB), AX"),
        ] {
            assert!(!names.leave_open(theirs, ours), "{theirs} {ours}");
        }
    }
}
