//! The value of `-symbolize`.

use heapwise_binary::demangle::Demangling;

use crate::Message;

/// What is done to give a profile names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Look addresses up in the binaries on this machine.
    pub local: bool,
    /// Ask the servers that profiles came from.
    pub remote: bool,
    /// Look up again what has names already, and demangle from the system names.
    pub force: bool,
    /// How names are shown; `None` leaves the profile's names alone, mangled or not.
    pub demangling: Option<Demangling>,
    /// Open files one after the other, on the calling thread: in a program that must not gain threads.
    pub one_thread: bool,
}

impl Default for Options {
    fn default() -> Self {
        let demangling = Some(Demangling::Default);
        Self { local: true, remote: true, force: false, demangling, one_thread: false }
    }
}

impl Options {
    /// Leaves a profile as it is.
    pub const NOTHING: Self =
        Self { local: false, remote: false, force: false, demangling: None, one_thread: false };

    /// Reads a value: words between colons, in any case, later ones over earlier ones. A word that
    /// is not known gives a message and is passed over; `none` ends the reading.
    pub fn parse(text: &str) -> (Self, Vec<Message>) {
        let lower = text.to_lowercase();
        let (mut options, mut messages) = (Self::default(), Vec::new());
        for word in lower.split(':') {
            match word {
                "" | "default" | "demangle=default" => {}
                "none" | "no" => return (Self::NOTHING, messages),
                "local" | "fastlocal" => (options.local, options.remote) = (true, false),
                "remote" => (options.local, options.remote) = (false, true),
                "force" => options.force = true,
                "full" | "demangle=full" => options.show(Demangling::Full),
                "templates" | "demangle=templates" => options.show(Demangling::Templates),
                "demangle=none" => options.show(Demangling::None),
                _ => messages.push(Message::UnknownOption { value: text.to_owned() }),
            }
        }
        (options, messages)
    }

    /// A way to show names that was asked for holds for names that were demangled before, too.
    fn show(&mut self, demangling: Demangling) {
        self.demangling = Some(demangling);
        self.force = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Options {
        let (options, messages) = Options::parse(text);
        assert_eq!(messages, [], "{text}");
        options
    }

    #[test]
    fn words_add_up() {
        let default = Options::default();
        assert_eq!(parse(""), default);
        assert_eq!(parse(":default:demangle=default"), default);
        assert_eq!(parse("LOCAL"), Options { remote: false, ..default });
        assert_eq!(parse("fastlocal"), parse("local"));
        assert_eq!(parse("local:remote"), Options { local: false, ..default });
        assert_eq!(parse("force"), Options { force: true, ..default });
    }

    #[test]
    fn a_way_to_demangle_forces() {
        for (word, demangling) in [
            ("full", Demangling::Full),
            ("templates", Demangling::Templates),
            ("demangle=none", Demangling::None),
        ] {
            let expected =
                Options { force: true, demangling: Some(demangling), ..Options::default() };
            assert_eq!(parse(word), expected);
            assert_eq!(parse(&format!("{word}:demangle=default")), expected);
        }
        assert_eq!(parse("demangle=none:full"), parse("full"));
    }

    #[test]
    fn none_ends_everything() {
        for text in ["none", "No", "force:none:full", "none:bogus"] {
            assert_eq!(parse(text), Options::NOTHING);
        }
    }

    #[test]
    fn an_unknown_word_is_named_with_the_whole_value() {
        let (options, messages) = Options::parse("Bogus:local");
        assert_eq!(options, parse("local"));
        let expected = "ignoring unrecognized symbolization option: Bogus:local\nexpecting \
            -symbolize=[local|fastlocal|remote|none][:force]\
            [:demangle=[none|full|templates|default]";
        assert_eq!(messages.iter().map(Message::to_string).collect::<Vec<_>>(), [expected]);
    }
}
