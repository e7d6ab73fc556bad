//! The manual page `heapwise(1)`, as roff.

use std::fmt::Write as _;

use super::subcommand::{self, Subcommand};
use super::text::{
    ENVIRONMENT, SAMPLE_TYPES, SAMPLE_TYPES_END, SAMPLE_TYPES_INTRODUCTION, SOURCES,
};
use super::{Row, builtin_rows, flag_sections};
use crate::flag;

/// What comes first: words are not divided, as names could not be told from parts of them.
const SYNOPSIS: &str = "\
.nh
.ad l
.SH NAME
heapwise \\- see where the memory, or the time, of a program goes
.SH SYNOPSIS
.B heapwise
.I \\-format
.RI [ options ]
.RI [ binary ]
.IR source \\ ...
.br
.B heapwise
.RI [ options ]
.RI [ binary ]
.IR source \\ ...
.br
.B heapwise help
.RI [ topic ]
.br
.B heapwise run
.RI [ options ]
.B \\-\\-
.I program
.RI [ argument\\ ... ]
.br
.B heapwise recover
.I file
.RB [ \\-o
.IR profile ]
.SH DESCRIPTION
The first form writes one report, the second starts a shell on the profile.
";

/// What comes last.
const END: &str = "\
.SH EXIT STATUS
0 if all went well, 2 if not. That of
.B heapwise run
is the program's, 128 and the number of the signal if one ended it; 127 if there is no such program,
126 if it is none that can be run.
";

/// The page.
pub fn page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH HEAPWISE 1 \"\" \"heapwise {version}\"\n{SYNOPSIS}");
    paragraph(&mut page, SOURCES.lines());
    for section in flag_sections() {
        heading(&mut page, &section.title);
        section.rows.iter().for_each(|row| entry(&mut page, &flag_name(row), &told(row)));
    }
    heading(&mut page, "Shell");
    paragraph(&mut page, ["A line is NAME=VALUE for an option, a format, or one of these:"]);
    builtin_rows().iter().for_each(|row| entry(&mut page, &bold(row.name), &told(row)));
    subcommand::ALL.iter().for_each(|subcommand| section(&mut page, subcommand));
    sample_types(&mut page);
    heading(&mut page, "Environment");
    for (name, lines) in ENVIRONMENT {
        entry(&mut page, &bold(name), &lines.join("\n"));
    }
    page.push_str(END);
    page
}

fn section(page: &mut String, subcommand: &Subcommand) {
    heading(page, &format!("heapwise {}", subcommand.name));
    paragraph(page, subcommand.about.iter().copied());
    for option in subcommand.options {
        entry(page, &bold(&option.form()), &option.help.join("\n"));
    }
}

fn sample_types(page: &mut String) {
    heading(page, "Sample types of a heap profile");
    paragraph(page, [SAMPLE_TYPES_INTRODUCTION]);
    for kind in SAMPLE_TYPES {
        let when = kind.when.join("\n");
        let text = format!("{}\nIt counts {}.\n{when}", kind.question, kind.counts);
        entry(page, &bold(kind.name), &text);
    }
    page.push_str(".PP\n");
    paragraph(page, SAMPLE_TYPES_END.iter().copied());
}

/// `-name`, or `-name=value` in print.
fn flag_name(row: &Row) -> String {
    let name = bold(&format!("-{}", row.name));
    match row.argument {
        "" if flag::takes_value(row.name) => format!("{name}=\\fIvalue\\fR"),
        "" => name,
        argument => format!("{name}=\\fI{argument}\\fR"),
    }
}

fn told(row: &Row) -> String {
    let stop = if row.more.is_empty() { "" } else { "." };
    format!("{}{stop}\n{}", row.help, row.more)
}

fn heading(page: &mut String, title: &str) {
    let _ = writeln!(page, ".SH {}", escaped(&title.to_uppercase()));
}

/// A name, as roff, and the text that hangs from it.
fn entry(page: &mut String, name: &str, text: &str) {
    let _ = writeln!(page, ".TP\n{name}");
    paragraph(page, text.lines());
}

fn paragraph<'a>(page: &mut String, lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        let _ = writeln!(page, "{}", escaped(line));
    }
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Text as roff prints it unchanged: a dot or a quote at the start of a line is no request.
fn escaped(text: &str) -> String {
    let mut escaped = String::from(if text.starts_with('.') { "\\&" } else { "" });
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::tests::flag_names;

    #[test]
    fn every_name_has_an_entry() {
        let page = page();
        for name in flag_names() {
            assert!(page.contains(&format!("\n.TP\n\\fB\\-{name}\\fR")), "{name}");
        }
        assert!(page.contains("\\fB\\-list\\fR=\\fIregexp\\fR\n"));
        assert!(page.contains("\\fB\\-focus\\fR=\\fIvalue\\fR\n"));
    }

    #[test]
    fn text_is_never_a_request() {
        assert_eq!(escaped(".TH a-b \\ '"), "\\&.TH a\\-b \\e \\(aq");
        assert_eq!(escaped("'so"), "\\(aqso");
        for line in page().lines().filter(|line| line.starts_with(['.', '\''])) {
            let request = line.split(' ').next();
            let known =
                [".TH", ".SH", ".TP", ".PP", ".B", ".I", ".RI", ".IR", ".RB", ".br", ".nh", ".ad"];
            assert!(request.is_some_and(|request| known.contains(&request)), "{line}");
        }
    }
}
