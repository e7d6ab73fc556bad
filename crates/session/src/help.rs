//! Help, made from the registries: what a row says is said everywhere.

use std::fmt::Write as _;

use crate::command::{self, Argument, Command, Output};
use crate::fetch_options::{self, SHORTCUTS};
use crate::setting::{self, Setting};

/// How to write the command lines.
const SYNOPSIS: &str = "\
Usage:
  heapwise FORMAT [options] [binary] source ...   write one report
  heapwise [options] [binary] source ...          start a shell on the profile
  heapwise help [topic]                           explain a format, an option or a topic
  heapwise --version                              say which version this is

A source is a profile: a file in pprof's format, compressed or not, - for standard input, or the
address of a server, http://host:port/path or host:port/path. Several are merged. The command line is that of `go tool pprof`: options come first, with one dash or two.
";

/// What to say about the four values of a heap profile.
const SAMPLE_TYPES: &str = "\
Which of the four sample types
  A heap profile counts the same allocations in four ways. Choose by the question:

  inuse_space    Which code holds the memory now?       bytes allocated and not yet freed
                 For a program that is running: a server, a leak, a footprint. The default.
  inuse_objects  Which code holds most pieces?          allocations not yet freed
                 For many small pieces that are kept: fragmentation, garbage collector load.
  alloc_space    Which code asked for most memory?      bytes allocated since the start, freed or not
                 For a profile written when the program ends: by then nearly everything is freed,
                 and inuse_space is nearly empty. Also for time lost in allocating.
  alloc_objects  Which code allocates most often?       allocations since the start, freed or not
                 For code that allocates in a loop: what a hot path should not do.

  Say -alloc_space or -sample_index=alloc_space; in the shell: alloc_space or sample_index=alloc_space.
  A profile samples allocations, one in 512kB on average unless the program sets another interval: a
  small program may leave none. Then record more: runtime.MemProfileRate = 1 at the start of main in
  Go, heapwise::heap::set_interval(1) in Rust.
";

const ENVIRONMENT: &str = "\
Environment
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY
                     Proxies for URLs, and the hosts to reach without one
  PPROF_TMPDIR       Where copies of profiles from URLs are kept. Default: $HOME/pprof
  PPROF_BINARY_PATH  Directories in which to look for the binaries of a profile, by name and build id.
                     Default: $HOME/pprof/binaries
  TERM               The shell edits lines unless this is empty or dumb.
  TZ                 The zone in which times are written.
  XDG_STATE_HOME     The shell keeps its history below this directory, in heapwise/history.
                     Default: $HOME/.local/state
";

/// The whole usage text.
pub fn usage() -> String {
    let mut text = SYNOPSIS.to_owned();
    section(&mut text, "Formats (at most one)", command_rows("-"));
    section(&mut text, "Options", setting_rows("-"));
    choices(&mut text, "-");
    let sources =
        fetch_options::ALL.iter().map(|flag| (format!("-{}", flag.name), flag.help.to_owned()));
    section(&mut text, "Sources and names", sources);
    let same = SHORTCUTS.iter().map(|shortcut| {
        let mean = if shortcut.mean { " -mean" } else { "" };
        let help = format!("The same as -sample_index={}{mean}", shortcut.sample_index);
        (format!("-{}", shortcut.name), help)
    });
    section(&mut text, "Shortcuts", same);
    let _ = write!(text, "\n{SAMPLE_TYPES}\n{ENVIRONMENT}");
    text
}

/// What the shell says to `help`.
pub fn shell() -> String {
    let mut text = String::from("A line is a command or NAME=VALUE.\n");
    section(&mut text, "Commands", command_rows("").chain(builtin_rows()));
    section(&mut text, "Options", setting_rows(""));
    choices(&mut text, "");
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
        let of_heap = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"];
        let known = name == "sample-types" || of_heap.contains(&name);
        known.then(|| SAMPLE_TYPES.to_owned())
    };
    named.or_else(choice).or_else(flag).or_else(sample_type)
}

fn of_command(command: &Command) -> String {
    let mut text = format!("{}\n\n", command.help);
    let argument = if command.argument == Argument::Function { " <function regexp>" } else { "" };
    let _ = write!(
        text,
        "  {}{argument} [n] [focus regexp]... [-ignore regexp]... [-cum] [>file]\n\n",
        command.name
    );
    if command.argument == Argument::Function {
        text.push_str("  The first regexp names the functions to show.\n");
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
    text
}

fn of_setting(setting: &Setting) -> String {
    let more = if setting.more.is_empty() { String::new() } else { format!("{}\n", setting.more) };
    let choices = setting.choices().iter().map(|c| format!("  {:<15} {}\n", c.name, c.help));
    format!("{}\n{more}{}", setting.help, choices.collect::<String>())
}

fn command_rows(dash: &str) -> impl Iterator<Item = (String, String)> {
    command::ALL.iter().map(move |command| {
        let argument = if command.argument == Argument::Function { " <regexp>" } else { "" };
        (format!("{dash}{}{argument}", command.name), command.help.to_owned())
    })
}

fn builtin_rows() -> impl Iterator<Item = (String, String)> {
    [
        ("o, options", "All options and their values"),
        (":", "Clear focus, ignore, hide, tagfocus and tagignore"),
        ("help [name]", "This, or more about a command or option"),
        ("q, quit, exit", "End; so does ^D"),
    ]
    .into_iter()
    .map(|(name, help)| (name.to_owned(), help.to_owned()))
}

fn setting_rows(dash: &str) -> impl Iterator<Item = (String, String)> {
    let settings = setting::sorted().into_iter().filter(|setting| setting.choices().is_empty());
    settings.map(move |setting| (format!("{dash}{}", setting.name), setting.help.to_owned()))
}

/// A section for each setting that is a choice.
fn choices(text: &mut String, dash: &str) {
    for setting in setting::sorted().into_iter().filter(|setting| !setting.choices().is_empty()) {
        let rows = setting.choices().iter();
        let rows = rows.map(|choice| (format!("{dash}{}", choice.name), choice.help.to_owned()));
        section(text, &format!("{}: {} (at most one)", setting.name, setting.help), rows);
    }
}

fn section(text: &mut String, title: &str, rows: impl Iterator<Item = (String, String)>) {
    let _ = write!(text, "\n{title}\n");
    for (name, help) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<22} {help}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_names_every_row_and_explains_the_sample_types() {
        let usage = usage();
        for command in command::ALL {
            assert!(usage.contains(&format!("  -{}", command.name)), "{}", command.name);
        }
        for setting in setting::ALL.iter().filter(|setting| setting.choices().is_empty()) {
            assert!(usage.contains(&format!("  -{} ", setting.name)), "{}", setting.name);
        }
        for flag in fetch_options::ALL {
            assert!(usage.contains(&format!("  -{} ", flag.name)), "{}", flag.name);
        }
        assert!(usage.contains("Which of the four sample types"));
    }

    #[test]
    fn every_name_is_a_topic() {
        let settings = setting::ALL.iter().map(|setting| setting.name);
        let choices = setting::ALL.iter().flat_map(|setting| setting.choices()).map(|c| c.name);
        let commands = command::ALL.iter().map(|command| command.name);
        for name in settings.chain(choices).chain(commands).chain(["sample-types", "alloc_space"]) {
            assert!(topic(name).is_some_and(|text| text.ends_with('\n')), "{name}");
        }
        assert!(topic("nothing").is_none());
    }
}
