//! Help, made from the registries: what a row says is said everywhere.

mod completion;
mod man;
pub mod subcommand;
mod text;

use std::fmt::Write as _;

use self::text::{
    ENVIRONMENT, SAMPLE_TYPES, SAMPLE_TYPES_END, SAMPLE_TYPES_INTRODUCTION, SOURCES, SYNOPSIS,
};
use crate::command::{self, Argument, Command, Output};
use crate::fetch_options::{self, SHORTCUTS};
use crate::setting::{self, Setting};

/// A part of the help: rows under a title.
#[derive(Debug)]
struct Section {
    title: String,
    rows: Vec<Row>,
}

/// One name, and what there is to say about it.
#[derive(Debug)]
struct Row {
    name: &'static str,
    /// What must follow the name; empty if nothing must, or if it may be anything.
    argument: &'static str,
    /// One line.
    help: String,
    /// Further lines, or nothing.
    more: &'static str,
}

impl Row {
    fn new(name: &'static str, help: String) -> Self {
        Self { name, argument: "", help, more: "" }
    }
}

/// The whole usage text.
pub fn usage() -> String {
    let mut text = format!("{SYNOPSIS}\n{SOURCES}");
    flag_sections().iter().for_each(|rows| section(&mut text, rows, "-"));
    let _ = write!(text, "\n{}\nEnvironment\n", sample_types());
    let indent = format!("\n{:21}", "");
    for (name, lines) in ENVIRONMENT {
        let lines = lines.join(&indent);
        // A name that is longer than the column has a line of its own.
        let _ = match name.len() {
            0..=18 => writeln!(text, "  {name:<18} {lines}"),
            _ => writeln!(text, "  {name}{indent}{lines}"),
        };
    }
    text
}

/// What installs beside the program: the manual page, and the completions of a shell.
pub fn document(topic: &str) -> Option<String> {
    match topic.split_once(' ') {
        None => (topic == "man").then(man::page),
        Some((first, shell)) => completion::script(shell).filter(|_| first == "completion"),
    }
}

/// What the shell says to `help`.
pub fn shell() -> String {
    let mut text = String::from("A line is a command or NAME=VALUE.\n");
    let rows = command_rows().chain(builtin_rows()).collect();
    section(&mut text, &Section { title: "Commands".to_owned(), rows }, "");
    setting_sections().iter().for_each(|rows| section(&mut text, rows, ""));
    text.push_str(
        "\nhelp NAME says more; help sample-types: which value answers which question.\n",
    );
    text
}

/// What there is to say about a command, a setting or a topic.
pub fn topic(name: &str) -> Option<String> {
    let named = command::find(name).map(of_command).or_else(|| setting::find(name).map(of_setting));
    let choice = || setting::find_choice(name).map(|(_, choice)| format!("{}\n", choice.help));
    let flag = || {
        let flag = fetch_options::ALL.iter().find(|flag| flag.name == name)?;
        Some(format!("{}\n", flag.help))
    };
    let sample_type = || {
        let known = SAMPLE_TYPES.iter().any(|kind| kind.name == name);
        (name == "sample-types" || known).then(sample_types)
    };
    let subcommand = || {
        let found = subcommand::ALL.into_iter().find(|subcommand| subcommand.name == name)?;
        Some(format!("{}\n", found.text()))
    };
    named.or_else(choice).or_else(flag).or_else(sample_type).or_else(subcommand)
}

fn of_command(command: &Command) -> String {
    let mut text = format!("{}\n\n", command.help);
    let argument = match command.argument {
        Argument::None => "",
        Argument::Function => " <function regexp>",
        Argument::FunctionOrAddress => " <function regexp or address>",
        Argument::File(_) => " [file]",
    };
    let _ = write!(
        text,
        "  {}{argument} [n] [focus regexp]... [-ignore regexp]... [-cum] [>file]\n\n",
        command.name
    );
    match command.argument {
        Argument::None => {}
        Argument::Function | Argument::FunctionOrAddress => {
            text.push_str("  The first regexp names the functions to show.\n");
        }
        Argument::File(_) => {
            text.push_str(
                "  The first word is the file to write, if none follows > or is set as output.\n",
            );
        }
    }
    text.push_str(
        "  n             show at most so many entries\n  \
         regexp        keep only stacks that match one of these\n  \
         -regexp       drop stacks that match one of these\n  \
         -cum          largest value with callees first\n  \
         >file         write to the file\n",
    );
    if let Output::File(extension) = command.output {
        let _ = writeln!(text, "  Without a file the shell writes profileNNN.{extension}.");
    }
    if let Output::Viewed(..) = command.output {
        text.push_str("  Without a file another program shows it.\n");
    }
    text
}

fn of_setting(setting: &Setting) -> String {
    let more = if setting.more.is_empty() { String::new() } else { format!("{}\n", setting.more) };
    let choices = setting.choices().iter().map(|c| format!("  {:<15} {}\n", c.name, c.help));
    format!("{}\n{more}{}", setting.help, choices.collect::<String>())
}

