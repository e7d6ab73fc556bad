//! Flame graphs in one file: well-formed, harmless, bounded, and named as other outputs are.

mod support;

use support::{Row, Sandbox, heap};

/// Runs `-flamegraph=name` on `p.pb.gz` and returns the file.
fn file(sandbox: &Sandbox, name: &str, options: &[&str]) -> String {
    let flag = format!("-flamegraph={name}");
    let words: Vec<&str> =
        [&*flag].into_iter().chain(options.iter().copied()).chain(["p.pb.gz"]).collect();
    let ran = sandbox.run(&words);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.starts_with(&format!("Generating report in {name}\n")), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    String::from_utf8(sandbox.read(name)).expect("pages and pictures are UTF-8")
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let grow: &[&str] = &["grow a.rs:1", "work a.rs:2", "main a.rs:3"];
    let rest: &[&str] = &["other b.rs:1", "main a.rs:3"];
    let rows: [Row<'_>; 2] = [(grow, [4, 6 << 20, 3, 5 << 20]), (rest, [2, 2 << 20, 1, 1 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

/// What the page in a file has as data.
fn data(text: &str) -> &str {
    let (_, rest) = text.split_once("id=\"data\">").expect("data");
    rest.split_once("</script>").expect("an end").0
}

/// The picture as a reader of XML sees it.
fn parsed(svg: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(svg).expect("it is well-formed")
}

/// The names that are written into the boxes of a picture.
fn labels(svg: &str) -> Vec<String> {
    let document = parsed(svg);
    let texts = document.descendants().filter(|node| node.attribute("class") == Some("box-text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_picture_shows_boxes_without_scripts_and_carries_the_page() {
    let svg = file(&sandbox(), "out.svg", &[]);
    assert_eq!(labels(&svg), ["root", "main", "work", "grow", "other"]);
    let document = parsed(&svg);
    let tips: Vec<_> = document
        .descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "title")))
        .collect();
    let told = |part: &str| tips.iter().any(|tip| tip.text().unwrap_or_default().contains(part));
    assert!(told("grow\n5MB (83.33%), of it in the function itself 5MB (83.33%)\na.rs"));
    let html = "http://www.w3.org/1999/xhtml";
    let page = document.descendants().find(|node| node.has_tag_name((html, "html"))).unwrap();
    assert!(page.parent().unwrap().has_tag_name(("http://www.w3.org/2000/svg", "metadata")));
    let scripts: Vec<_> =
        page.descendants().filter(|node| node.has_tag_name((html, "script"))).collect();
    assert_eq!(scripts.len(), 2);
    assert!(scripts[1].text().unwrap().contains("class FlameViewer"), "one section of characters");
    assert!(!svg.contains("http-equiv"), "a picture has no policy of its own");
}

#[test]
fn a_page_needs_nothing_else_and_runs_nothing_else() {
    let html = file(&sandbox(), "out.html", &[]);
    assert!(html.starts_with("<!DOCTYPE html>\n<html "));
    assert!(
        html.contains("content=\"default-src &#39;none&#39;;")
            || html.contains("default-src &#x27;none&#x27;;")
    );
    assert_eq!(html.matches("sha256-").count(), 2);
    assert_eq!(html.matches("<script").count(), 2);
    for elsewhere in ["src=", "href=", "@import", "url(", "<link"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
    // The addresses that are left are names of languages.
    let addresses = html.matches("http").count();
    assert_eq!(
        addresses,
        html.matches("http://www.w3.org/").count() + html.matches("http-equiv").count()
    );
    // Nothing but the declaration keeps it from being XML.
    parsed(html.trim_start_matches("<!DOCTYPE html>\n"));
}

#[test]
fn both_directions_and_nothing_of_the_base_is_lost() {
    let sandbox = sandbox();
    let gone: &[&str] = &["gone a.rs:9", "main a.rs:3"];
    let rows: [Row<'_>; 1] = [(gone, [1, 1 << 20, 1, 1 << 20])];
    sandbox.profile("before.pb.gz", &heap(&rows));
    let svg = file(&sandbox, "out.svg", &["-diff_base=before.pb.gz"]);
    assert_eq!(
        labels(&svg),
        ["+5MB root", "+5MB main", "new work", "new grow", "new other", "gone gone"]
    );
    let data = data(&svg);
    assert!(data.contains("\"compare\":\"sides\""), "{data}");
    assert!(data.contains("\"callees\":{") && data.contains("\"callers\":{"), "{data}");
    let svg = file(&sandbox, "out.svg", &["-base=before.pb.gz"]);
    assert_eq!(labels(&svg)[2..], ["+5MB work", "+5MB grow", "+1MB other", "\u{2212}1MB gone"]);
}

#[test]
fn names_are_no_markup_in_either_kind() {
    let sandbox = Sandbox::new();
    let long = format!("{}!a.rs:1", "x".repeat(100_000)).replace('!', " ");
    let stacks: [&[&str]; 3] = [
        &["</script><script>alert(1)</script> a.rs:1", "]]></metadata></svg>&amp;<![CDATA[ a.rs:2"],
        &["\"'><img/src=x/onerror=alert(1)>\u{1}\u{fffe}\u{85} a.rs:1", &long],
        &["--><!--\u{202e}x a.rs:1", "</style></title></text>{{name}} a.rs:2"],
    ];
    let rows: Vec<Row<'_>> =
        stacks.iter().map(|stack| (*stack, [1, 1 << 20, 1, 1 << 20])).collect();
    sandbox.profile("p.pb.gz", &heap(&rows));
    for kind in ["svg", "html"] {
        let text = file(&sandbox, &format!("out.{kind}"), &[]);
        let document = parsed(text.trim_start_matches("<!DOCTYPE html>\n"));
        let count = |name: &str| {
            document.descendants().filter(|node| node.tag_name().name() == name).count()
        };
        assert_eq!((count("script"), count("img"), count("svg")), (2, 0, 1), "{kind}");
        assert!(!data(&text).contains(['<', '>', '&', '\u{1}', '\u{85}', '\u{fffe}']), "{kind}");
        // Once as data; nowhere else whole.
        assert_eq!(text.matches(&"x".repeat(100_000)).count(), 1, "{kind}");
    }
}

#[test]
fn a_file_is_as_large_as_what_can_be_seen() {
    let sandbox = Sandbox::new();
    // Each of 38 functions calls each of 38, and so on: 56,355 boxes from the root down.
    let names =
        ["a", "b", "c"].map(|layer| (0..38).map(|n| format!("{layer}{n} a.rs:1")).collect());
    let [a, b, c]: [Vec<String>; 3] = names;
    let stacks: Vec<[&str; 3]> =
        (0..38 * 38 * 38).map(|n| [&*c[n % 38], &b[n / 38 % 38], &a[n / 38 / 38]]).collect();
    let rows = stacks.iter().zip(1_i64..);
    let rows: Vec<Row<'_>> =
        rows.map(|(stack, n)| (&stack[..], [n, n << 10, n, n << 10])).collect();
    sandbox.profile("p.pb.gz", &heap(&rows));
    let svg = file(&sandbox, "out.svg", &[]);
    let boxes = labels(&svg).len();
    assert!(boxes < 3000, "{boxes} boxes drawn");
    assert!(svg.len() < 8 << 20, "{} bytes", svg.len());
    assert!(svg.contains("boxes were too narrow for this file"));
}

#[test]
fn stacks_without_end_are_cut_in_the_picture() {
    let sandbox = Sandbox::new();
    let names: Vec<String> = (0..2000).map(|n| format!("f{n} a.rs:1")).collect();
    let stack: Vec<&str> = names.iter().map(String::as_str).collect();
    sandbox.profile("p.pb.gz", &heap(&[(&stack, [1, 1 << 20, 1, 1 << 20])]));
    let svg = file(&sandbox, "out.svg", &[]);
    assert_eq!(labels(&svg).len(), 150);
    assert!(svg.contains("\u{2026} 1851 more rows"));
}

#[test]
fn an_empty_profile_is_said_to_be_empty() {
    let sandbox = Sandbox::new();
    let stack: &[&str] = &["main a.rs:3"];
    sandbox.profile("p.pb.gz", &heap(&[(stack, [1, 1 << 20, 0, 0])]));
    for kind in ["svg", "html"] {
        let text = file(&sandbox, &format!("out.{kind}"), &[]);
        assert!(text.contains("No stack counts anything here"), "{kind}");
    }
}

#[test]
fn the_ending_of_the_file_says_what_it_is() {
    let sandbox = sandbox();
    for (words, message) in [
        (&["-flamegraph=out.png"][..], "flamegraph writes .svg or .html, not out.png"),
        (
            &["-flamegraph", "out.svg", "-output=x"],
            "-flamegraph names the file to write: leave out -output",
        ),
        (&["-flamegraph=out.svg", "-top"], "must set at most one output format"),
    ] {
        let ran = sandbox.run(&[words, &["p.pb.gz"]].concat());
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert_eq!(sandbox.names(), ["p.pb.gz"]);
    let lines = "flamegraph\nflamegraph out.svg work\nflamegraph > b.html\noutput=c.svg\nflamegraph -work\nflamegraph x.pdf > y.gif\n";
    let ran = sandbox.run_with_input(&["p.pb.gz"], lines.as_bytes());
    for name in ["profile001.html", "out.svg", "b.html", "c.svg"] {
        assert!(ran.stderr.contains(&format!("Generating report in {name}\n")), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("flamegraph writes .svg or .html, not y.gif\n"), "{}", ran.stderr);
    let read = |name: &str| String::from_utf8(sandbox.read(name)).unwrap();
    assert_eq!(labels(&read("out.svg")), ["root", "main", "work", "grow"]);
    assert_eq!(labels(&read("c.svg")), ["root", "main", "other"]);
    assert!(read("profile001.html").starts_with("<!DOCTYPE html>"));
}
