//! The web pages, over HTTP.

mod support;

use std::process::Command;

use support::pages::{Pages, unescaped};
use support::{Row, Sandbox, heap};

const STYLES: [&str; 6] = ["flamegraph", "graph", "top", "peek", "source", "disasm"];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let work: &[&str] = &["alloc a.rs:1", "work a.rs:2", "main a.rs:3"];
    let rest: &[&str] = &["other b.rs:1", "main a.rs:3"];
    let rows: [Row<'_>; 2] = [(work, [4, 6 << 20, 3, 5 << 20]), (rest, [2, 2 << 20, 1, 1 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

#[test]
fn old_addresses_lead_to_pages() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    for (path, status, location) in [
        ("/", 307, "/ui"),
        ("/?f=a%2Bb", 307, "/ui?f=a%2Bb"),
        ("/nowhere?si=1", 307, "/ui?si=1"),
        ("/top?f=x", 307, "/ui/top?f=x"),
        ("/ui", 307, "/ui/"),
        ("/ui/", 301, "flamegraph"),
        ("/ui/flamegraph2?f=x", 301, "flamegraph?f=x"),
        ("/ui/flamegraphold", 301, "flamegraph"),
    ] {
        let answer = pages.get(path);
        assert_eq!((answer.status, answer.header("location")), (status, Some(location)), "{path}");
    }
    assert_eq!(pages.get("/ui/nothing").status, 404);
    assert_eq!(pages.get("/ui/static/../Cargo.toml").status, 404);
}

#[test]
fn top_has_the_numbers_of_the_command() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let page = pages.page("/ui/top?si=alloc_space").text();
    let rows = page.split("<tr data-name=").skip(1).map(|row| {
        let cells = row.split("<td").skip(1).map(|cell| {
            let text = &cell[cell.find('>').unwrap() + 1..];
            text[..text.find('<').unwrap()].trim().to_owned()
        });
        cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let run = sandbox.run(&["-top", "-alloc_space", "p.pb.gz"]);
    let lines = run.stdout.lines().skip_while(|line| !line.contains("flat%")).skip(1);
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(rows.collect::<Vec<_>>(), lines.collect::<Vec<_>>());
    assert!(page.contains("<title>walk alloc_space</title>"), "{page}");
    assert!(page.contains("<p>Showing nodes accounting for 8MB, 100% of 8MB total</p>"));
}

#[test]
fn peek_is_the_command_with_its_argument_as_focus() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let text = pages.page("/ui/peek?f=work").preformatted();
    let run = sandbox.run(&["-peek=work", "-lines", "-focus=work", "p.pb.gz"]);
    assert_eq!(text, run.stdout);
}