fn sample_types() -> String {
    let mut text = format!("Which of the four sample types\n  {SAMPLE_TYPES_INTRODUCTION}\n\n");
    for kind in SAMPLE_TYPES {
        let _ = writeln!(text, "  {:<14} {:<38} {}", kind.name, kind.question, kind.counts);
        kind.when.iter().for_each(|line| text.push_str(&format!("{:17}{line}\n", "")));
    }
    text.push('\n');
    SAMPLE_TYPES_END.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    text
}

/// Every flag.
fn flag_sections() -> Vec<Section> {
    let formats =
        Section { title: "Formats (at most one)".to_owned(), rows: command_rows().collect() };
    let sources = fetch_options::ALL.iter().map(|flag| Row::new(flag.name, flag.help.to_owned()));
    let sources = Section { title: "Sources and names".to_owned(), rows: sources.collect() };
    let same = SHORTCUTS.iter().map(|shortcut| {
        let mean = if shortcut.mean { " -mean" } else { "" };
        Row::new(
            shortcut.name,
            format!("The same as -sample_index={}{mean}", shortcut.sample_index),
        )
    });
    let same = Section { title: "Shortcuts".to_owned(), rows: same.collect() };
    let formats = std::iter::once(formats).chain(setting_sections());
    formats.chain([sources, same]).collect()
}

fn command_rows() -> impl Iterator<Item = Row> {
    command::ALL.iter().map(|command| {
        let argument = match command.argument {
            Argument::None => "",
            Argument::Function => "regexp",
            Argument::FunctionOrAddress => "regexp|address",
            Argument::File(_) => "file",
        };
        Row { argument, ..Row::new(command.name, command.help.to_owned()) }
    })
}

fn builtin_rows() -> [Row; 4] {
    [
        ("o, options", "All options and their values"),
        (":", "Clear focus, ignore, hide, tagfocus and tagignore"),
        ("help [name]", "This, or more about a command or option"),
        ("q, quit, exit", "End; so does ^D"),
    ]
    .map(|(name, help)| Row::new(name, help.to_owned()))
}

/// The settings, and a section for each that is a choice.
fn setting_sections() -> Vec<Section> {
    let (plain, choices): (Vec<_>, Vec<_>) =
        setting::sorted().into_iter().partition(|setting| setting.choices().is_empty());
    let row = |setting: &Setting| Row {
        more: setting.more,
        ..Row::new(setting.name, setting.help.to_owned())
    };
    let plain = Section { title: "Options".to_owned(), rows: plain.into_iter().map(row).collect() };
    let choices = choices.into_iter().map(|setting| {
        let rows = setting.choices().iter();
        Section {
            title: format!("{}: {} (at most one)", setting.name, setting.help),
            rows: rows.map(|choice| Row::new(choice.name, choice.help.to_owned())).collect(),
        }
    });
    std::iter::once(plain).chain(choices).collect()
}

fn section(text: &mut String, section: &Section, dash: &str) {
    let _ = write!(text, "\n{}\n", section.title);
    for Row { name, argument, help, .. } in &section.rows {
        let argument = if argument.is_empty() { String::new() } else { format!(" <{argument}>") };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<22} {help}", format!("{dash}{name}{argument}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every flag of every registry.
    pub fn flag_names() -> Vec<&'static str> {
        let (choices, plain): (Vec<_>, Vec<_>) =
            setting::ALL.iter().partition(|setting| !setting.choices().is_empty());
        let choices = choices
            .into_iter()
            .flat_map(|setting: &&Setting| setting.choices())
            .map(|choice| choice.name);
        let names = command::ALL.iter().map(|command| command.name);
        let names = names.chain(plain.into_iter().map(|s| s.name)).chain(choices);
        let names = names.chain(fetch_options::ALL.iter().map(|flag| flag.name));
        names.chain(SHORTCUTS.iter().map(|shortcut| shortcut.name)).collect()
    }

    #[test]
    fn usage_names_every_row_and_explains_the_sample_types() {
        let usage = usage();
        for name in flag_names() {
            assert!(usage.contains(&format!("\n  -{name} ")), "{name}");
        }
        assert!(usage.contains("Which of the four sample types"));
    }

    #[test]
    fn every_name_is_a_topic() {
        let settings = setting::ALL.iter().map(|setting| setting.name);
        let choices = setting::ALL.iter().flat_map(|setting| setting.choices()).map(|c| c.name);
        let commands = command::ALL.iter().map(|command| command.name);
        for name in settings
            .chain(choices)
            .chain(commands)
            .chain(["sample-types", "alloc_space"])
            .chain(subcommand::ALL.map(|known| known.name))
        {
            assert!(topic(name).is_some_and(|text| text.ends_with('\n')), "{name}");
        }
        assert!(topic("nothing").is_none());
    }
}
