//! Two listings of the same machine code: why they differ.

mod listing;
mod newer;
mod symbol_names;

pub use symbol_names::SymbolNames;

use crate::tool::Answer;
use listing::Record;

/// Whether the reference gave up in the middle: its decoder crashes on some bytes.
pub fn crashed(theirs: &Answer) -> bool {
    let said = String::from_utf8_lossy(&theirs.messages);
    // A shell has said other things on lines before.
    let panicked = said.lines().any(|line| line.starts_with("panic: "));
    theirs.code != 0 && panicked && said.contains("x86asm")
}

/// Why two listings differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// An operand has several names, and the reference shows another one of them, or none.
    pub several_names: bool,
    /// The reference does not know an instruction, or not all of it.
    pub newer_instruction: bool,
}

/// Why two listings differ; nothing if they do anywhere for a reason that is not known.
pub fn reasons(theirs: &[u8], ours: &[u8], names: &SymbolNames) -> Option<Reasons> {
    let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
    let (theirs, ours) = (listing::records(&theirs), listing::records(&ours));
    let found = Reasons::default();
    Comparison { theirs: &theirs, ours: &ours, names, is_in_step: true, before: "", found }.run()
}

/// What is left to compare.
struct Comparison<'a> {
    theirs: &'a [Record<'a>],
    ours: &'a [Record<'a>],
    names: &'a SymbolNames,
    /// Whether the lines before were of one address. Behind an instruction of which it takes too many or
    /// too few bytes, the reference reads on in the middle of others.
    is_in_step: bool,
    /// The last of our instructions.
    before: &'a str,
    found: Reasons,
}

impl<'a> Comparison<'a> {
    fn run(mut self) -> Option<Reasons> {
        loop {
            let (theirs, ours) = (self.theirs.first(), self.ours.first());
            match (theirs, ours) {
                (None, None) => return Some(self.found),
                (Some(theirs), Some(ours)) if theirs.address == ours.address => {
                    self.pair(theirs, ours)?;
                }
                _ => self.skip(theirs, ours)?,
            }
        }
    }

    /// Passes two lines of one address, or of none.
    fn pair(&mut self, theirs: &Record<'_>, ours: &'a Record<'_>) -> Option<()> {
        // A place is shown where it is not that of the line before.
        let is_same_place = theirs.place == ours.place || !self.is_in_step;
        let is_same = theirs.values == ours.values && theirs.text == ours.text;
        if !is_same {
            self.excuse(theirs, ours)?;
        }
        (self.theirs, self.ours) = (&self.theirs[1..], &self.ours[1..]);
        (self.is_in_step, self.before) = (true, ours.text);
        is_same_place.then_some(())
    }

    fn excuse(&mut self, theirs: &Record<'_>, ours: &Record<'_>) -> Option<()> {
        let is_newer = newer::is_unread(theirs.text, ours.text);
        // Of how many bytes the reference thinks one is that it cannot read decides which samples are its.
        let is_of_same_values = theirs.values == ours.values;
        if is_newer || is_of_same_values && newer::is_half_read(theirs.text, ours.text) {
            self.found.newer_instruction = true;
            return Some(());
        }
        let has_names = is_of_same_values && self.names.leave_open(theirs.text, ours.text);
        self.found.several_names |= has_names;
        has_names.then_some(())
    }

    /// Passes the line of the lower address where the reference has lost step, or just does.
    fn skip(&mut self, theirs: Option<&Record<'_>>, ours: Option<&'a Record<'_>>) -> Option<()> {
        if self.is_in_step && !newer::is_newer(self.before) {
            return None;
        }
        (self.is_in_step, self.found.newer_instruction) = (false, true);
        let address = |record: Option<&Record<'_>>| record.and_then(|record| record.address);
        match (address(theirs), address(ours)) {
            (None, None) => return None,
            (Some(theirs), Some(ours)) if theirs > ours => self.ours = &self.ours[1..],
            (None, Some(_)) => self.ours = &self.ours[1..],
            _ => self.theirs = &self.theirs[1..],
        }
        Some(())
    }
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

