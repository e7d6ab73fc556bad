//! The text of a frame.

use crate::legacy::scan::{Scan, decimal_value, hex_value};

/// What a text like `0x1091D9: small_blocks (a.c:6)` says; empty parts are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) address: Option<u64>,
    /// The function.
    pub(super) name: &'a [u8],
    /// The source file.
    pub(super) file: &'a [u8],
    pub(super) line: i64,
    pub(super) column: i64,
    /// The file of the program or the library, where the source is not known.
    pub(super) object: &'a [u8],
}

/// The text of the frame that all stacks start from, which says nothing.
pub(super) const ROOT: &[u8] = b"[root]";

impl<'a> Frame<'a> {
    /// Splits `ADDRESS: NAME (PLACE)`, where the place is `FILE:LINE`, `FILE:LINE:COLUMN` or
    /// `in OBJECT`, and any part but the name may be missing.
    pub(super) fn parse(text: &'a [u8]) -> Self {
        let (address, text) = split_address(text);
        let (name, frame) = split_place(text)
            .and_then(|(name, place)| Some((name, Self::at_place(place)?)))
            .unwrap_or((text, Self::default()));
        let name = if name == b"???" { &[][..] } else { name };
        Self { address, name, ..frame }
    }

    fn at_place(place: &'a [u8]) -> Option<Self> {
        if let Some(object) = place.strip_prefix(b"in ") {
            return Some(Self { object, ..Self::default() });
        }
        let (file, last) = split_number(place)?;
        let (file, line, column) = match split_number(file) {
            Some((file, line)) => (file, line, last),
            None => (file, last, 0),
        };
        Some(Self { file, line, column, ..Self::default() })
    }
}

/// The address before the first colon and the text after it; the whole text if it has none.
pub(super) fn split_address(text: &[u8]) -> (Option<u64>, &[u8]) {
    let split = || {
        let mut scan = Scan::new(text);
        scan.literal(b"0x")?;
        let digits = scan.hex()?;
        scan.literal(b": ")?;
        Some((Some(hex_value(digits)?), scan.rest()))
    };
    split().unwrap_or((None, text))
}

/// Splits `name (place)`. Both may have parentheses of their own, in pairs.
fn split_place(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_suffix(b")")?;
    let mut open = 1_usize;
    let at = inner.iter().rposition(|&byte| {
        open += usize::from(byte == b')');
        open -= usize::from(byte == b'(');
        open == 0
    })?;
    Some((inner[..at].strip_suffix(b" ")?, &inner[at + 1..]))
}

/// Splits `text:number` at the last colon.
fn split_number(text: &[u8]) -> Option<(&[u8], i64)> {
    let colon = text.iter().rposition(|&byte| byte == b':').filter(|&at| at > 0)?;
    let digits = &text[colon + 1..];
    let is_number = digits.iter().all(u8::is_ascii_digit);
    Some((&text[..colon], decimal_value(digits).filter(|_| is_number)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_a_place_in_the_source_or_in_an_object() {
        let main = Frame { address: Some(0x1091d9), name: b"main", ..Frame::default() };
        let c = Frame { file: b"a.c", line: 6, ..main };
        assert_eq!(Frame::parse(b"0x1091D9: main (a.c:6)"), c);
        let rust = Frame { file: b"src/a.rs", line: 7, column: 14, ..main };
        assert_eq!(Frame::parse(b"0x1091d9: main (src/a.rs:7:14)"), rust);
        let object = Frame { object: b"/a b (1)/x.so", ..main };
        assert_eq!(Frame::parse(b"0x1091D9: main (in /a b (1)/x.so)"), object);
        assert_eq!(Frame::parse(b"0x1091D9: main"), main);
    }

    #[test]
    fn names_have_parentheses_of_their_own() {
        let name = |text: &'static str| Frame::parse(text.as_bytes()).name;
        assert_eq!(name("0x1: f(int (*)(int)) (a.cc:3)"), b"f(int (*)(int))");
        assert_eq!(name("0x1: operator new(unsigned long)"), b"operator new(unsigned long)");
        assert_eq!(name("0x1: f (x)"), b"f (x)");
        assert_eq!(name("0x1: f)"), b"f)");
        assert_eq!(name("f(x)) (in y)"), b"f(x))");
    }

    #[test]
    fn what_is_not_known_is_empty() {
        let unknown = Frame { address: Some(5), object: b"x", ..Frame::default() };
        assert_eq!(Frame::parse(b"0x5: ??? (in x)"), unknown);
        assert_eq!(Frame::parse(b"0x5: ???"), Frame { object: b"", ..unknown });
        let unaddressed = Frame { name: b"f", file: b"a", line: 1, ..Frame::default() };
        assert_eq!(Frame::parse(b"f (a:1)"), unaddressed);
        let whole = b"0x12345678901234567: f";
        assert_eq!(Frame::parse(whole), Frame { name: whole, ..Frame::default() });
        assert_eq!(Frame::parse(b""), Frame::default());
    }
}
