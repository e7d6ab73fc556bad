//! Scripts for the shell, on standard input.

use crate::case::Case;
use crate::inputs::Input;

/// One session each.
const SCRIPTS: &[&[&str]] = &[
    &["top"],
    &["top", "unit=bytes", "top", "exit"],
    &["o", "help", "help top", "help unit", "help nothing", "top 3", "quit"],
    &["top5", "top 2 -cum", "top -cum main", "top -main", "text", "tree5"],
    &[
        "cum",
        "cum=true",
        "top",
        "flat=true",
        "top",
        "lines",
        "lines=true",
        "top 4",
        "functions=1",
        "top 4",
    ],
    &[
        "sample_index=0",
        "top",
        "sample_index=nothing",
        "sample_index=1",
        "top",
        "sample_index=",
        "top",
    ],
    &["focus=main", "top", "focus=", "hide=main", "top 5", ":", "top 5", "ignore=.", "top", ":"],
    &["list main", "list", "list nomatch", "list [", "peek main", "peek", "peek nomatch"],
    &["disasm main", "disasm", "disasm nomatch", "disasm ["],
    &["traces", "comments", "raw"],
    &[
        "nodecount=2",
        "top",
        "nodecount=-1",
        "top",
        "nodefraction=0.3",
        "tree",
        "trim=no",
        "top",
        "trim=maybe",
    ],
    &["unknown", "foo=3", "top9 8", "9", "top 99999999999", "hide main", "=", "= x", "focus"],
    &[
        "  top   3  ",
        "",
        "top\t2",
        "unit = kb //: a comment",
        "top 2",
        "compact_labels=false",
        "top 1",
    ],
    &[
        "divide_by=0",
        "top",
        "divide_by=2",
        "top",
        "mean",
        "top",
        "mean=false",
        "total_delay",
        "mean_delay",
        "top",
    ],
    &[
        "tagfocus=alice",
        "traces",
        "tagfocus=",
        "tagshow=user",
        "traces main",
        "tagroot=user",
        "top",
        "tagleaf=bytes",
        "top",
    ],
    &[
        "granularity=lines",
        "top",
        "granularity=bad",
        "granularity=filefunctions",
        "top",
        "sort=cum",
        "top",
        "sort=bad",
    ],
    &[
        "relative_percentages=1",
        "top 5 main",
        "drop_negative=t",
        "top 5",
        "noinlines=y",
        "top 5",
        "show=main",
        "top",
    ],
    &["tags", "tags alice -bob", "tags 1kb:", "tags user -", "dot 3", "dot main -cum"],
    &["q", "top"],
];

/// A script of options that the greeting already shows.
const GREETED: &[&str] = &[
    "-unit=bytes",
    "-focus=main",
    "-cum",
    "-nodecount=3",
    "-sample_index=0",
    "-compact_labels=false",
];

/// Every session on one input.
pub fn cases(input: &Input) -> Vec<Case> {
    let case = |lines: &[&str], more: Option<&str>| {
        let flags = input.flags.iter().map(String::as_str).chain(["-symbolize=none"]).chain(more);
        let mut case = Case::new(flags, &input.sources);
        case.script = Some(lines.join("\n") + "\n");
        case
    };
    let few = if input.heavy { 4 } else { SCRIPTS.len() };
    let mut cases: Vec<Case> = SCRIPTS[..few].iter().map(|lines| case(lines, None)).collect();
    if input.heavy {
        return cases;
    }
    cases.extend(GREETED.iter().map(|flag| case(&["top", "tree 5"], Some(flag))));
    let mut unfinished = case(&["top"], None);
    unfinished.script = Some("top 3".to_owned());
    let mut written = case(&["top 5 > report.txt", "tree >report.txt", "top >"], None);
    written.written = Some("report.txt");
    cases.extend([unfinished, written]);
    cases
}
