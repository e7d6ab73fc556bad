//! What follows a backslash.

use super::cursor::Cursor;
use super::{ErrorKind, RegexError};

/// The meaning of an escape sequence.
#[derive(Debug, PartialEq, Eq)]
pub enum Escape {
    /// One character.
    Literal(char),
    /// A class, as the crate `regex` writes it.
    Class(String),
    /// A place between characters, as the crate `regex` writes it.
    Anchor(&'static str),
}

/// Reads the escape sequence at `cursor`, which stands on the backslash.
pub fn escape(cursor: &mut Cursor<'_>) -> Result<Escape, RegexError> {
    let start = *cursor;
    cursor.next();
    let anchor = match cursor.peek() {
        Some('A') => r"\A",
        Some('z') => r"\z",
        Some('b') => r"(?-u:\b)",
        Some('B') => r"(?-u:\B)",
        _ => {
            *cursor = start;
            return in_class(cursor);
        }
    };
    cursor.next();
    Ok(Escape::Anchor(anchor))
}

/// Reads an escape sequence that may stand in a class: a class of its own, or one character.
pub fn in_class(cursor: &mut Cursor<'_>) -> Result<Escape, RegexError> {
    let start = *cursor;
    cursor.next();
    if let Some(class) = cursor.peek().and_then(perl_class) {
        cursor.next();
        return Ok(Escape::Class(class.to_owned()));
    }
    if let Some(letter @ ('p' | 'P')) = cursor.peek() {
        cursor.next();
        return unicode_class(cursor, start, letter == 'P').map(Escape::Class);
    }
    *cursor = start;
    character(cursor).map(Escape::Literal)
}

/// The classes of one letter hold ASCII only.
fn perl_class(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t\n\x0C\r ]",
        'S' => r"[^\t\n\x0C\r ]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

/// A name of Unicode's after `\p` or `\P`: one letter, or in braces, there with `^` to negate.
fn unicode_class(
    cursor: &mut Cursor<'_>,
    start: Cursor<'_>,
    mut negated: bool,
) -> Result<String, RegexError> {
    let name = match cursor.next() {
        Some('{') => {
            let Some((name, _)) = cursor.rest().split_once('}') else {
                return Err(ErrorKind::ClassRange.at(start.rest()));
            };
            cursor.eat(name);
            cursor.eat("}");
            name.strip_prefix('^').inspect(|_| negated = !negated).unwrap_or(name).to_owned()
        }
        Some(letter) => letter.to_string(),
        None => String::new(),
    };
    let class = format!(r"\{}{{{name}}}", if negated { 'P' } else { 'p' });
    let known = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && regex::Regex::new(&class).is_ok();
    if known { Ok(class) } else { Err(ErrorKind::ClassRange.at(cursor.since(start))) }
}

/// Reads an escape sequence that stands for one character.
pub fn character(cursor: &mut Cursor<'_>) -> Result<char, RegexError> {
    let start = *cursor;
    cursor.next();
    let Some(letter) = cursor.next() else { return Err(ErrorKind::TrailingBackslash.at("")) };
    let value = match letter {
        '0'..='7' => octal(cursor, letter),
        'x' => hexadecimal(cursor),
        'a' => Some('\x07'),
        'f' => Some('\x0C'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0B'),
        letter if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Some(letter),
        _ => None,
    };
    value.ok_or_else(|| ErrorKind::Escape.at(cursor.since(start)))
}

/// Up to three octal digits. One digit other than 0 would be a reference to a group, which RE2 lacks.
fn octal(cursor: &mut Cursor<'_>, first: char) -> Option<char> {
    let mut value = first.to_digit(8)?;
    let mut digits = 1;
    while let Some(digit) = cursor.peek().and_then(|c| c.to_digit(8)).filter(|_| digits < 3) {
        cursor.next();
        value = value * 8 + digit;
        digits += 1;
    }
    if digits == 1 && first != '0' { None } else { char::from_u32(value) }
}

/// Two hexadecimal digits, or any number of them in braces.
fn hexadecimal(cursor: &mut Cursor<'_>) -> Option<char> {
    if !cursor.eat("{") {
        let high = cursor.next()?.to_digit(16)?;
        let low = cursor.next()?.to_digit(16)?;
        return char::from_u32(high * 16 + low);
    }
    let mut value = None;
    loop {
        match cursor.next()? {
            '}' => return value.and_then(char::from_u32),
            digit => {
                let next = value.unwrap_or(0) * 16 + digit.to_digit(16)?;
                value = Some(next).filter(|&value| value <= u32::from(char::MAX));
                value?;
            }
        }
    }
}
