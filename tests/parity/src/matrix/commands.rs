//! The commands under comparison.

/// A report and the ways to ask for it.
#[derive(Debug)]
pub struct Command {
    /// Part of the name of a test.
    pub name: &'static str,
    /// Format flags; the first one meets every option.
    pub forms: &'static [&'static str],
    /// Whether options hardly touch it.
    pub few_options: bool,
}

/// Every report that prints text, and the encoded profiles.
pub const COMMANDS: &[Command] = &[
    Command { name: "top", forms: &["-top"], few_options: false },
    Command { name: "text", forms: &["-text"], few_options: true },
    Command { name: "tree", forms: &["-tree"], few_options: false },
    Command {
        name: "peek",
        forms: &[
            "-peek=[a-mA-M]",
            "-peek=.",
            "-peek=^main",
            "-peek=",
            "-peek=nomatch",
            "-peek=(",
            "-peek=[",
            "-peek=a**",
        ],
        few_options: false,
    },
    Command {
        name: "list",
        forms: &[
            "-list=[a-mA-M]",
            "-list=.",
            "-list=^main",
            "-list=",
            "-list=nomatch",
            "-list=(",
            "-list=[",
            "-list=a**",
        ],
        few_options: false,
    },
    Command {
        name: "disasm",
        forms: &[
            "-disasm=^main",
            "-disasm=.",
            "-disasm=",
            "-disasm=nomatch",
            "-disasm=(",
            "-disasm=[",
            "-disasm=a**",
        ],
        few_options: true,
    },
    Command { name: "traces", forms: &["-traces"], few_options: false },
    Command { name: "raw", forms: &["-raw"], few_options: false },
    Command { name: "tags", forms: &["-tags"], few_options: false },
    Command { name: "dot", forms: &["-dot"], few_options: false },
    Command { name: "callgrind", forms: &["-callgrind"], few_options: false },
    Command { name: "comments", forms: &["-comments"], few_options: true },
    Command { name: "proto", forms: &["-proto"], few_options: false },
    Command { name: "topproto", forms: &["-topproto"], few_options: false },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_with_an_argument_are_tried_with_bad_ones_too() {
        for command in COMMANDS.iter().filter(|command| command.forms[0].contains('=')) {
            let bad = command.forms.iter().filter(|form| form.ends_with(['(', '[', '*']));
            assert_eq!(bad.count(), 3, "{}", command.name);
        }
    }
}
