use super::*;
use crate::command;
use crate::fake_host::FakeHost;
use crate::test_profile::{profile, stacks};

fn sample() -> Profile {
    profile(
        "nanoseconds",
        &[(&["leaf", "work", "main"], [5, 500]), (&["other", "main"], [2048, 100])],
    )
}

fn prepared(name: &str, options: &Options, host: &FakeHost) -> Result<Prepared, ReportError> {
    prepare(&sample(), &command::find(name).unwrap().needs, None, options, host)
}

#[test]
fn the_total_is_taken_before_the_filters_unless_it_is_relative() {
    let host = FakeHost::default();
    let focus = Options { focus: "leaf".to_owned(), ..Options::default() };
    let absolute = prepared("top", &focus, &host).unwrap();
    assert_eq!((absolute.total, stacks(&absolute.profile).len()), (600, 1));
    let relative = Options { relative_percentages: true, ..focus };
    assert_eq!(prepared("top", &relative, &host).unwrap().total, 500);
}

#[test]
fn what_a_command_needs_wins_over_the_options() {
    let options = Options {
        granularity: Some(heapwise_graph::Granularity::Files),
        node_count: 3,
        ..Options::default()
    };
    let trim = |name, options: &Options| trim(&command::find(name).unwrap().needs, options);
    assert_eq!(trim("raw", &options), Trim::default());
    assert_eq!(trim("tree", &options).node_count, 3);
    assert_eq!(trim("tree", &Options::default()).node_count, 80);
    assert_eq!(trim("top", &Options { node_count: -7, ..Options::default() }).node_count, 0);
    assert_eq!(trim("top", &Options { trim: false, ..options.clone() }), Trim::default());
    let list = aggregation(&command::find("list").unwrap().needs, &options);
    assert_eq!(list.granularity, heapwise_graph::Granularity::Lines);
}

#[test]
fn tags_become_frames_that_filters_see() {
    let host = FakeHost::default();
    let options = Options {
        tag_root: "thread,size".to_owned(),
        focus: "^2kB$".to_owned(),
        ..Options::default()
    };
    let prepared = prepared("top", &options, &host).unwrap();
    assert_eq!(stacks(&prepared.profile), ["other;main;2kB;other: 2048 100"]);
    assert_eq!(host.said(), Vec::<String>::new());
}

#[test]
fn filters_that_match_nothing_say_so_in_order() {
    let host = FakeHost::default();
    let none = || "zz".to_owned();
    let options = Options {
        focus: none(),
        ignore: none(),
        show_from: none(),
        tag_focus: none(),
        tag_hide: none(),
        tag_leaf: "yy".to_owned(),
        ..Options::default()
    };
    prepared("top", &options, &host).unwrap();
    let expected = ["TagLeaf", "Focus", "Ignore", "ShowFrom", "TagFocus", "TagHide"];
    assert_eq!(host.said(), expected.map(|name| format!("{name} expression matched no samples")));
}

#[test]
fn tag_filters_are_ranges_or_regular_expressions() {
    let shown = |tag_focus: &str| {
        let options = Options { tag_focus: tag_focus.to_owned(), ..Options::default() };
        prepared("top", &options, &FakeHost::default()).unwrap().profile.samples.len()
    };
    assert_eq!(shown("1kb:"), 1);
    assert_eq!(shown("size=:1kb"), 1);
    assert_eq!(shown("0b:1mb"), 2);
    assert_eq!(shown("5"), 0);
    assert_eq!(shown("thread:l,leaf$"), 1);
    assert_eq!(shown("thread=leaf,other"), 2);
    assert_eq!(shown("leaf,other"), 0);
    assert_eq!(shown("size=2048"), 0);
}

#[test]
fn the_first_thing_that_does_not_fit_is_the_error() {
    let error =
        |options: Options| prepared("top", &options, &FakeHost::default()).unwrap_err().to_string();
    let bad_focus = Options { focus: "(".to_owned(), ..Options::default() };
    let no_column = Options { sample_index: "zz".to_owned(), ..bad_focus.clone() };
    assert_eq!(error(no_column.clone()), "sample_index \"zz\" must be one of: [samples cpu]");
    let relative = Options { relative_percentages: true, ..no_column };
    let parsing = "parsing focus regexp: error parsing regexp: missing closing ): `(`";
    assert_eq!(error(relative), parsing);
    assert_eq!(error(Options { divide_by: 0.0, ..bad_focus }), "zero divisor specified");
}

#[test]
fn a_report_returns_what_its_reader_should_know() {
    let loaded = Loaded {
        profile: profile("nanoseconds", &[(&["main"], [5, 0])]),
        is_difference: false,
        symbols_wanted: false,
        without_symbols: Vec::new(),
        tools: String::new(),
    };
    let hints = |name| {
        let report = Report { command: command::find(name).unwrap(), argument: None };
        let mut out = Vec::new();
        render(&loaded, &report, &Options::default(), &FakeHost::default(), &mut out).unwrap()
    };
    let other = Hint::OtherColumn { shown: "cpu".to_owned(), instead: "samples".to_owned() };
    assert_eq!(hints("top"), [other]);
    assert_eq!(hints("raw"), []);
}

#[test]
fn a_profile_says_what_it_is_whatever_the_filters() {
    let options = Options { focus: "(".to_owned(), ..Options::default() };
    let (lines, total) = about(&sample(), &options, &FakeHost::default()).unwrap();
    assert_eq!((lines, total), (vec![b"Type: cpu".to_vec()], 600));
    let unfit = Options { divide_by: 0.0, ..options };
    assert!(about(&sample(), &unfit, &FakeHost::default()).is_none());
}
