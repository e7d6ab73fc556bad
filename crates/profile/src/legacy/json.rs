//! JSON read as a stream: the caller says what it expects, and nothing is kept but what it keeps.

use std::borrow::Cow;

/// A position in JSON text.
///
/// Strict but for one thing: control bytes may stand in strings as they are, since DHAT writes the
/// command line so. Strings are bytes, and need not be UTF-8.
#[derive(Clone, Debug)]
pub(super) struct Json<'a> {
    text: &'a [u8],
    at: usize,
}

/// Where JSON text is not what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JsonError {
    /// The byte, from 0.
    pub(super) at: usize,
    /// What should stand there.
    pub(super) expected: &'static str,
}

/// How deep values that nobody reads may lie in one another.
const DEEPEST: usize = 64;

impl<'a> Json<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Where the reader is, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// An error at this place.
    pub(super) fn wanted(&self, expected: &'static str) -> JsonError {
        JsonError { at: self.at, expected }
    }

    /// An object. `member` gets each key and must read its value.
    pub(super) fn object<E: From<JsonError>>(
        &mut self,
        mut member: impl FnMut(&[u8], &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'{', "an object")?;
        if self.next_is(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':', "':'")?;
            member(&key, self)?;
            if self.next_is(b'}') {
                return Ok(());
            }
            self.expect(b',', "',' or '}'")?;
        }
    }

    /// An array. `element` must read each value.
    pub(super) fn array<E: From<JsonError>>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'[', "an array")?;
        if self.next_is(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.next_is(b']') {
                return Ok(());
            }
            self.expect(b',', "',' or ']'")?;
        }
    }

    /// A string without its escapes.
    pub(super) fn string(&mut self) -> Result<Cow<'a, [u8]>, JsonError> {
        self.expect(b'"', "a string")?;
        let plain = self.until_quote_or_escape();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut whole = plain.to_vec();
        while !self.take(b'"') {
            self.escape(&mut whole)?;
            whole.extend_from_slice(self.until_quote_or_escape());
        }
        Ok(Cow::Owned(whole))
    }

    /// An integer from 0 to 2^63 - 1.
    pub(super) fn count(&mut self) -> Result<i64, JsonError> {
        self.blanks();
        let error = self.wanted("an integer from 0 to 2^63 - 1");
        let number = std::str::from_utf8(self.number()?).unwrap_or_default();
        number.parse().ok().filter(|value| *value >= 0).ok_or(error)
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self) -> Result<bool, JsonError> {
        self.blanks();
        let value = self.take_word(b"true");
        if value || self.take_word(b"false") {
            Ok(value)
        } else {
            Err(self.wanted("true or false"))
        }
    }

    /// Any value, unread.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        self.skip_within(DEEPEST)
    }

    /// The end of the text.
    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        self.blanks();
        if self.peek().is_none() { Ok(()) } else { Err(self.wanted("the end")) }
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), JsonError> {
        self.blanks();
        let inner = || depth.checked_sub(1);
        match self.peek() {
            Some(b'{' | b'[') if depth == 0 => Err(self.wanted("no more than 64 levels")),
            Some(b'{') => self.object(|_, json| json.skip_within(inner().unwrap_or(0))),
            Some(b'[') => self.array(|json| json.skip_within(inner().unwrap_or(0))),
            Some(b'"') => self.string().map(drop),
            Some(b't' | b'f') => self.boolean().map(drop),
            Some(b'n') if self.take_word(b"null") => Ok(()),
            _ => self.number().map(drop),
        }
    }

    /// A number of any form, as text.
    fn number(&mut self) -> Result<&'a [u8], JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += length;
        if length > 0 { Ok(()) } else { Err(self.wanted("a digit")) }
    }

    fn until_quote_or_escape(&mut self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let special = |&byte: &u8| matches!(byte, b'"' | b'\\');
        let length = rest.iter().position(special).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// A backslash and what it escapes.
    fn escape(&mut self, whole: &mut Vec<u8>) -> Result<(), JsonError> {
        if !self.take(b'\\') {
            return Err(self.wanted("'\"'"));
        }
        let byte = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode(whole),
            _ => return Err(self.wanted("an escape")),
        };
        self.at += 1;
        whole.push(byte);
        Ok(())
    }

    /// `uXXXX`, or two of them for a character beyond 16 bits; half of one is U+FFFD.
    fn unicode(&mut self, whole: &mut Vec<u8>) -> Result<(), JsonError> {
        let mut code = self.code_unit()?;
        if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with(b"\\u") {
            let after_first = self.at;
            self.at += 1;
            match self.code_unit()? {
                low @ 0xdc00..0xe000 => code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00),
                _ => self.at = after_first,
            }
        }
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        whole.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn code_unit(&mut self) -> Result<u32, JsonError> {
        self.at += 1;
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        let digit = |&byte: &u8| char::from(byte).to_digit(16);
        let code = digits.iter().map(digit).try_fold(0, |code, digit| Some(code << 4 | digit?));
        let code = code.filter(|_| !digits.is_empty()).ok_or(self.wanted("four hex digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonError> {
        if self.next_is(byte) { Ok(()) } else { Err(self.wanted(expected)) }
    }

    /// Takes a byte, and blanks before it, if it is there.
    fn next_is(&mut self, byte: u8) -> bool {
        self.blanks();
        self.take(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn take_word(&mut self, word: &[u8]) -> bool {
        let taken = self.text[self.at..].starts_with(word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &[u8]) -> Option<Vec<u8>> {
        Json::new(text).string().ok().map(Cow::into_owned)
    }

    fn is_value(text: &str) -> bool {
        let mut json = Json::new(text.as_bytes());
        json.skip().and_then(|()| json.end()).is_ok()
    }

    #[test]
    fn strings_lose_their_escapes() {
        assert_eq!(string(b" \"a/b\" ").unwrap(), b"a/b");
        assert_eq!(
            string(br#""\"\\\/\b\f\n\r\t\u0041\u00e9""#).unwrap(),
            b"\"\\/\x08\x0c\n\r\tA\xc3\xa9"
        );
        assert_eq!(string(br#""\ud83d\ude00""#).unwrap(), "\u{1f600}".as_bytes());
        assert_eq!(
            string(br#""\ud83dx\ude00\ud83d\u0041""#).unwrap(),
            "\u{fffd}x\u{fffd}\u{fffd}A".as_bytes()
        );
        assert_eq!(string(b"\"\xff\n\"").unwrap(), b"\xff\n");
    }

    #[test]
    fn broken_strings_are_errors() {
        for text in
            ["", "a", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud83d\\u\""]
        {
            assert_eq!(string(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn counts_are_integers_that_fit() {
        let count = |text: &str| Json::new(text.as_bytes()).count().ok();
        assert_eq!(count(" 12,"), Some(12));
        assert_eq!(count("9223372036854775807"), Some(i64::MAX));
        for text in ["", "x", "-1", "1.5", "1e3", "9223372036854775808"] {
            assert_eq!(count(text), None, "{text}");
        }
        let error = Json::new(b"  x").count().unwrap_err();
        assert_eq!((error.at, error.expected), (2, "a digit"));
    }

    #[test]
    fn values_are_skipped_whole() {
        for text in
            ["{}", "[]", "{\"a\":[1,-0.5e+3,true,false,null,\"]\"],\"b\":{\"c\":0E-1}}", " 7 "]
        {
            assert!(is_value(text), "{text}");
        }
        for text in [
            "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]", "01", "-", "1.", "1e", "nul",
            "[]]", "+1",
        ] {
            assert!(!is_value(text), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_value(&nested(64)));
        assert!(!is_value(&nested(65)));
        assert!(!is_value(&"{\"a\":".repeat(1_000_000)));
    }
}
