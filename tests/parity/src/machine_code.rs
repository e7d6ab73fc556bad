//! Two listings of the same machine code: in what they differ.

use std::collections::BTreeMap;
use std::path::Path;

use heapwise_profile::Profile;
use object::{Object, ObjectSymbol};

use crate::tool::Answer;

/// Whether the reference gave up in the middle: its decoder crashes on some bytes.
pub fn crashed(theirs: &Answer) -> bool {
    let said = String::from_utf8_lossy(&theirs.messages);
    // A shell has said other things on lines before.
    let panicked = said.lines().any(|line| line.starts_with("panic: "));
    theirs.code != 0 && panicked && said.contains("x86asm")
}

/// Whether the listings have as many lines, and each in which they differ satisfies `excused`.
pub fn differ_in(theirs: &[u8], ours: &[u8], excused: impl Fn(&DifferingLine<'_>) -> bool) -> bool {
    let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
    let (theirs, ours) = (records(&theirs), records(&ours));
    theirs.len() == ours.len()
        && theirs.iter().zip(&ours).enumerate().all(|(row, (theirs, ours_here))| {
            let before = row.checked_sub(1).map_or("", |row| ours[row].text);
            let line = DifferingLine { before, theirs, ours: ours_here };
            theirs == ours_here || excused(&line)
        })
}

/// A line in which two listings differ.
#[derive(Debug)]
pub struct DifferingLine<'t> {
    /// Our instruction on the line before.
    before: &'t str,
    theirs: &'t Record<'t>,
    ours: &'t Record<'t>,
}

impl DifferingLine<'_> {
    /// Whether it is of one address and place, and its instructions, theirs and ours, satisfy `excused`.
    pub fn differs_in_text(&self, excused: impl Fn(&str, &str) -> bool) -> bool {
        let Self { theirs, ours, .. } = self;
        (theirs.head, theirs.place) == (ours.head, ours.place) && excused(theirs.text, ours.text)
    }

    /// Whether theirs lacks its first byte, as what follows `VZEROUPPER` does: of that the reference
    /// takes a byte too many.
    pub fn lacks_its_first_byte(&self) -> bool {
        let Self { before, theirs, ours } = self;
        *before == "VZEROUPPER"
            && theirs.starts_one_byte_later(ours)
            && without_first_byte(ours.text).is_some_and(|text| text == theirs.text)
    }
}

/// The instruction that is left of one without its first byte, of those that were met: moves between
/// vectors and memory, of which that is the prefix that makes them such.
fn without_first_byte(text: &str) -> Option<String> {
    let operands = text.strip_prefix("MOVDQU ")?;
    let is_vector = |operand: &str| operand.len() == 2 && operand.starts_with('X');
    let mut vectors = operands.split(", ").filter(|operand| is_vector(operand));
    let (vector, more) = (vectors.next()?, vectors.next());
    more.is_none().then(|| format!("MOVQ {}", operands.replace(vector, &vector.replace('X', "M"))))
}

/// A line of a listing: an instruction, or anything else as a head alone.
#[derive(Debug, PartialEq)]
struct Record<'t> {
    /// Values and address.
    head: &'t str,
    text: &'t str,
    /// Where in the source, if that is said.
    place: &'t str,
}

impl Record<'_> {
    /// Whether this is read from the second byte of the other on, as the reference does after an
    /// instruction of which it takes a byte too many.
    fn starts_one_byte_later(&self, other: &Self) -> bool {
        let split = |head: &str| {
            let (values, address) = head.rsplit_once(' ')?;
            Some((values.to_owned(), u64::from_str_radix(address, 16).ok()?))
        };
        let later = |(values, address)| (values, address + 1);
        self.place == other.place
            && split(self.head).is_some_and(|own| Some(own) == split(other.head).map(later))
    }
}

/// A place stands behind the instruction, or on the line before it if that is long.
fn records(listing: &str) -> Vec<Record<'_>> {
    let (mut records, mut before) = (Vec::new(), "");
    for line in listing.lines() {
        if let Some(place) = line.trim_start().strip_prefix(';') {
            before = place;
            continue;
        }
        let Some((head, rest)) = line.split_once(": ") else {
            records.push(Record { head: line, text: "", place: "" });
            continue;
        };
        let (text, place) = rest.split_once(';').unwrap_or((rest, before));
        before = "";
        records.push(Record { head, text: text.trim_end(), place });
    }
    records
}

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

    fn add(&mut self, name: &str, address: u64) {
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

/// Whether two instructions are one of vectors whose operand, relative to the program counter, the
/// reference shows as a bare number.
pub fn is_vector_with_bare_number(theirs: &str, ours: &str) -> bool {
    let operand = differing_operand(theirs, ours);
    operand.is_some_and(|(theirs, ours)| {
        let bare = theirs
            .strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        bare && symbol(ours).is_some()
    }) && ours.starts_with('V')
}

/// Whether the reference does not know an instruction that ours shows: one of AArch64 that reads and
/// writes memory at once, or sets a bit of the processor's state that came later.
pub fn is_newer_on_arm64(theirs: &str, ours: &str) -> bool {
    const NAMES: [&str; 7] = ["CASA", "CASL", "LDADDA", "LDCLRA", "LDEORA", "LDSETA", "SWPA"];
    theirs == "?" && (NAMES.iter().any(|name| ours.starts_with(name)) || ours.ends_with(", DIT"))
}

/// The one operand in which two instructions differ.
fn differing_operand<'t>(theirs: &'t str, ours: &'t str) -> Option<(&'t str, &'t str)> {
    let operands = |text: &'t str| {
        let (name, operands) = text.split_once(' ').unwrap_or((text, ""));
        std::iter::once(name).chain(operands.split(", ")).collect::<Vec<_>>()
    };
    let (theirs, ours) = (operands(theirs), operands(ours));
    let mut different = theirs.iter().zip(&ours).skip(1).filter(|(theirs, ours)| theirs != ours);
    let (first, more) = (different.next()?, different.next());
    (theirs.len() == ours.len() && theirs[0] == ours[0] && more.is_none())
        .then_some((*first.0, *first.1))
}

