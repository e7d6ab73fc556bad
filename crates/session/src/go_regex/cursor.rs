//! A place in a pattern.

/// What is left of a pattern, with the place where it started.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'p> {
    whole: &'p str,
    at: usize,
}

impl<'p> Cursor<'p> {
    pub fn new(whole: &'p str) -> Self {
        Self { whole, at: 0 }
    }

    pub fn whole(&self) -> &'p str {
        self.whole
    }

    /// What is left.
    pub fn rest(&self) -> &'p str {
        &self.whole[self.at..]
    }

    pub fn at_end(&self) -> bool {
        self.at == self.whole.len()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over `text` if it comes next.
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// The text from `start` to here.
    pub fn since(&self, start: Self) -> &'p str {
        &self.whole[start.at..self.at]
    }
}
