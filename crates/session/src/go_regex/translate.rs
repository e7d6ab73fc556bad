//! One pass over a pattern of Go's, to the same pattern for the crate `regex`.

use std::fmt::Write as _;

use super::class::class;
use super::cursor::Cursor;
use super::escape::{Escape, escape};
use super::group::{Open, open};
use super::{ErrorKind, RegexError};

/// The largest count of a repetition, and of nested repetitions multiplied.
const MAX_REPEAT: u64 = 1000;

/// The pattern as the crate `regex` writes it.
///
/// # Errors
/// When Go would refuse the pattern.
pub fn translate(pattern: &str) -> Result<String, RegexError> {
    let mut translation = Translation::new(pattern);
    while !translation.cursor.at_end() {
        translation.step()?;
    }
    if !translation.groups.is_empty() {
        return Err(ErrorKind::MissingParenthesis.at(pattern));
    }
    Ok(translation.out)
}

struct Translation<'p> {
    cursor: Cursor<'p>,
    out: String,
    /// Flags that hold from here on. They are no item: a repetition after them is of what is before.
    flags: String,
    /// For each open group, the largest product of counts that its items had so far.
    groups: Vec<u64>,
    /// The same for the outermost level.
    outermost: u64,
    last: Last<'p>,
}

/// What a repetition operator would apply to.
#[derive(Clone, Copy)]
enum Last<'p> {
    /// Nothing: the start of a pattern, a group or an alternative.
    Nothing,
    /// An item whose nested counts multiply to this.
    Item { repeats: u64 },
    /// A repetition that started there.
    Repetition { operator: Cursor<'p> },
}

const ONCE: Last<'static> = Last::Item { repeats: 1 };

impl<'p> Translation<'p> {
    fn new(pattern: &'p str) -> Self {
        let cursor = Cursor::new(pattern);
        let (out, flags) = (String::new(), String::new());
        Self { cursor, out, flags, groups: Vec::new(), outermost: 1, last: Last::Nothing }
    }

    fn step(&mut self) -> Result<(), RegexError> {
        match self.cursor.peek() {
            Some('(') => self.open(),
            Some(')') => self.close(),
            Some('|') => self.plain('|', Last::Nothing),
            Some('^') => self.plain('^', ONCE),
            Some('$') => self.plain('$', ONCE),
            Some('.') => self.plain('.', ONCE),
            Some('[') => {
                let class = class(&mut self.cursor)?;
                self.item(&class)
            }
            Some('*' | '+' | '?') => {
                let operator = self.cursor;
                self.cursor.next();
                self.repeat(operator, 1)
            }
            Some('{') => self.brace(),
            Some('\\') => self.backslash(),
            _ => self.literal(),
        }
    }

    /// Where the next item goes: after the flags before it.
    fn out(&mut self) -> &mut String {
        self.out.push_str(&std::mem::take(&mut self.flags));
        &mut self.out
    }

    fn plain(&mut self, character: char, last: Last<'p>) -> Result<(), RegexError> {
        self.cursor.next();
        self.out().push(character);
        self.last = last;
        Ok(())
    }

    fn item(&mut self, text: &str) -> Result<(), RegexError> {
        self.out().push_str(text);
        self.last = ONCE;
        Ok(())
    }

    fn literal(&mut self) -> Result<(), RegexError> {
        if let Some(literal) = self.cursor.next() {
            push_literal(self.out(), literal);
            self.last = ONCE;
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), RegexError> {
        match open(&mut self.cursor)? {
            Open::Group(opening) => {
                self.out().push_str(&opening);
                self.groups.push(1);
                self.last = Last::Nothing;
            }
            Open::Flags(flags) => self.flags.push_str(&flags),
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), RegexError> {
        let Some(repeats) = self.groups.pop() else {
            return Err(ErrorKind::UnexpectedParenthesis.at(self.cursor.whole()));
        };
        self.plain(')', Last::Item { repeats })?;
        self.note(repeats);
        Ok(())
    }

    /// Remembers what the group that is open multiplies to.
    fn note(&mut self, repeats: u64) {
        let here = self.groups.last_mut().unwrap_or(&mut self.outermost);
        *here = repeats.max(*here);
    }

    fn backslash(&mut self) -> Result<(), RegexError> {
        if self.cursor.eat(r"\Q") {
            return self.quoted();
        }
        match escape(&mut self.cursor)? {
            Escape::Literal(literal) => {
                push_literal(self.out(), literal);
                self.last = ONCE;
                Ok(())
            }
            Escape::Class(class) => self.item(&class),
            Escape::Anchor(anchor) => self.item(anchor),
        }
    }

    /// Everything up to `\E` or the end stands for itself.
    fn quoted(&mut self) -> Result<(), RegexError> {
        while !self.cursor.at_end() && !self.cursor.eat(r"\E") {
            self.literal()?;
        }
        Ok(())
    }

    /// A count in braces, or a brace that stands for itself.
    fn brace(&mut self) -> Result<(), RegexError> {
        let operator = self.cursor;
        let Some((least, most)) = counts(&mut self.cursor) else {
            self.cursor = operator;
            return self.literal();
        };
        let most_is_less = most.is_some_and(|most| most < least);
        let largest = most.unwrap_or(least);
        if least > MAX_REPEAT || largest > MAX_REPEAT || most_is_less {
            return Err(ErrorKind::RepeatCount.at(self.cursor.since(operator)));
        }
        self.repeat(operator, largest)
    }

    /// Ends a repetition operator that started at `operator` and may be followed by `?`.
    fn repeat(&mut self, operator: Cursor<'p>, count: u64) -> Result<(), RegexError> {
        let count_end = self.cursor;
        self.cursor.eat("?");
        let text = self.cursor.since(operator);
        let repeats = match self.last {
            Last::Nothing => return Err(ErrorKind::NothingToRepeat.at(text)),
            Last::Repetition { operator } => {
                return Err(ErrorKind::NestedRepetition.at(self.cursor.since(operator)));
            }
            Last::Item { repeats } => repeats.saturating_mul(count.max(1)),
        };
        if count > 1 && repeats > MAX_REPEAT {
            return Err(ErrorKind::RepeatCount.at(count_end.since(operator)));
        }
        self.out.push_str(text);
        self.note(repeats);
        self.last = Last::Repetition { operator };
        Ok(())
    }
}

/// The counts of `{n}`, `{n,}` or `{n,m}`, saturated; nothing if the brace is no such thing.
fn counts(cursor: &mut Cursor<'_>) -> Option<(u64, Option<u64>)> {
    cursor.eat("{");
    let (inside, _) = cursor.rest().split_once('}')?;
    let counts = match inside.split_once(',') {
        None => (count(inside)?, Some(count(inside)?)),
        Some((least, "")) => (count(least)?, None),
        Some((least, most)) => (count(least)?, Some(count(most)?)),
    };
    cursor.eat(inside);
    cursor.eat("}");
    Some(counts)
}

/// A decimal without leading zeros.
fn count(digits: &str) -> Option<u64> {
    let legal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let padded = digits.len() > 1 && digits.starts_with('0');
    (legal && !padded).then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Writes a character so that it stands for itself, in a class and outside.
pub fn push_literal(out: &mut String, literal: char) {
    if literal.is_ascii() && !literal.is_ascii_alphanumeric() {
        // Writing to a string cannot fail.
        let _ = write!(out, r"\x{:02X}", u32::from(literal));
    } else {
        out.push(literal);
    }
}
