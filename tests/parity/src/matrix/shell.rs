//! Scripts for the shell, on standard input.

use super::seed;
use crate::case::Case;
use crate::inputs::{Breadth, Input};
use crate::synthetic::Draw;

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
    &["top | head -2", "top|head", "dot | cat", "list main | wc", "tree 3 main | x -y"],
    &["dot 5", "dot -cum main", "granularity=files", "dot", "granularity=addresses", "dot 20"],
    &[
        "traces",
        "tagroot=user,request",
        "tagleaf=bytes",
        "traces",
        "tags",
        "dot 10",
        "top",
        "tagroot=",
        "tagleaf=",
        "traces main",
    ],
    &[
        "call_tree=1",
        "top",
        "tree",
        "trim=f",
        "raw",
        "call_tree=0",
        "showcolumns=yes",
        "lines=1",
        "top",
        "addresses=true",
        "tree",
        "files=true",
        "traces",
    ],
    &[
        "prune_from=main",
        "top",
        "prune_from=",
        "show_from=main",
        "tree",
        "show_from=",
        "show=.",
        "hide=main",
        "ignore=x",
        "o",
        ":",
        "o",
        "top",
    ],
    &[
        "raw main",
        "raw -main",
        "comments",
        "tags main",
        "taghide=.",
        "tags",
        "taghide=",
        "tagshow=b",
        "tags -x",
        "tagignore=1kb:",
        "tags",
    ],
    &[
        "unit=ms",
        "top 3",
        "unit=nonsense",
        "traces",
        "unit=auto",
        "tags",
        "normalize=1",
        "top",
        "edgefraction=0.5",
        "tree",
        "edgefraction=x",
        "intel_syntax=1",
        "source_path=/nowhere",
        "trim_path=/build",
        "list main",
        "top -cum -cum",
    ],
    &["q", "top"],
];

/// Sessions that write files, and the files.
const WRITTEN: &[(&[&str], &[&str])] = &[
    (&["top 5 > report.txt", "tree >report.txt", "top >"], &["report.txt"]),
    (&["dot > graph.dot", "dot 4 -cum >few.dot"], &["graph.dot", "few.dot"]),
    (
        &["callgrind", "callgrind main > named.out", "callgrind -main"],
        &["profile001.callgraph.out", "named.out", "profile002.callgraph.out"],
    ),
    (
        &["topproto 3", "granularity=lines", "topproto > lines.pb.gz", "proto main"],
        &["profile001.pb.gz", "lines.pb.gz", "profile002.pb.gz"],
    ),
    (
        &["tags > tags.txt", "traces main > traces.txt", "raw > raw.txt", "peek main > peek.txt"],
        &["tags.txt", "traces.txt", "raw.txt", "peek.txt"],
    ),
    (
        &["output=kept.txt", "top", "output=", "top 2", "top > missing/report.txt", "top 1"],
        &["kept.txt"],
    ),
];

/// How many sessions one of many inputs gets.
const DRAWN: usize = 3;

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
    let mut cases: Vec<Case> = scripts(input).into_iter().map(|lines| case(lines, None)).collect();
    if matches!(input.breadth, Breadth::Heavy | Breadth::Drawn) {
        return cases;
    }
    cases.extend(GREETED.iter().map(|flag| case(&["top", "tree 5"], Some(flag))));
    let mut unfinished = case(&["top"], None);
    unfinished.script = Some("top 3".to_owned());
    cases.push(unfinished);
    let written = |&(lines, written)| Case { written, ..case(lines, None) };
    cases.extend(WRITTEN.iter().map(written));
    cases
}

/// The sessions that write nothing: all, a few for a large input, and some for one of many.
fn scripts(input: &Input) -> Vec<&'static [&'static str]> {
    match input.breadth {
        Breadth::Thorough | Breadth::Usual => SCRIPTS.to_vec(),
        Breadth::Heavy => SCRIPTS[..4].to_vec(),
        Breadth::Drawn => {
            let mut draw = Draw(seed(&input.name));
            (0..DRAWN).map(|_| SCRIPTS[draw.below(SCRIPTS.len() as u64) as usize]).collect()
        }
    }
}
