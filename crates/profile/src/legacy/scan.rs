//! The steps that the grammars of the text formats are made of.

use super::error::LegacyError;

/// A position in a line. A step that does not match returns nothing and may have moved on: copy the
/// scan to try something else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// What is not scanned yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Exactly these bytes.
    pub(super) fn literal(&mut self, bytes: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(bytes)?;
        Some(())
    }

    /// These bytes if they are there.
    pub(super) fn optional(&mut self, bytes: &[u8]) {
        self.rest = self.rest.strip_prefix(bytes).unwrap_or(self.rest);
    }

    /// The longest run, possibly empty, of bytes of a class.
    pub(super) fn run(&mut self, class: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|&byte| !class(byte)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    /// The longest run of bytes of a class, at least one.
    pub(super) fn some(&mut self, class: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        Some(self.run(class)).filter(|run| !run.is_empty())
    }

    /// Decimal digits, at least one.
    pub(super) fn digits(&mut self) -> Option<&'a [u8]> {
        self.some(|byte| byte.is_ascii_digit())
    }

    /// Decimal digits with a minus sign before them or not.
    pub(super) fn signed_digits(&mut self) -> Option<&'a [u8]> {
        let start = self.rest;
        self.optional(b"-");
        let digits = self.digits()?;
        Some(&start[..start.len() - self.rest.len()]).filter(|_| !digits.is_empty())
    }

    /// Hexadecimal digits of either case, at least one.
    pub(super) fn hex(&mut self) -> Option<&'a [u8]> {
        self.some(|byte| byte.is_ascii_hexdigit())
    }

    /// Spaces, or none.
    pub(super) fn spaces(&mut self) -> &mut Self {
        self.run(|byte| byte == b' ');
        self
    }

    /// White space of any kind, at least one.
    pub(super) fn blanks(&mut self) -> Option<()> {
        self.some(is_blank).map(|_| ())
    }
}

/// Whether a byte separates words in the memory map and in Java's locations.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

/// The first match of a grammar that starts with a number, at the earliest place where one starts.
pub(super) fn find_from_number<'a, T>(
    text: &'a [u8],
    grammar: impl Fn(Scan<'a>) -> Option<T>,
) -> Option<T> {
    let starts_number = |at: &usize| {
        let before = at.checked_sub(1).map(|before| text[before]);
        match text[*at] {
            b'-' => true,
            b'0'..=b'9' => !before.is_some_and(|byte| byte.is_ascii_digit()),
            _ => false,
        }
    };
    (0..text.len()).filter(starts_number).find_map(|at| grammar(Scan::new(&text[at..])))
}

/// The part of a line that lists addresses: what looks like lower-case hexadecimal.
pub(super) fn address_list(text: &[u8]) -> &[u8] {
    let class = |byte: u8| matches!(byte, b' ' | b'x' | b'0'..=b'9' | b'a'..=b'f');
    Scan::new(text).run(class)
}

/// Replaces `addresses` by every `0x` number of `text`, in order.
pub(super) fn read_addresses(
    text: &[u8],
    line: usize,
    addresses: &mut Vec<u64>,
) -> Result<(), LegacyError> {
    addresses.clear();
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'x') {
        let mut scan = Scan::new(&rest[at + 1..]);
        if !rest[..at].ends_with(b"0") {
            rest = scan.rest();
            continue;
        }
        if let Some(digits) = scan.some(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            addresses.push(hex_value(digits).ok_or(LegacyError::AddressTooLarge { line })?);
        }
        rest = scan.rest();
    }
    Ok(())
}

/// The value of hexadecimal digits, unless it is over 64 bits.
pub(super) fn hex_value(digits: &[u8]) -> Option<u64> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    };
    let zeros = digits.iter().take_while(|&&byte| byte == b'0').count();
    let significant = &digits[zeros..];
    let value = || significant.iter().fold(0, |value, &byte| value << 4 | u64::from(digit(byte)));
    (significant.len() <= 16).then(value)
}

/// The value of decimal digits with a sign or not, unless it is over 64 bits.
pub(super) fn decimal_value(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
