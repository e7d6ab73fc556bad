//! Bracketed classes.

use super::cursor::Cursor;
use super::escape::{Escape, character, in_class};
use super::translate::push_literal;
use super::{ErrorKind, RegexError};

/// The class at `cursor`, which stands on the bracket, as the crate `regex` writes it.
pub fn class(cursor: &mut Cursor<'_>) -> Result<String, RegexError> {
    let start = *cursor;
    cursor.next();
    let mut out = String::from("[");
    if cursor.eat("^") {
        out.push('^');
    }
    let mut first = true;
    while first || cursor.peek() != Some(']') {
        first = false;
        item(cursor, start, &mut out)?;
    }
    cursor.next();
    out.push(']');
    Ok(out)
}

/// One item of a class: a named class, an escaped class, a range or a character.
fn item(cursor: &mut Cursor<'_>, class: Cursor<'_>, out: &mut String) -> Result<(), RegexError> {
    if cursor.rest().starts_with("[:") && named(cursor, out)? {
        return Ok(());
    }
    if cursor.peek() == Some('\\') {
        let here = *cursor;
        if let Escape::Class(escaped) = in_class(cursor)? {
            out.push_str(&escaped);
            return Ok(());
        }
        *cursor = here;
    }
    range(cursor, class, out)
}

/// A class such as `[:alpha:]`; false if there is no `:]` to end it.
fn named(cursor: &mut Cursor<'_>, out: &mut String) -> Result<bool, RegexError> {
    let Some(length) = cursor.rest()[2..].find(":]") else { return Ok(false) };
    let text = &cursor.rest()[..length + 4];
    let name = text[2..length + 2].trim_start_matches('^');
    let known = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    if !known.contains(&name) || text.contains("^^") {
        return Err(ErrorKind::ClassRange.at(text));
    }
    out.push_str(text);
    cursor.eat(text);
    Ok(true)
}

fn range(cursor: &mut Cursor<'_>, class: Cursor<'_>, out: &mut String) -> Result<(), RegexError> {
    let start = *cursor;
    let low = member(cursor, class)?;
    let ends_class = cursor.rest().starts_with("-]");
    push_literal(out, low);
    if !ends_class && cursor.eat("-") {
        let high = member(cursor, class)?;
        if high < low {
            return Err(ErrorKind::ClassRange.at(cursor.since(start)));
        }
        out.push('-');
        push_literal(out, high);
    }
    Ok(())
}

fn member(cursor: &mut Cursor<'_>, class: Cursor<'_>) -> Result<char, RegexError> {
    match cursor.peek() {
        None => Err(ErrorKind::MissingBracket.at(class.rest())),
        Some('\\') => character(cursor),
        Some(plain) => {
            cursor.next();
            Ok(plain)
        }
    }
}
