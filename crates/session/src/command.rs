//! The registry of commands: one row a command.
//!
//! A row serves the format flag, the shell and the help. What a command needs of the profile is data
//! in its row.

mod code;
mod data;
mod exports;
mod pictures;
mod text;

use std::io::{self, Write};

use heapwise_graph::Granularity;
use heapwise_report::{Input, Pattern};

use crate::literal;

use crate::go_regex::GoRegex;
use crate::host::Host;

/// One command: a format in which a profile is reported.
#[derive(Debug)]
pub struct Command {
    /// The name: of the flag, of the shell command.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What it takes.
    pub argument: Argument,
    /// What the words after it in the shell select by.
    pub words: Words,
    /// What it needs of the options.
    pub needs: Needs,
    /// Whether it shows one column of the samples, so that one that is empty or stale misleads.
    pub one_column: bool,
    /// What it writes.
    pub output: Output,
    /// Writes the report.
    pub render: Render,
}

/// Writes a report of the input; the regular expression is the argument, if the command takes one. Other
/// programs that help with it are the host's.
pub type Render =
    fn(&Input<'_>, Option<&Argued>, &dyn Host, &mut dyn Write) -> Result<(), RenderError>;

/// The argument of a command, compiled.
#[derive(Clone, Debug)]
pub struct Argued {
    /// The argument as given.
    pub text: String,
    /// What it matches.
    pub regex: GoRegex,
}

impl Argued {
    /// The argument as an address, if it is a number.
    pub fn address(&self) -> Option<u64> {
        literal::unsigned(&self.text)
    }
}

/// What a command takes besides the words that refine any report.
#[derive(Clone, Copy, Debug)]
pub enum Argument {
    /// Nothing.
    None,
    /// A regular expression for functions.
    Function,
    /// The same, or an address.
    FunctionOrAddress,
    /// The file to write. Its ending chooses among these commands, one a kind of file.
    File(&'static [&'static Command]),
}

/// What the words REGEX and -REGEX select by, which refine a report in the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// The frames of samples: `focus` and `ignore`.
    Frames,
    /// The labels of samples: `tagfocus` and `tagignore`.
    Tags,
}

/// What a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Text for people.
    Text,
    /// Bytes that belong in a file with this extension.
    File(&'static str),
    /// A file with this extension that another program shows.
    Viewed(&'static str, Viewers),
}

/// The programs that can show a file, of which the first that starts does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewers {
    /// The user's browsers.
    Browsers,
    /// Command lines to which the name of the file is added.
    Programs(&'static [&'static [&'static str]]),
}

/// What a command does to the options before they apply.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// The granularity it forces.
    pub granularity: Option<Granularity>,
    /// The granularity when the user gives none.
    pub usual_granularity: Option<Granularity>,
    /// Whether the cut-offs apply.
    pub trim: bool,
    /// The node count when the user gives none; 0 for no limit.
    pub node_count: i64,
    /// The same in the shell.
    pub node_count_in_shell: i64,
    /// Whether inlined frames are left out, if it forces that.
    pub no_inlines: Option<bool>,
}

/// Options as the user gives them.
pub const AS_GIVEN: Needs = Needs {
    granularity: None,
    usual_granularity: None,
    trim: true,
    node_count: 80,
    node_count_in_shell: 80,
    no_inlines: None,
};

/// All stacks, and functions of one name apart where their files differ.
pub const STACKS: Needs =
    Needs { usual_granularity: Some(Granularity::FileFunctions), trim: false, ..AS_GIVEN };

/// The ending of a file is none that its command knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{command} writes {}, not {file}", .known.join(" or "))]
pub struct EndingError {
    command: &'static str,
    known: Vec<String>,
    file: String,
}

impl Command {
    /// The command that writes a file of that name: this one, unless the ending chooses.
    ///
    /// # Errors
    /// When it has an ending that stands for nothing.
    pub fn for_file(&'static self, file: &str) -> Result<&'static Self, EndingError> {
        let Argument::File(kinds) = self.argument else { return Ok(self) };
        let ending = |kind: &&Self| match kind.output {
            Output::File(extension) => format!(".{extension}"),
            _ => String::new(),
        };
        let wanted = |kind: &&&Self| file.to_ascii_lowercase().ends_with(&ending(kind));
        kinds.iter().find(wanted).copied().ok_or_else(|| EndingError {
            command: self.name,
            known: kinds.iter().map(ending).collect(),
            file: file.to_owned(),
        })
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The report has nothing to say, or cannot say it.
    #[error(transparent)]
    Report(#[from] heapwise_report::Error),
    /// The picture is too large.
    #[error(transparent)]
    Picture(#[from] heapwise_picture::TooLarge),
    /// The place it is written to failed.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Every command, in the order of help.
pub static ALL: &[&Command] = &[
    &data::CALLGRIND,
    &text::COMMENTS,
    &code::DISASM,
    &data::DOT,
    &pictures::EOG,
    &pictures::EVINCE,
    &exports::FIREFOX,
    &exports::FLAMEGRAPH,
    &exports::FOLDED,
    &pictures::GIF,
    &pictures::GV,
    &data::KCACHEGRIND,
    &text::LIST,
    &pictures::PDF,
    &text::PEEK,
    &pictures::PNG,
    &data::PROTO,
    &pictures::PS,
    &text::RAW,
    &exports::SPEEDSCOPE,
    &pictures::SVG,
    &text::TAGS,
    &text::TEXT,
    &text::TOP,
    &data::TOP_PROTO,
    &text::TRACES,
    &text::TREE,
    &pictures::WEB,
    &code::WEBLIST,
];

/// What `make` makes of the argument; a command without one matches every function.
fn with_pattern<T>(
    argument: Option<&Argued>,
    make: impl FnOnce(&Pattern<'_>) -> Result<T, heapwise_report::Error>,
) -> Result<T, heapwise_report::Error> {
    match argument {
        Some(Argued { text, regex }) => {
            make(&Pattern { text, matches: &|name| regex.is_match(name) })
        }
        None => make(&Pattern { text: "", matches: &|_| true }),
    }
}

/// The command of that name.
pub fn find(name: &str) -> Option<&'static Command> {
    ALL.iter().copied().find(|command| command.name == name)
}

/// The names of all formats, each with what it takes.
pub fn names() -> impl Iterator<Item = (&'static str, Argument)> {
    ALL.iter().map(|command| (command.name, command.argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_help_is_there() {
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in names() {
            assert!(seen.insert(name), "{name} twice");
        }
        for command in ALL {
            assert!(!command.help.is_empty() && !command.help.contains('\n'), "{}", command.name);
        }
    }

    #[test]
    fn every_format_of_the_reference_is_known() {
        for name in "callgrind comments disasm dot eog evince gif gv kcachegrind list pdf peek png \
                     proto ps raw svg tags text top topproto traces tree web weblist"
            .split_whitespace()
        {
            assert!(names().any(|(known, _)| known == name), "{name}");
        }
    }
}
