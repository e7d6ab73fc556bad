//! What follows an opening parenthesis.

use super::cursor::Cursor;
use super::{ErrorKind, RegexError};

/// What an opening parenthesis starts.
#[derive(Debug, PartialEq, Eq)]
pub enum Open {
    /// A group, and how the crate `regex` opens it.
    Group(String),
    /// Flags for the rest of the group around them, as the crate `regex` writes them.
    Flags(String),
}

/// Reads the opening at `cursor`, which stands on the parenthesis. Names of groups are checked and
/// dropped: nothing here refers to groups.
pub fn open(cursor: &mut Cursor<'_>) -> Result<Open, RegexError> {
    let start = *cursor;
    if !cursor.rest().starts_with("(?") {
        cursor.next();
        return Ok(Open::Group("(?:".to_owned()));
    }
    if cursor.eat("(?P<") || cursor.eat("(?<") {
        return named(cursor, start);
    }
    cursor.eat("(?");
    flags(cursor, start)
}

fn named(cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<Open, RegexError> {
    let Some((name, _)) = cursor.rest().split_once('>') else {
        return Err(unfinished_name(start));
    };
    cursor.eat(name);
    cursor.eat(">");
    let legal = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if name.is_empty() || !legal {
        return Err(ErrorKind::NamedCapture.at(cursor.since(start)));
    }
    Ok(Open::Group("(?:".to_owned()))
}

/// A name needs at least one character to count as a name.
fn unfinished_name(start: Cursor<'_>) -> RegexError {
    match start.rest() {
        "(?P<" => ErrorKind::PerlSyntax.at("(?P"),
        "(?<" => ErrorKind::PerlSyntax.at("(?<"),
        unfinished => ErrorKind::NamedCapture.at(unfinished),
    }
}

/// Reads `imsU-imsU` up to the `:` of a group or the `)` that ends bare flags.
fn flags(cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<Open, RegexError> {
    let (mut on, mut off) = (String::new(), String::new());
    let (mut negative, mut any_since_sign) = (false, false);
    loop {
        let flag = cursor.next();
        let unfinished = negative && !any_since_sign;
        match flag {
            Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                let (to, from) = if negative { (&mut off, &mut on) } else { (&mut on, &mut off) };
                from.retain(|other| other != flag);
                if !to.contains(flag) {
                    to.push(flag);
                }
                any_since_sign = true;
            }
            Some('-') if !negative => {
                (negative, any_since_sign) = (true, false);
            }
            Some(':') if !unfinished => {
                return Ok(Open::Group(format!("(?{}:", joined(&on, &off))));
            }
            Some(')') if !unfinished => return Ok(Open::Flags(bare(&on, &off))),
            _ => return Err(ErrorKind::PerlSyntax.at(cursor.since(start))),
        }
    }
}

fn joined(on: &str, off: &str) -> String {
    if off.is_empty() { on.to_owned() } else { format!("{on}-{off}") }
}

fn bare(on: &str, off: &str) -> String {
    let flags = joined(on, off);
    if flags.is_empty() { flags } else { format!("(?{flags})") }
}
