//! The comments of a profile: `comments`.

use std::io::{self, Write};

use crate::Input;
use crate::header::write_lines;

/// The comments of a profile, in order, those that start with `#` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comments {
    /// The texts.
    pub comments: Vec<Vec<u8>>,
}

impl Comments {
    /// The comments of the profile of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let profile = input.profile;
        let comments = profile.header.comments.iter().map(|&text| profile.text(text).to_vec());
        Self { comments: comments.collect() }
    }

    /// Writes each comment on a line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        write_lines(&self.comments, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn hidden_comments_are_shown_too() {
        let shown =
            Fixture::heap().show(|input, out| Comments::new(input).write_text(out).unwrap());
        assert_eq!(shown, "a comment\n#hidden\n");
    }
}