    const BOTH: Reasons = Reasons { several_names: true, newer_instruction: true };
    const NAMES: Reasons = Reasons { several_names: true, newer_instruction: false };
    const NEWER: Reasons = Reasons { several_names: false, newer_instruction: true };

    /// A listing of `address: text ;place` in each line.
    fn listing(lines: &[&str]) -> String {
        let lines: Vec<String> = lines.iter().map(|line| format!("   .   10   {line}\n")).collect();
        format!("Total: 5\n{}", lines.concat())
    }

    fn reasons_of(theirs: &[&str], ours: &[&str]) -> Option<Reasons> {
        let mut names = SymbolNames::default();
        for (name, address) in [("free", 8), ("cfree", 8), ("alone", 16)] {
            names.add(name, address);
        }
        reasons(listing(theirs).as_bytes(), listing(ours).as_bytes(), &names)
    }

    #[test]
    fn only_an_operand_with_several_names_may_differ() {
        let of = |theirs, ours| reasons_of(&[theirs, "14: RET"], &[ours, "14: RET"]);
        let ours = "10: CALL free(SB) ;a.go:1";
        assert_eq!(of(ours, ours), Some(Reasons::default()));
        assert_eq!(of("10: CALL cfree(SB) ;a.go:1", ours), Some(NAMES));
        assert_eq!(of("10: CALL alone(SB) ;a.go:1", ours), None);
        assert_eq!(of("10: CALL cfree(SB) ;b.go:1", ours), None);
        assert_eq!(of("11: CALL cfree(SB) ;a.go:1", ours), None);
        assert_eq!(reasons_of(&[ours], &[ours, "14: RET"]), None);
        assert_eq!(reasons_of(&[ours, "14: RET"], &[ours]), None);
        let values = listing(&["10: CALL cfree(SB)"]).replace("10 ", "20 ");
        assert_eq!(
            reasons(
                values.as_bytes(),
                listing(&["10: CALL free(SB)"]).as_bytes(),
                &SymbolNames::default()
            ),
            None
        );
    }

    #[test]
    fn one_listing_may_have_several_reasons() {
        let theirs = ["10: VMOVDQA 0x20, X8", "18: CALL cfree(SB)"];
        let ours = ["10: VMOVDQA mask(SB), X8", "18: CALL free(SB)"];
        assert_eq!(reasons_of(&theirs, &ours), Some(BOTH));
        assert_eq!(
            reasons_of(&["10: ?", "11: ?", "16: RET"], &["10: VPXOR X1, X2, X3", "16: RET"]),
            Some(NEWER)
        );
        assert_eq!(
            reasons_of(&["10: ?", "11: ?", "16: RET"], &["10: PXOR X1, X2", "16: RET"]),
            None
        );
        assert_eq!(
            reasons_of(&["10: NOPL", "16: RET"], &["10: VPXOR X1, X2, X3", "16: RET"]),
            None
        );
    }

    #[test]
    fn the_reference_may_lose_step_behind_what_it_cannot_read() {
        let theirs = |first| [first, "14: ? ;a.s:2", "15: INCL BX", "17: RET", "18: NOPL ;a.s:4"];
        let ours = |first| [first, "13: MOVQ AX, BX ;a.s:2", "17: RET ;a.s:3", "18: NOPL ;a.s:4"];
        let of = |first| reasons_of(&theirs(first), &ours(first));
        assert_eq!(of("10: VZEROUPPER ;a.s:1"), Some(NEWER));
        assert_eq!(of("10: MOVQ BX, AX ;a.s:1"), None);
        // It may do so to the end of a function, but of that alone.
        let theirs = ["10: VZEROUPPER", "14: INCL BX", "16: ?"];
        let ours = ["10: VZEROUPPER", "13: MOVQ AX, BX", "17: RET"];
        assert_eq!(reasons_of(&theirs, &ours), Some(NEWER));
        let functions = |code: &[&str], next: &str| format!("{}ROUTINE {next}\n", listing(code));
        let of = |next| {
            let theirs = functions(&theirs, "next");
            reasons(theirs.as_bytes(), functions(&ours, next).as_bytes(), &SymbolNames::default())
        };
        assert_eq!(of("next"), Some(NEWER));
        assert_eq!(of("other"), None);
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