/// The symbol that an operand names, and what is added to it: `name+8(SB)`.
fn symbol(operand: &str) -> Option<(&str, &str)> {
    let named = operand.trim_start_matches('$').strip_suffix("(SB)")?;
    Some(named.rsplit_once('+').unwrap_or((named, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_operands_may_differ() {
        let line = |text: &str, place: &str| format!("   .   10   401000: {text:40};{place}\n");
        let long = "MOVQ $0x1, a_name_that_fills_the_column(SB)";
        let listing =
            |text: &str| format!("Total: 5\n{}   .  .  401004: RET\n", line(text, "a.go:1"));
        let excused = |theirs: &str, ours: &str| (theirs, ours) == ("CALL a(SB)", "CALL b(SB)");
        let differ = |theirs: &str, ours: &str| {
            let excused = |line: &DifferingLine<'_>| line.differs_in_text(excused);
            differ_in(theirs.as_bytes(), ours.as_bytes(), excused)
        };
        assert!(differ(&listing("CALL a(SB)"), &listing("CALL b(SB)")));
        assert!(!differ(&listing("CALL a(SB)"), &listing("CALL c(SB)")));
        assert!(!differ(&listing("CALL a(SB)"), &listing("CALL b(SB)").replace("10", "11")));
        assert!(!differ(&listing("CALL a(SB)"), &listing("CALL b(SB)").replace("a.go", "b.go")));
        assert!(!differ(&listing("CALL a(SB)"), "Total: 5\n"));
        let above = format!("     ;a.go:1\n   .   10   401000: {long}\n");
        let same = records(&above);
        assert_eq!((same.len(), same[0].text, same[0].place), (1, long, "a.go:1"));
    }

    #[test]
    fn what_follows_vzeroupper_may_lack_its_first_byte() {
        let listing = |before: &str, address: &str, text: &str| {
            format!("   .   10   488216: {before} ;a.s:1\n   .   10   {address}: {text} ;a.s:2\n")
        };
        let ours = |before: &str| listing(before, "488219", "MOVDQU X5, 0(AX)");
        let differ = |before: &str, address: &str, text: &str| {
            let theirs = listing(before, address, text);
            let excused = |line: &DifferingLine<'_>| line.lacks_its_first_byte();
            differ_in(theirs.as_bytes(), ours(before).as_bytes(), excused)
        };
        assert!(differ("VZEROUPPER", "48821a", "MOVQ M5, 0(AX)"));
        assert!(!differ("VZEROUPPER", "488219", "MOVQ M5, 0(AX)"));
        assert!(!differ("VZEROUPPER", "48821b", "MOVQ M5, 0(AX)"));
        assert!(!differ("NOPL", "48821a", "MOVQ M5, 0(AX)"));
        for other in ["MOVQ M6, 0(AX)", "MOVQ M5, 0(BX)", "MOVDQU X5, 0(AX)", "RET"] {
            assert!(!differ("VZEROUPPER", "48821a", other), "{other}");
        }
        assert_eq!(without_first_byte("MOVDQU 0x10(SI), X0").unwrap(), "MOVQ 0x10(SI), M0");
        assert_eq!(without_first_byte("MOVQ AX, BX"), None);
    }

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

    #[test]
    fn bare_numbers_are_excused_in_vectors_only() {
        assert!(is_vector_with_bare_number("VMOVDQA 0x20a11, X8", "VMOVDQA flip_mask(SB), X8"));
        assert!(!is_vector_with_bare_number("MOVQ 0x20a11, AX", "MOVQ flip_mask(SB), AX"));
        assert!(!is_vector_with_bare_number("VMOVDQA 0x20a11, X8", "VMOVDQA flip_mask(SB), X9"));
        assert!(!is_vector_with_bare_number("VMOVDQA X1, X8", "VMOVDQA X2, X8"));
    }

    #[test]
    fn what_came_later_is_excused_where_the_reference_has_nothing() {
        assert!(is_newer_on_arm64("?", "LDADDALD R1, (R0), R2"));
        assert!(is_newer_on_arm64("?", "MSR $1, DIT"));
        assert!(!is_newer_on_arm64("?", "MOVD R1, R2"));
        assert!(!is_newer_on_arm64("NOOP", "LDADDALD R1, (R0), R2"));
    }

    #[test]
    fn a_crash_is_one_of_the_decoder() {
        let answer =
            |code, messages: &str| Answer { code, output: Vec::new(), messages: messages.into() };
        assert!(crashed(&answer(
            2,
            "panic: index out of range\n\ngoroutine 1\nx86asm.decodeAVX(..)"
        )));
        assert!(crashed(&answer(2, "Entering interactive mode\npanic: index\nx86asm.decode1(..)")));
        assert!(!crashed(&answer(2, "main.panic: index\nx86asm.decode1(..)")));
        assert!(!crashed(&answer(2, "no matches found")));
        assert!(!crashed(&answer(2, "panic: other")));
    }
}
