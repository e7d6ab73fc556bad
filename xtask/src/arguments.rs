//! The words after the subcommand.

use std::collections::VecDeque;

use crate::Result;

/// What is left of the command line. Each reader takes its own words away; [`Arguments::finish`]
/// refuses what nobody took.
#[derive(Debug)]
pub struct Arguments(VecDeque<String>);

impl Arguments {
    /// The words of this process, without the program's name.
    pub fn from_environment() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// The next word, option or not.
    pub fn positional(&mut self) -> Option<String> {
        self.0.pop_front()
    }

    /// Whether `name` (with its dashes) was given.
    pub fn flag(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|word| word == name);
        at.is_some_and(|at| self.0.remove(at).is_some())
    }

    /// The value of `name VALUE` or `name=VALUE`.
    ///
    /// # Errors
    /// When the value is missing.
    pub fn value(&mut self, name: &str) -> Result<Option<String>> {
        let attached = format!("{name}=");
        let Some(at) = self.0.iter().position(|w| w == name || w.starts_with(&attached)) else {
            return Ok(None);
        };
        let word = self.0.remove(at).unwrap_or_default();
        if let Some(value) = word.strip_prefix(&attached) {
            return Ok(Some(value.to_owned()));
        }
        let value = self.0.remove(at);
        value.map(Some).ok_or_else(|| format!("{name} needs a value"))
    }

    /// Every word after a lone `--`, in order.
    pub fn after_dashes(&mut self) -> Vec<String> {
        let Some(at) = self.0.iter().position(|word| word == "--") else { return Vec::new() };
        self.0.split_off(at).into_iter().skip(1).collect()
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// Names the first word that nobody asked for.
    pub fn finish(self) -> Result<()> {
        self.0.front().map_or(Ok(()), |word| Err(format!("unexpected argument `{word}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Arguments {
        Arguments(line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_are_taken_wherever_they_stand() {
        let mut arguments = words("--allow-missing --only fmt --files=7");
        assert_eq!(arguments.value("--files"), Ok(Some("7".to_owned())));
        assert_eq!(arguments.value("--only"), Ok(Some("fmt".to_owned())));
        assert!(arguments.flag("--allow-missing"));
        assert!(!arguments.flag("--allow-missing"));
        assert_eq!(arguments.finish(), Ok(()));
    }

    #[test]
    fn a_missing_value_and_a_stray_word_are_named() {
        assert_eq!(words("--only").value("--only"), Err("--only needs a value".to_owned()));
        assert_eq!(words("fmt").finish(), Err("unexpected argument `fmt`".to_owned()));
    }

    #[test]
    fn words_after_two_dashes_pass_through() {
        let mut arguments = words("--only parity -- top/h1 --nocapture");
        assert_eq!(arguments.after_dashes(), ["top/h1", "--nocapture"]);
        assert_eq!(arguments.after_dashes(), Vec::<String>::new());
    }
}
