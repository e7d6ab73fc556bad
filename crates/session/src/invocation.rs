//! What a command line means: flags turned into typed values that agree with one another.

use std::ffi::OsString;

use crate::Options;
use crate::command::{self, Argument, Command, EndingError};
use crate::fetch_options::{self, FetchOptions, SHORTCUTS};
use crate::field::ValueError;
use crate::flag::Said;
use crate::setting;

/// A run of the program, as asked for. Nothing has been looked up yet.
#[derive(Debug)]
pub struct Invocation {
    /// The words after the flags, at least one: a binary, perhaps, and sources.
    pub words: Vec<OsString>,
    /// The one report to write; nothing for the shell.
    pub report: Option<Report>,
    /// The settings.
    pub options: Options,
    /// What holds for the whole run.
    pub fetch: FetchOptions,
    /// What the user should know, one line each.
    pub notes: Vec<String>,
}

/// A command with its argument.
#[derive(Clone, Debug)]
pub struct Report {
    /// The command.
    pub command: &'static Command,
    /// The argument, if the command takes one.
    pub argument: Option<String>,
}

/// Why flags do not agree, or ask for what is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// There is no word after the flags. The usage text comes first.
    #[error("no profile source specified")]
    NoSource,
    /// Two names of one choice.
    #[error("conflicting options set: [{}]", .0.join(" "))]
    Conflict(Vec<&'static str>),
    /// Two commands.
    #[error("must set at most one output format")]
    SeveralFormats,
    /// A command and the web pages.
    #[error("-http is not compatible with an output format on the command line")]
    FormatAndHttp,
    /// A browser that is not to be opened, without web pages.
    #[error("-no_browser only makes sense with -http")]
    NoBrowserWithoutHttp,
    /// A command that takes the file to write, and another file.
    #[error("-{0} names the file to write: leave out -output")]
    TwoFiles(&'static str),
    /// A file whose ending its command does not know.
    #[error(transparent)]
    Ending(#[from] EndingError),
    /// Two kinds of base.
    #[error("-base and -diff_base flags cannot both be specified")]
    TwoBases,
    /// Normalization without a base.
    #[error("must have base profile to normalize by")]
    NothingToNormalizeBy,
    /// A value that its setting refuses.
    #[error(transparent)]
    Value(#[from] ValueError),
}

impl Invocation {
    /// Turns flags into values and checks that they agree.
    ///
    /// # Errors
    /// When they do not, or when nothing names a source.
    pub fn new(said: Said) -> Result<Self, InvocationError> {
        if said.words.is_empty() {
            return Err(InvocationError::NoSource);
        }
        let mut options = options(&said)?;
        let fetch = fetch(&said)?;
        let report = report(&said, &mut options)?;
        check(&options, &fetch, report.is_some())?;
        let notes = apply_shortcuts(&said, &mut options);
        Ok(Self { words: said.words, report, options, fetch, notes })
    }
}

fn options(said: &Said) -> Result<Options, InvocationError> {
    let mut options = Options::default();
    for setting in setting::ALL {
        let chosen: Vec<_> =
            setting.choices().iter().map(|c| c.name).filter(|n| on(said, n)).collect();
        match chosen[..] {
            [] => {}
            [name] => setting.set(&mut options, name)?,
            _ => return Err(InvocationError::Conflict(chosen)),
        }
        if let Some(value) = said.values.get(setting.name) {
            setting.set(&mut options, value)?;
        }
    }
    Ok(options)
}

fn on(said: &Said, name: &str) -> bool {
    said.values.get(name).is_some_and(|value| value == "true")
}

fn fetch(said: &Said) -> Result<FetchOptions, InvocationError> {
    let mut fetch = FetchOptions::default();
    for flag in fetch_options::ALL {
        if let Some(value) = said.values.get(flag.name) {
            flag.field.set(&mut fetch, flag.name, value)?;
        }
    }
    Ok(fetch)
}

/// The one command that was given. An empty argument counts as not given. One that is the file to write goes
/// to the options.
fn report(said: &Said, options: &mut Options) -> Result<Option<Report>, InvocationError> {
    let mut given = command::ALL.iter().filter(|command| match command.argument {
        Argument::None => on(said, command.name),
        Argument::Function | Argument::FunctionOrAddress | Argument::File(_) => {
            said.values.get(command.name).is_some_and(|value| !value.is_empty())
        }
    });
    let Some(&command) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(InvocationError::SeveralFormats);
    }
    let argument = said.values.get(command.name).cloned();
    match command.argument {
        Argument::None => Ok(Some(Report { command, argument: None })),
        Argument::Function | Argument::FunctionOrAddress => Ok(Some(Report { command, argument })),
        Argument::File(_) if !options.output.is_empty() => {
            Err(InvocationError::TwoFiles(command.name))
        }
        Argument::File(_) => {
            options.output = argument.unwrap_or_default();
            let command = command.for_file(&options.output)?;
            Ok(Some(Report { command, argument: None }))
        }
    }
}

fn check(options: &Options, fetch: &FetchOptions, format: bool) -> Result<(), InvocationError> {
    let based = !fetch.base.is_empty() || !fetch.diff_base.is_empty();
    if format && !fetch.http.is_empty() {
        Err(InvocationError::FormatAndHttp)
    } else if fetch.no_browser && fetch.http.is_empty() {
        Err(InvocationError::NoBrowserWithoutHttp)
    } else if !fetch.base.is_empty() && !fetch.diff_base.is_empty() {
        Err(InvocationError::TwoBases)
    } else if options.normalize && !based {
        Err(InvocationError::NothingToNormalizeBy)
    } else {
        Ok(())
    }
}

/// Lets the first shortcut choose the sample type, unless `-sample_index` does. Returns a note for
/// each that lost. A lost shortcut for a mean still asks for the mean.
fn apply_shortcuts(said: &Said, options: &mut Options) -> Vec<String> {
    let mut notes = Vec::new();
    for shortcut in SHORTCUTS.iter().filter(|shortcut| on(said, shortcut.name)) {
        options.mean |= shortcut.mean;
        if options.sample_index.is_empty() {
            options.sample_index = shortcut.sample_index.to_owned();
        } else {
            notes.push(format!("Multiple value selections, ignoring -{}", shortcut.name));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flag::{Asked, read};

    fn invoke(line: &str) -> Result<Invocation, InvocationError> {
        match read(line.split_whitespace().map(OsString::from)).unwrap() {
            Asked::Work(said) => Invocation::new(said),
            other => panic!("{line} gave {other:?}"),
        }
    }

    #[test]
    fn flags_that_do_not_agree_are_refused() {
        for (line, message) in [
            ("-top", "no profile source specified"),
            ("-lines -files p", "conflicting options set: [files lines]"),
            ("-cum -flat p", "conflicting options set: [cum flat]"),
            ("-top -text p", "must set at most one output format"),
            ("-top -list=x p", "must set at most one output format"),
            (
                "-top -http=:0 p",
                "-http is not compatible with an output format on the command line",
            ),
            ("-flamegraph=out.png p", "flamegraph writes .svg or .html, not out.png"),
            ("-flamegraph=svg p", "flamegraph writes .svg or .html, not svg"),
            (
                "-flamegraph=a.svg -output=b p",
                "-flamegraph names the file to write: leave out -output",
            ),
            ("-no_browser p", "-no_browser only makes sense with -http"),
            ("-base=a -diff_base=b p", "-base and -diff_base flags cannot both be specified"),
            ("-normalize p", "must have base profile to normalize by"),
        ] {
            assert_eq!(invoke(line).unwrap_err().to_string(), message, "{line}");
        }
    }

    #[test]
    fn false_and_empty_count_as_not_given() {
        let run = invoke("-top=false -list= -lines=false -files p").unwrap();
        assert!(run.report.is_none());
        assert_eq!(run.options.granularity, Some(heapwise_graph::Granularity::Files));
    }

    #[test]
    fn the_first_shortcut_wins_and_sample_index_wins_over_all() {
        let run = invoke("-alloc_objects -inuse_space -alloc_space p").unwrap();
        assert_eq!(run.options.sample_index, "inuse_space");
        assert_eq!(
            run.notes,
            [
                "Multiple value selections, ignoring -alloc_space",
                "Multiple value selections, ignoring -alloc_objects"
            ]
        );
        let run = invoke("-mean_delay -sample_index=0 p").unwrap();
        assert_eq!(run.options.sample_index, "0");
        assert!(run.options.mean);
        assert_eq!(run.notes, ["Multiple value selections, ignoring -mean_delay"]);
    }

    #[test]
    fn a_file_chooses_the_command_by_its_ending() {
        for (file, extension) in [("a b.SVG", "svg"), ("x.svg.html", "html")] {
            let said = read(["-flamegraph".into(), file.into(), "p".into()]);
            let Ok(Asked::Work(said)) = said else { panic!("no work") };
            let run = Invocation::new(said).unwrap();
            let Report { command, argument } = run.report.unwrap();
            assert_eq!((command.name, argument), ("flamegraph", None));
            assert_eq!(command.output, command::Output::File(extension));
            assert_eq!(run.options.output, file);
        }
        assert!(invoke("-flamegraph= p").unwrap().report.is_none());
    }

    #[test]
    fn a_command_keeps_its_argument() {
        let report = invoke("-list main.* p").unwrap().report.unwrap();
        assert_eq!((report.command.name, report.argument.as_deref()), ("list", Some("main.*")));
    }
}
