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
    AllBut(&'static [Kind]),
    /// On those that every report depends on.
    Few,
    /// On none, or as another command does, whose other name it is.
    Nothing,
}

impl Command {
    /// Whether an option of this kind can change the report.
    pub fn heeds(&self, kind: Kind) -> bool {
        match self.heeds {
            Heeds::AllBut(kinds) => !NEVER.contains(&kind) && !kinds.contains(&kind),
            Heeds::Few | Heeds::Nothing => false,
        }
    }
}

/// What changes no report alone: the syntax of a disassembly, tools that are not asked, how long to fetch, and what percentages are of
/// while nothing is left out.
const NEVER: &[Kind] = &[Kind::Intel, Kind::Tools, Kind::Timeout, Kind::Relative];

/// Every report that prints text, and the encoded profiles.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "top",
        forms: &["-top"],
        refused: &[],
        heeds: Heeds::AllBut(&[Kind::CallTree, Kind::TrimPath, Kind::SourcePath]),
    },
    Command { name: "text", forms: &["-text"], refused: &[], heeds: Heeds::Nothing },
    Command {
        name: "tree",
        forms: &["-tree"],
        refused: &[],
        heeds: Heeds::AllBut(&[Kind::CallTree, Kind::TrimPath, Kind::SourcePath]),
    },
    Command {
        name: "peek",
        forms: &["-peek=[a-mA-M]", "-peek=.", "-peek=^main", "-peek=", "-peek=nomatch"],
        refused: &["-peek=(", "-peek=[", "-peek=a**"],
        heeds: Heeds::AllBut(&[
            Kind::NodeCount,
            Kind::NodeFraction,
            Kind::EdgeFraction,
            Kind::Trim,
            Kind::CallTree,
            Kind::TrimPath,
            Kind::SourcePath,
        ]),
    },
    Command {
        name: "list",
        forms: &["-list=[a-mA-M]", "-list=.", "-list=^main", "-list=", "-list=nomatch"],
        refused: &["-list=(", "-list=[", "-list=a**"],
        heeds: Heeds::AllBut(&[
            Kind::Order,
            Kind::NodeCount,
            Kind::NodeFraction,
            Kind::EdgeFraction,
            Kind::Trim,
            Kind::Compact,
            Kind::CallTree,
            Kind::TagShow,
            Kind::TagHide,
            Kind::Comment,
            Kind::BuildId,
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
            Kind::Order,
            Kind::NodeCount,
            Kind::NodeFraction,
            Kind::EdgeFraction,
            Kind::Trim,
            Kind::Compact,
            Kind::Negative,
            Kind::CallTree,
            Kind::TrimPath,
            Kind::SourcePath,
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
            Kind::Granularity,
            Kind::Columns,
            Kind::Order,
            Kind::NodeCount,
            Kind::NodeFraction,
            Kind::EdgeFraction,
            Kind::Trim,
            Kind::Compact,
            Kind::Negative,
            Kind::CallTree,
            Kind::PruneFrom,
            Kind::TagRoot,
            Kind::TagLeaf,
            Kind::Comment,
            Kind::AllFrames,
            Kind::BuildId,
            Kind::TrimPath,
            Kind::SourcePath,
        ]),
    },
    Command {
        name: "dot",
        forms: &["-dot"],
        refused: &[],
        heeds: Heeds::AllBut(&[Kind::Order, Kind::Compact, Kind::TrimPath, Kind::SourcePath]),
    },
    Command {
        name: "callgrind",
        forms: &["-callgrind"],
        refused: &[],
        heeds: Heeds::AllBut(&[
            Kind::NodeCount,
            Kind::NodeFraction,
            Kind::EdgeFraction,
            Kind::Trim,
            Kind::Compact,
            Kind::TagShow,
            Kind::TagHide,
            Kind::Comment,
            Kind::BuildId,
        ]),
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
            Kind::EdgeFraction,
            Kind::Compact,
            Kind::CallTree,
            Kind::TagShow,
            Kind::TagHide,
            Kind::Comment,
            Kind::BuildId,
            Kind::TrimPath,
            Kind::SourcePath,
        ]),
    },
];

/// What reports have no use for that print all that is in a profile.
const OF_WHOLE_PROFILES: &[Kind] = &[
    Kind::Order,
    Kind::NodeCount,
    Kind::NodeFraction,
    Kind::EdgeFraction,
    Kind::Trim,
    Kind::Unit,
    Kind::Mean,
    Kind::Compact,
    Kind::Negative,
    Kind::CallTree,
    Kind::TrimPath,
    Kind::SourcePath,
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
