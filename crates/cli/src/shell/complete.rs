//! Completion: commands, settings and functions.

use heapwise_profile::Profile;
use heapwise_session::{command, setting};
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

/// The most functions that are offered at once.
const MOST: usize = 50;

/// What there is to complete to.
#[derive(Debug)]
pub struct Words {
    /// Commands and settings, sorted.
    names: Vec<String>,
    /// Functions of the profile, sorted.
    functions: Vec<String>,
}

impl Words {
    /// The words for a profile.
    pub fn of(profile: &Profile) -> Self {
        let commands = command::ALL.iter().map(|command| command.name);
        let settings = setting::ALL.iter().map(|setting| setting.name);
        let choices = setting::ALL.iter().flat_map(|setting| setting.choices()).map(|c| c.name);
        let builtins = ["exit", "help", "options", "quit"];
        let names = commands.chain(settings).chain(choices).chain(builtins);
        let functions = profile.functions.rows().iter().map(|f| profile.text(f.name));
        let functions = functions.filter(|name| !name.is_empty());
        Self {
            names: sorted(names.map(str::to_owned)),
            functions: sorted(functions.map(|name| String::from_utf8_lossy(name).into_owned())),
        }
    }

    /// Where the word before the end of `line` starts, and what it may become: at the start of a
    /// line, and after `help`, a name; later the functions that contain it.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
        let (before, word) = (line[..start].trim(), &line[start..]);
        if before.is_empty() || before == "help" {
            let names = self.names.iter().filter(|name| name.starts_with(&word.to_lowercase()));
            return (start, names.cloned().collect());
        }
        let ignored = usize::from(word.starts_with('-'));
        let part = &word[ignored..];
        if part.is_empty() || before.starts_with("tags") {
            return (start, Vec::new());
        }
        let functions = self.functions.iter().filter(|name| name.contains(part)).take(MOST);
        (start + ignored, functions.map(|name| quoted(name)).collect())
    }
}

/// A name as a regular expression that matches it and is one word.
fn quoted(name: &str) -> String {
    let special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    let quote = |c: char| match c {
        ' ' => ".".to_owned(),
        c if special(c) => format!("\\{c}"),
        c => c.to_string(),
    };
    name.chars().map(quote).collect()
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(line.get(..position).unwrap_or(line)))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}

impl Validator for Words {}

impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let functions = ["main.(*T).run", "main.main", "runtime.main"].map(str::to_owned).to_vec();
        let mut words = Words::of(&Profile::default());
        words.functions = functions;
        words
    }

    #[test]
    fn a_line_starts_with_a_name() {
        let (start, names) = words().candidates("SAMP");
        assert_eq!((start, names), (0, vec!["sample_index".to_owned()]));
        assert_eq!(words().candidates("help nodec"), (5, vec!["nodecount".to_owned()]));
    }

    #[test]
    fn arguments_are_functions_that_contain_the_word() {
        let (start, names) = words().candidates("list T");
        assert_eq!((start, names), (5, vec![r"main\.\(\*T\)\.run".to_owned()]));
        assert_eq!(words().candidates("top -runtime").0, 5);
        assert_eq!(words().candidates("list ").1, Vec::<String>::new());
    }
}