#[test]
fn a_picture_has_the_boxes_of_the_graph() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let page = pages.page("/ui/graph?i=other").text();
    assert!(page.contains("<svg") && page.contains("5MB (83.33%)"), "{page}");
    assert!(page.contains(r#"["alloc","main","work"]"#), "{page}");
    assert!(!page.contains("git.io"), "the legend is elsewhere: {page}");
}

#[test]
fn a_flame_graph_is_sent_in_parts() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let whole = pages.page("/ui/data/flamegraph").text();
    assert!(whole.contains(r#""plus":[6291456,6291456,5242880,5242880,1048576]"#), "{whole}");
    let zoomed = pages.page("/ui/data/flamegraph?z=2.1&si=alloc_space").text();
    assert!(zoomed.contains(r#""plus":[8388608,8388608,6291456,6291456]"#), "{zoomed}");
    let middle = pages.page("/ui/data/flamegraph?p=%5Ework%24").text();
    assert!(middle.contains("\"callers\"") && middle.contains("\"callees\""), "{middle}");
    let found = pages.page("/ui/data/search?q=alloc%7Cwork").text();
    assert!(found.contains(r#""text":"5MB""#) && found.contains("83.33%"), "{found}");
    let refused = pages.get("/ui/data/search?q=(");
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("missing closing )"), "{}", refused.text());
}

#[test]
fn what_cannot_be_shown_is_told_on_the_page() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    for (path, message) in [
        (
            "top?g=bad",
            "error setting config field granularity: invalid \"granularity\" value \"bad\"",
        ),
        ("peek?f=zzz", "no matches found for regexp: zzz"),
        (
            "top?si=nothing",
            "sample_index \"nothing\" must be one of: [alloc_objects alloc_space inuse_objects inuse_space]",
        ),
        ("top?f=(", "parsing focus regexp: error parsing regexp: missing closing ): `(`"),
    ] {
        let answer = pages.get(&format!("/ui/{path}"));
        assert_eq!(answer.status, 400, "{path}");
        let text = unescaped(&answer.text());
        assert!(text.contains(&format!("<p>{message}</p>")), "{path}: {text}");
    }
    let quiet = pages.page("/ui/top?f=zzz").text();
    assert!(quiet.contains("<p>Focus expression matched no samples</p>"), "{quiet}");
}

#[test]
fn an_empty_profile_says_why_and_what_to_choose() {
    let sandbox = Sandbox::new();
    let gone: Row<'_> = (&["alloc a.rs:1", "main a.rs:3"], [4, 6 << 20, 0, 0]);
    sandbox.profile("p.pb.gz", &heap(&[gone]));
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    for style in ["flamegraph", "graph", "top"] {
        let page = pages.page(&format!("/ui/{style}?n=9")).text();
        assert!(page.contains("inuse_space is empty: all of the 6MB allocated"), "{page}");
        assert!(page.contains(&format!("href=\"{style}?n=9&#38;si=alloc_space\"")), "{page}");
    }
}

#[test]
fn names_in_a_profile_cannot_become_markup_or_script() {
    let sandbox = Sandbox::new();
    let long = format!("{} a.rs:1", "x".repeat(100_000));
    let stack =
        ["<script>alert(1)</script> a.rs:1", "\"'><img/src=x> b.rs:2", "</script> c.rs:3", &long];
    sandbox.profile("p.pb.gz", &heap(&[(&stack, [1, 1 << 20, 1, 1 << 20])]));
    let pages =
        Pages::start(&sandbox, &["-symbolize=none", "-add_comment=<b>comment</b>", "p.pb.gz"]);
    for style in STYLES {
        let answer = pages.get(&format!("/ui/{style}?f=script|%3Cb%3E"));
        let page = answer.text();
        for tag in ["<script>", "<img", "<b>comment", "onclick", "onClick"] {
            assert!(!page.contains(tag), "{style}: {tag}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let top = pages.page("/ui/top").text();
    assert!(top.contains("title=\"&#34;&#39;&#62;&#60;img/src=x&#62;\""), "{top}");
    let data = pages.page("/ui/data/flamegraph").text();
    assert!(!data.contains(['<', '>', '&']) && data.contains("u003cscript\\u003e"));
}

#[test]
fn only_names_of_this_machine_are_answered() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let with_host = |host: &str| pages.ask("GET", "/ui/top", &[("host", host)]).status;
    assert_eq!(with_host("localhost:1"), 200);
    assert_eq!(with_host("127.0.0.1"), 200);
    assert_eq!(with_host("rebound.example"), 403);
    assert_eq!(with_host("rebound.example:80"), 403);
    assert_eq!(pages.ask("POST", "/ui/top", &[]).status, 405);
    assert!(pages.address.starts_with("localhost:"), "{}", pages.address);
}

#[test]
fn configurations_are_kept_where_the_reference_keeps_them() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let save = "/ui/saveconfig?config=few+%26+cum&n=2&sort=cum&si=alloc_space";
    assert_eq!(pages.get(save).status, 405);
    let foreign = [("origin", "http://evil.example")];
    assert_eq!(pages.ask("POST", save, &foreign).status, 403);
    let origin = format!("http://{}", pages.address);
    assert_eq!(pages.ask("POST", save, &[("origin", &origin)]).status, 200);
    let file = String::from_utf8(sandbox.read(".config/pprof/settings.json")).unwrap();
    assert!(file.contains("\"name\": \"few \\u0026 cum\""), "{file}");
    assert!(file.contains("\"nodecount\": 2,") && !file.contains("alloc_space"), "{file}");
    let page = pages.page("/ui/top?si=alloc_space").text();
    assert!(page.contains("href=\"top?n=2&#38;si=alloc_space&#38;sort=cum\""), "{page}");
    let page = pages.page("/ui/top?n=2&sort=cum").text();
    let current = "data-config=\"few &#38; cum\" aria-current=\"true\"";
    assert!(page.contains(current), "{page}");
    assert_eq!(pages.ask("POST", "/ui/saveconfig?config=x&g=bad", &[]).status, 400);
    assert_eq!(pages.ask("POST", "/ui/saveconfig?n=1", &[]).text(), "invalid config name\n");
    let delete = |name: &str| pages.ask("POST", &format!("/ui/deleteconfig?config={name}"), &[]);
    assert_eq!(delete("nope").text(), "config nope not found\n");
    assert_eq!(delete("few+%26+cum").status, 200);
    assert!(!pages.page("/ui/top").text().contains("few &#38; cum"));
}

#[test]
fn the_whole_profile_can_be_downloaded() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["-focus=other", "p.pb.gz"]);
    let answer = pages.page("/ui/download");
    assert_eq!(answer.header("content-disposition"), Some("attachment;filename=profile.pb.gz"));
    assert_eq!(answer.header("content-type"), Some("application/vnd.google.protobuf+gzip"));
    assert!(answer.body.starts_with(&[0x1f, 0x8b]), "compressed");
    sandbox.write("again.pb.gz", &answer.body);
    let again = sandbox.run(&["-traces", "again.pb.gz"]);
    assert_eq!(again.stdout, sandbox.run(&["-traces", "p.pb.gz"]).stdout);
}

#[test]
fn options_of_the_command_line_hold_until_a_parameter_says_otherwise() {
    let sandbox = sandbox();
    let pages = Pages::start(&sandbox, &["-alloc_space", "-focus=other", "p.pb.gz"]);
    let page = pages.page("/ui/top").text();
    assert!(page.contains("walk alloc_space") && page.contains("25.00%"), "{page}");
    assert!(pages.page("/ui/top?si=inuse_space").text().contains("walk inuse_space"));
}

#[test]
fn addresses_that_make_no_sense_or_are_taken_are_told() {
    let sandbox = sandbox();
    let run = sandbox.run(&["-http=nonsense", "p.pb.gz"]);
    let why = "could not split http address: address nonsense: missing port in address\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), why));
    let pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let run = sandbox.run(&[&format!("-http={}", pages.address), "-no_browser", "p.pb.gz"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("another program listens there"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn control_c_ends_it() {
    let sandbox = sandbox();
    let mut pages = Pages::start(&sandbox, &["p.pb.gz"]);
    let pid = pages.process.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let status = pages.process.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
}

#[cfg(unix)]
#[test]
fn a_browser_is_opened_with_the_options_of_the_command_line() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let sandbox = sandbox();
    sandbox.program("browse", "echo browsing $1 >&2");
    let mut command = sandbox.alone(&["-http=:", "-alloc_space", "-trim=false", "p.pb.gz"]);
    command.env("BROWSER", "browse").stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
    let opened = lines.take(2).find(|line| line.starts_with("browsing")).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(opened.starts_with("browsing http://localhost:"), "{opened}");
    assert!(opened.ends_with("/ui/?si=alloc_space&trim=f"), "{opened}");
}
