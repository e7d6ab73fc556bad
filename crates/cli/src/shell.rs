//! The shell: one loaded profile, one line a command.

mod assign;
mod complete;
mod history;
mod line;
mod list_options;
mod reader;

use std::ops::ControlFlow;

use anyhow::Result;
use heapwise_profile::Profile;
use heapwise_session::{Options, about, help};

use self::line::Action;
use self::reader::{Line, Reader};
use crate::delivery::Delivery;
use crate::output;

/// What the shell asks for a line with: that of `go tool pprof`.
const PROMPT: &str = "(pprof) ";

/// Runs lines until the input ends or one says to quit.
///
/// # Errors
/// When standard input or output fails. What a line asks for in vain is said, and the next is read.
pub fn run(options: Options, delivery: &Delivery<'_>) -> Result<()> {
    let mut shell = Shell { options, delivery };
    shell.greet();
    shell.options.compact_labels = true;
    let mut reader = Reader::new(delivery);
    loop {
        match reader.line(PROMPT)? {
            Line::End => return Ok(()),
            Line::Aborted => {}
            Line::NotText => output::note("this line is not UTF-8"),
            Line::Text(text) => {
                if shell.lines(text.trim())?.is_break() {
                    return Ok(());
                }
            }
        }
    }
}

struct Shell<'a> {
    options: Options,
    delivery: &'a Delivery<'a>,
}

impl Shell<'_> {
    fn profile(&self) -> &Profile {
        &self.delivery.loaded().profile
    }

    /// Says what the profile is, and what to do when its default column is empty.
    fn greet(&self) {
        let profile = self.profile();
        if let Some((lines, total)) = about(profile, &self.options, self.delivery.host()) {
            output::note_bytes(&lines.join(&b'\n'));
            if total == 0 && profile.header.sample_types.len() > 1 {
                output::note(
                    "No samples were found with the default sample value type.\n\
                     Try \"sample_index\" command to analyze different sample values.\n",
                );
            }
        }
        output::note("Entering interactive mode (type \"help\" for commands, \"o\" for options)");
    }

    /// Runs one line, or those that it is short for.
    fn lines(&mut self, line: &str) -> Result<ControlFlow<()>> {
        for line in assign::expand(line, self.profile()) {
            if self.line(&line)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn line(&mut self, line: &str) -> Result<ControlFlow<()>> {
        match line::parse(line, &self.options) {
            Ok(Action::Nothing) => {}
            Ok(Action::Quit) => return Ok(ControlFlow::Break(())),
            Ok(Action::Options) => output::note(&list_options::list(&self.options, self.profile())),
            Ok(Action::Help(topic)) => output::note(&help_on(&topic)),
            Ok(Action::Assign(name, value)) => self.assign(name, value),
            Ok(Action::Report(report, options)) => {
                let delivered = self.delivery.deliver(&report, &options);
                return goes_on(delivered);
            }
            Err(error) => output::note(&error.to_string()),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn assign(&mut self, name: &'static str, value: Option<&str>) {
        let profile = &self.delivery.loaded().profile;
        if let Err(error) = assign::assign(&mut self.options, name, value, profile) {
            output::note(&error.to_string());
        }
    }
}

/// A report that failed is said; only a reader who left ends the session.
fn goes_on(delivered: Result<()>) -> Result<ControlFlow<()>> {
    match delivered {
        Err(error) if output::is_broken_pipe(&error) => Err(error),
        Err(error) => {
            output::note(&error.to_string());
            Ok(ControlFlow::Continue(()))
        }
        Ok(()) => Ok(ControlFlow::Continue(())),
    }
}

fn help_on(topic: &str) -> String {
    if topic.is_empty() {
        return help::shell();
    }
    help::topic(topic).unwrap_or_else(|| format!("Unknown command: {topic}"))
}
