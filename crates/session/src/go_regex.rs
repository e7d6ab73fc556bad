//! Regular expressions as users of Go write them, over bytes that need not be UTF-8.
//!
//! The syntax is that of RE2 as Go implements it; [`translate`] turns it into that of the crate
//! `regex`, which has the same matching semantics and the same linear time.

mod class;
mod cursor;
mod escape;
mod group;
mod translate;

use std::borrow::Cow;
use std::fmt;

/// A compiled regular expression: case-sensitive unless it says otherwise, matching anywhere.
#[derive(Clone, Debug)]
pub struct GoRegex {
    compiled: regex::bytes::Regex,
}

/// Why a text is no regular expression, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {kind}: `{excerpt}`")]
pub struct RegexError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The part of the text that is wrong.
    pub excerpt: String,
}

/// What can be wrong with a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each, below, says what it is")]
pub enum ErrorKind {
    MissingParenthesis,
    UnexpectedParenthesis,
    MissingBracket,
    NestedRepetition,
    NothingToRepeat,
    RepeatCount,
    TrailingBackslash,
    Escape,
    ClassRange,
    PerlSyntax,
    NamedCapture,
    TooLarge,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingParenthesis => "missing closing )",
            Self::UnexpectedParenthesis => "unexpected )",
            Self::MissingBracket => "missing closing ]",
            Self::NestedRepetition => "invalid nested repetition operator",
            Self::NothingToRepeat => "missing argument to repetition operator",
            Self::RepeatCount => "invalid repeat count",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::Escape => "invalid escape sequence",
            Self::ClassRange => "invalid character class range",
            Self::PerlSyntax => "invalid or unsupported Perl syntax",
            Self::NamedCapture => "invalid named capture",
            Self::TooLarge => "expression too large",
        })
    }
}

impl ErrorKind {
    fn at(self, excerpt: &str) -> RegexError {
        RegexError { kind: self, excerpt: excerpt.to_owned() }
    }
}

/// How deep groups may nest, as in Go.
const NEST_LIMIT: u32 = 1000;

impl GoRegex {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// When Go would refuse the pattern, or when it compiles to more than 10 MiB.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let translated = translate::translate(pattern)?;
        let compiled = regex::bytes::RegexBuilder::new(&translated)
            .nest_limit(NEST_LIMIT)
            .build()
            .map_err(|_| ErrorKind::TooLarge.at(pattern))?;
        Ok(Self { compiled })
    }

    /// Whether some part of `text` matches. A byte that is not part of valid UTF-8 counts as U+FFFD.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.compiled.is_match(&with_replacements(text))
    }
}

/// The text with one U+FFFD for each byte that is not part of a character, as Go reads it.
fn with_replacements(text: &[u8]) -> Cow<'_, [u8]> {
    if str::from_utf8(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len() + 8);
    for chunk in text.utf8_chunks() {
        replaced.push_str(chunk.valid());
        replaced.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(replaced.into_bytes())
}

#[cfg(test)]
mod tests;
