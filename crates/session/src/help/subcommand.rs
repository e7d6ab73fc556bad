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
    /// Its options, each with lines of what it does.
    pub options: &'static [(&'static str, &'static [&'static str])],
}

/// Profiles a program.
pub const RUN: Subcommand = Subcommand {
    name: "run",
    arguments: "[options] -- PROGRAM [ARGUMENT ...]",
    about: &[
        "Runs a program as it is and writes a profile of its heap when it has ended, in whatever way:",
        "what it allocated, held at its peak and held at the end. For programs on Linux that use the",
        "allocator of the C library, in any language. Its input, output and exit code are its own; 128 and",
        "the number of the signal if one ended it.",
    ],
    options: &[
        ("-o, -output FILE", &["Write the profile to this file. Default: mem.pb.gz"]),
        (
            "-interval BYTES",
            &[
                "Record one allocation in so many bytes (64kB, 1MB); 1: every allocation. By default the",
                "first megabytes are recorded whole and samples get rarer from there, to one in 512kB.",
            ],
        ),
        ("-q", &["Say nothing but errors."]),
        ("-h, -help", &["Say this."]),
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
        for (name, lines) in self.options {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {name:<17} {}", lines.join(&format!("\n{:20}", "")));
        }
        text
    }
}
