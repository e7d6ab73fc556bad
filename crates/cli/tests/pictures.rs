//! Pictures: with Graphviz, without it, and in viewers.
#![cfg(unix)]

mod support;

use support::{Row, Run, Sandbox, heap};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let hostile: &[&str] = &["</text><script\"'& a.rs:1", "work a.rs:2", "main a.rs:3"];
    let rest: &[&str] = &["other b.rs:1", "main a.rs:3"];
    let rows: [Row<'_>; 2] =
        [(hostile, [4, 6 << 20, 3, 5 << 20]), (rest, [2, 2 << 20, 1, 1 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

#[test]
fn every_format_is_drawn_without_graphviz() {
    let sandbox = sandbox();
    for (format, start) in [
        ("svg", &b"<?xml"[..]),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF-"),
        ("ps", b"%!PS-Adobe"),
        ("gif", b"GIF89a"),
    ] {
        let flag = format!("-{format}");
        let ran = sandbox.run_alone(&[&flag, "-output", "picture", "p.pb.gz"]);
        assert_eq!((ran.code, &*ran.stderr), (Some(0), "Generating report in picture\n"));
        let picture = sandbox.read("picture");
        assert!(picture.starts_with(start) && picture.len() > 1000, "{format}");
    }
}

#[test]
fn svg_says_what_the_graph_says_and_runs_nothing_of_the_profile() {
    let ran = sandbox().run_alone(&["-svg", "p.pb.gz"]);
    assert_eq!(ran.code, Some(0));
    let svg = ran.stdout;
    for text in ["id=\"node1\"", "5MB (83.33%)", "main -&gt; other (1MB)", "Type: inuse_space"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(svg.contains("&lt;/text&gt;&lt;script&quot;&#39;&amp;"));
    assert_eq!(svg.matches("<script").count(), 1, "that which zooms");
}

#[test]
fn an_empty_profile_is_a_picture_of_its_legend() {
    let sandbox = Sandbox::new();
    sandbox.profile("p.pb.gz", &heap(&[]));
    let ran = sandbox.run_alone(&["-svg", "p.pb.gz"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("class=\"legend\""));
}

#[test]
fn graphviz_draws_where_it_is_installed() {
    let sandbox = sandbox();
    sandbox.program("dot", "echo \"<svg width=\\\"1pt\\\"><!-- $1 -->\"; /bin/cat; echo '</svg>'");
    let ran = sandbox.run_alone(&["-svg", "p.pb.gz"]);
    assert!(ran.stdout.starts_with("<svg width=\"100%\">"), "{}", ran.stdout);
    assert!(ran.stdout.contains("<!-- -Tsvg -->") && ran.stdout.contains("digraph \"walk\" {"));
}

#[test]
fn a_graphviz_that_fails_does_not_take_the_picture_along() {
    let sandbox = sandbox();
    sandbox.program("dot", "echo out of ink >&2; exit 3");
    let ran = sandbox.run_alone(&["-png", "p.pb.gz"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("PNG"));
    assert!(ran.stderr.contains("dot failed (out of ink)"), "{}", ran.stderr);
}

#[test]
fn a_viewer_gets_a_file_that_goes_with_it() {
    let sandbox = sandbox();
    sandbox.program("evince", "echo \"$1\" > seen; /bin/cat \"$1\" > copy");
    let ran = sandbox.run_alone(&["-evince", "p.pb.gz"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let seen = String::from_utf8(sandbox.read("seen")).unwrap();
    assert!(seen.trim_end().ends_with("/pprof001.pdf"), "{seen}");
    assert!(sandbox.read("copy").starts_with(b"%PDF-"));
    assert!(!sandbox.names().contains(&"pprof001.pdf".to_owned()));
}

#[test]
fn the_browser_is_the_users() {
    let sandbox = sandbox();
    sandbox.program("mine", "echo \"$@\" > seen");
    let mut command = sandbox.alone(&["-web", "p.pb.gz"]);
    let ran = Run::from(command.env("BROWSER", "mine --new").output().unwrap());
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let seen = String::from_utf8(sandbox.read("seen")).unwrap();
    assert!(seen.starts_with("--new ") && seen.trim_end().ends_with("pprof001.svg"), "{seen}");
}

#[test]
fn a_viewer_that_is_not_there_is_named_and_leaves_no_file() {
    let sandbox = sandbox();
    let ran = sandbox.run_alone(&["-evince", "p.pb.gz"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "exec: \"evince\": executable file not found in $PATH; with -output the report goes to a \
         file\n"
    );
    assert_eq!(sandbox.names(), ["p.pb.gz"]);
}
