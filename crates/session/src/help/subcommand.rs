//! What the tool does to programs and what they leave behind: a word of its own on the command line.

use std::fmt::Write as _;

/// One of them.
#[derive(Debug)]
pub struct Subcommand {
    /// The word.
    pub name: &'static str,
    /// What follows it.
    pub arguments: &'static str,
    /// What it does, in lines.
    pub about: &'static [&'static str],
    /// Its options.
    pub options: &'static [Option],
}

/// An option of a subcommand.
#[derive(Debug)]
pub struct Option {
    /// Its names, without the dash.
    pub names: &'static [&'static str],
    /// What must follow; empty if nothing must.
    pub value: &'static str,
    /// What it does, in lines.
    pub help: &'static [&'static str],
}

/// Profiles a program.
pub const RUN: Subcommand = Subcommand {
    name: "run",
    arguments: "[options] -- PROGRAM [ARG ...]",
    about: &[
        "Runs a program as it is and writes a profile of its heap when it has ended, in whatever way:",
        "what it allocated, held at its peak and held at the end. For programs on Linux that use the",
        "allocator of the C library, in any language. Its input, output and exit code are its own; 128 and",
        "the number of the signal if one ended it.",
    ],
    options: &[
        Option {
            names: &["o", "output"],
            value: "FILE",
            help: &["Write the profile to this file. Default: mem.pb.gz"],
        },
        Option {
            names: &["interval"],
            value: "BYTES",
            help: &[
                "Record one allocation in so many bytes (64kB, 1MB); 1: every allocation. By default the",
                "first megabytes are recorded whole and samples get rarer from there, to one in 512kB.",
            ],
        },
        Option { names: &["q"], value: "", help: &["Say nothing but errors."] },
        Option { names: &["h", "help"], value: "", help: &["Say this."] },
    ],
};

/// Reads what a program left behind.
pub const RECOVER: Subcommand = Subcommand {
    name: "recover",
    arguments: "FILE [-o PROFILE]",
    about: &[
        "Makes a profile of the recording that a program left behind (heapwise::heap::record_to), however it",
        "ended: its last state and its peak. Without -o, the profile is FILE.pb.gz.",
    ],
    options: &[],
};

/// All of them, in the order of the help.
pub const ALL: [&Subcommand; 2] = [&RUN, &RECOVER];

impl Subcommand {
    /// How to use it.
    pub fn text(&self) -> String {
        let about = self.about.join("\n");
        let mut text = format!("usage: heapwise {} {}\n\n{about}", self.name, self.arguments);
        text.push_str(if self.options.is_empty() { "" } else { "\n" });
        for option in self.options {
            let help = option.help.join(&format!("\n{:20}", ""));
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {:<17} {help}", option.form());
        }
        text
    }
}

impl Option {
    /// How it is written: `-o, -output FILE`.
    pub fn form(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|name| format!("-{name}")).collect();
        format!("{} {}", names.join(", "), self.value).trim_end().to_owned()
    }
}
