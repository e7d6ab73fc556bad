//! The commands under comparison.

use super::options::Kind;

/// A report and the ways to ask for it.
#[derive(Debug)]
pub struct Command {
    /// Part of the name of a test.
    pub name: &'static str,
    /// Format flags; the first one meets every option.
    pub forms: &'static [&'static str],
    /// Format flags that are refused before a profile is looked at.
    pub refused: &'static [&'static str],
    /// How far it depends on options.
    pub heeds: Heeds,
}

/// How far a report depends on options.
#[derive(Debug, Clone, Copy)]
pub enum Heeds {
    /// On all but these kinds, each setting of which left every answer as it was, over all inputs.
    AllBut(&'static [&'static [Kind]]),
    /// On those that every report depends on.
    Few,
    /// On none, or as another command does, whose other name it is.
    Nothing,
}

impl Command {
    /// Whether an option of this kind can change the report.
    pub fn heeds(&self, kind: Kind) -> bool {
        match self.heeds {
            Heeds::AllBut(kinds) => ![NEVER].iter().chain(kinds).any(|kinds| kinds.contains(&kind)),
            Heeds::Few | Heeds::Nothing => false,
        }
    }
}

/// What changes no report alone: the syntax of a disassembly, tools that are not asked, how long to fetch, and what percentages are of
/// while nothing is left out.
const NEVER: &[Kind] = &[Kind::Intel, Kind::Tools, Kind::Timeout, Kind::Relative];

/// What leaves out a part of what there is.
const LIMITS: &[Kind] = &[Kind::NodeCount, Kind::NodeFraction, Kind::EdgeFraction, Kind::Trim];

/// Where sources are, which few reports name.
const SOURCE_PATHS: &[Kind] = &[Kind::TrimPath, Kind::SourcePath];

/// What changes the profile, but neither stacks nor sums.
const OF_THE_PROFILE: &[Kind] = &[Kind::TagShow, Kind::TagHide, Kind::Comment, Kind::BuildId];

/// Every report that prints text, and the encoded profiles.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "top",
        forms: &["-top"],
        refused: &[],
        heeds: Heeds::AllBut(&[SOURCE_PATHS, &[Kind::CallTree]]),
    },
    Command { name: "text", forms: &["-text"], refused: &[], heeds: Heeds::Nothing },
    Command {
        name: "tree",
        forms: &["-tree"],
        refused: &[],
        heeds: Heeds::AllBut(&[SOURCE_PATHS, &[Kind::CallTree]]),
    },
    Command {
        name: "peek",
        forms: &["-peek=[a-mA-M]", "-peek=.", "-peek=^main", "-peek=", "-peek=nomatch"],
        refused: &["-peek=(", "-peek=[", "-peek=a**"],
        heeds: Heeds::AllBut(&[LIMITS, SOURCE_PATHS, &[Kind::CallTree]]),
    },
    Command {
        name: "list",
        forms: &["-list=[a-mA-M]", "-list=.", "-list=^main", "-list=", "-list=nomatch"],
        refused: &["-list=(", "-list=[", "-list=a**"],
        heeds: Heeds::AllBut(&[
            LIMITS,
            OF_THE_PROFILE,
            &[Kind::Order, Kind::Compact, Kind::CallTree],
        ]),
    },
    Command {
        name: "disasm",
        forms: &["-disasm=^main", "-disasm=.", "-disasm=", "-disasm=nomatch"],
        refused: &["-disasm=(", "-disasm=[", "-disasm=a**"],
        heeds: Heeds::Few,
    },
    Command {
        name: "traces",
        forms: &["-traces"],
        refused: &[],
        heeds: Heeds::AllBut(&[
            LIMITS,
            SOURCE_PATHS,
            &[Kind::Order, Kind::Compact, Kind::Negative, Kind::CallTree],
        ]),
    },
    Command {
        name: "raw",
        forms: &["-raw"],
        refused: &[],
        heeds: Heeds::AllBut(OF_WHOLE_PROFILES),
    },
    Command {
        name: "tags",
        forms: &["-tags"],
        refused: &[],
        heeds: Heeds::AllBut(&[
            LIMITS,
            SOURCE_PATHS,
            &[
                Kind::Granularity,
                Kind::Columns,
                Kind::Order,
                Kind::Compact,
                Kind::Negative,
                Kind::CallTree,
                Kind::PruneFrom,
                Kind::TagRoot,
                Kind::TagLeaf,
                Kind::Comment,
                Kind::AllFrames,
                Kind::BuildId,
            ],
        ]),
    },
    Command {
        name: "dot",
        forms: &["-dot"],
        refused: &[],
        heeds: Heeds::AllBut(&[SOURCE_PATHS, &[Kind::Order, Kind::Compact]]),
    },
    Command {
        name: "callgrind",
        forms: &["-callgrind"],
        refused: &[],
        heeds: Heeds::AllBut(&[LIMITS, OF_THE_PROFILE, &[Kind::Compact]]),
    },
    Command { name: "comments", forms: &["-comments"], refused: &[], heeds: Heeds::Nothing },
    Command {
        name: "proto",
        forms: &["-proto"],
        refused: &[],
        heeds: Heeds::AllBut(OF_WHOLE_PROFILES),
    },
    Command {
        name: "topproto",
        forms: &["-topproto"],
        refused: &[],
        heeds: Heeds::AllBut(&[
            SOURCE_PATHS,
            OF_THE_PROFILE,
            &[Kind::EdgeFraction, Kind::Compact, Kind::CallTree],
        ]),
    },
];

/// What reports have no use for that print all that is in a profile.
const OF_WHOLE_PROFILES: &[&[Kind]] = &[
    LIMITS,
    SOURCE_PATHS,
    &[Kind::Order, Kind::Unit, Kind::Mean, Kind::Compact, Kind::Negative, Kind::CallTree],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_with_an_argument_are_tried_with_bad_ones_too() {
        for command in COMMANDS {
            let takes_one = command.forms[0].contains('=');
            assert_eq!(command.refused.len(), if takes_one { 3 } else { 0 }, "{}", command.name);
        }
    }
}
