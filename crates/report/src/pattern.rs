//! The parameter of a command that asks for certain functions.

use std::fmt;

/// The parameter of `peek`, `list`, `disasm` and `weblist`: a test of names, and the text it was made from.
#[derive(Clone, Copy)]
pub struct Pattern<'a> {
    /// The text, for messages.
    pub text: &'a str,
    /// Whether a name matches.
    pub matches: &'a dyn Fn(&[u8]) -> bool,
}

impl fmt::Debug for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern").field("text", &self.text).finish_non_exhaustive()
    }
}
