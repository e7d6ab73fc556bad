use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::test_profile::{TestProfile, labels, stacks};
use crate::{LabelValue, Profile};

/// A predicate that holds for texts with one of `parts` in them.
fn has(parts: &[&'static str]) -> impl Fn(&[u8]) -> bool + use<> {
    let parts = parts.to_vec();
    move |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        parts.iter().any(|part| text.contains(part))
    }
}

/// A location of each kind; samples are told apart by their values.
fn profile() -> Profile {
    TestProfile::counting()
        .sample(&[], &[1])
        .sample(&["in@in.c+mid@mid.c+out@out.c in /bin/app", "main@main.c in /bin/app"], &[2])
        .sample(&["? in /lib/libc.so", "main@main.c in /bin/app"], &[4])
        .sample(&["libf@libf.c in /lib/libc.so", "main@main.c in /bin/app"], &[8])
        .sample(&["?"], &[16])
        .unused("unused@u.c in /bin/app")
        .build()
}

fn filtered(filters: &NameFilters<'_>) -> (Vec<String>, NameMatches) {
    let (profile, matches) = filter_names(&profile(), filters);
    (stacks(&profile), matches)
}

#[test]
fn focus_keeps_samples_by_function_file_and_mapping() {
    let focus = |part: &'static str| {
        let (stacks, matches) =
            filtered(&NameFilters { focus: Some(&has(&[part])), ..NameFilters::default() });
        (stacks, matches.focus)
    };
    assert_eq!(focus("mid.c"), (vec!["in+mid+out main: 2".into()], true));
    assert_eq!(focus("libc"), (vec!["? main: 4".into(), "libf main: 8".into()], true));
    assert_eq!(focus("unused"), (vec![], true), "a location without samples counts as matched");
    assert_eq!(focus("absent"), (vec![], false));
}

#[test]
fn ignore_wins_over_focus() {
    let filters = NameFilters {
        focus: Some(&has(&["main"])),
        ignore: Some(&has(&["libc"])),
        ..NameFilters::default()
    };
    let (stacks, matches) = filtered(&filters);
    assert_eq!(stacks, ["in+mid+out main: 2"]);
    assert_eq!(matches, NameMatches { focus: true, ignore: true, ..NameMatches::default() });
}

#[test]
fn hide_removes_lines_and_what_has_none_left() {
    let hide = |parts: &[&'static str]| {
        filtered(&NameFilters { hide: Some(&has(parts)), ..NameFilters::default() }).0
    };
    assert_eq!(hide(&["mid"]), ["in+out main: 2", "? main: 4", "libf main: 8", "?: 16"]);
    assert_eq!(hide(&["libc"]), ["in+mid+out main: 2", "main: 4", "main: 8", "?: 16"]);
    assert_eq!(hide(&["app"]), ["?: 4", "libf: 8", "?: 16"]);
}

#[test]
fn show_keeps_lines_and_drops_what_never_had_one() {
    let show = |part: &'static str| {
        let (stacks, matches) =
            filtered(&NameFilters { show: Some(&has(&[part])), ..NameFilters::default() });
        (stacks, matches.show)
    };
    assert_eq!(show("mid"), (vec!["mid: 2".into()], true));
    assert_eq!(show("libc"), (vec!["libf: 8".into()], true));
    assert_eq!(show("absent"), (vec![], false));
}

#[test]
fn show_does_not_match_by_a_mapping_without_lines() {
    let profile = TestProfile::counting().sample(&["? in /lib/libc.so"], &[1]).build();
    let libc = has(&["libc"]);
    let filters = NameFilters { show: Some(&libc), ..NameFilters::default() };
    assert!(!filter_names(&profile, &filters).1.show);
    let filters = NameFilters { hide: Some(&libc), ..NameFilters::default() };
    assert!(filter_names(&profile, &filters).1.hide);
}

#[test]
fn show_sees_what_hide_left_and_focus_what_was_there() {
    let mid = has(&["mid"]);
    let filters = NameFilters {
        focus: Some(&mid),
        hide: Some(&mid),
        show: Some(&has(&["out", "mid"])),
        ..NameFilters::default()
    };
    assert_eq!(filtered(&filters).0, ["out: 2"]);
    let hidden = NameFilters { hide: Some(&mid), show: Some(&mid), ..NameFilters::default() };
    assert_eq!(filtered(&hidden).0, Vec::<String>::new());
    assert!(!filtered(&hidden).1.show);
}

#[test]
fn an_empty_stack_stays_only_while_no_filter_is_given() {
    assert_eq!(filtered(&NameFilters::default()).0.len(), 5);
    let nothing = has(&["absent"]);
    for filters in [
        NameFilters { ignore: Some(&nothing), ..NameFilters::default() },
        NameFilters { hide: Some(&nothing), ..NameFilters::default() },
    ] {
        assert_eq!(filtered(&filters).0.len(), 4);
    }
}

#[test]
fn filters_share_the_tables_that_they_do_not_change() {
    let before = profile();
    let focus = has(&["main"]);
    let (after, _) =
        filter_names(&before, &NameFilters { focus: Some(&focus), ..NameFilters::default() });
    assert!(Arc::ptr_eq(&before.locations, &after.locations));
    assert!(Arc::ptr_eq(&before.strings, &after.strings));
    assert!(Arc::ptr_eq(&before.locations, &show_from(&before, &has(&["main"])).0.locations));
}

#[test]
fn show_from_starts_at_the_outermost_match() {
    let from = |part: &'static str| {
        let (profile, matched) = show_from(&profile(), &has(&[part]));
        (stacks(&profile), matched)
    };
    assert_eq!(from("mid"), (vec!["in+mid: 2".into()], true));
    assert_eq!(from("libc"), (vec!["?: 4".into(), "libf: 8".into()], true));
    assert_eq!(from("unused"), (vec![], true));
    assert_eq!(from("absent"), (vec![], false));
    let recursive = TestProfile::counting().sample(&["a", "b", "a", "b", "main"], &[1]).build();
    assert_eq!(stacks(&show_from(&recursive, &has(&["a"])).0), ["a b a b main: 1"]);
    assert_eq!(stacks(&show_from(&recursive, &has(&["b"])).0), ["a b a b: 1"]);
}

#[test]
fn a_mapping_that_matches_keeps_all_its_lines_in_show_from() {
    let (shown, _) = show_from(&profile(), &has(&["app", "mid"]));
    assert_eq!(stacks(&shown), ["in+mid+out main: 2", "? main: 4", "libf main: 8"]);
}

#[test]
fn prune_from_cuts_below_the_innermost_match() {
    let from = |part: &'static str| stacks(&prune_from(&profile(), &has(&[part])));
    assert_eq!(from("mid"), [": 1", "mid+out main: 2", "? main: 4", "libf main: 8", "?: 16"]);
    assert_eq!(from("main"), [": 1", "main: 2", "main: 4", "main: 8", "?: 16"]);
    assert_eq!(from("libc"), stacks(&profile()), "mappings do not count");
    assert_eq!(from(".c"), stacks(&profile()), "files do not count");
    let recursive = TestProfile::counting().sample(&["b", "a", "b", "a"], &[1]).build();
    assert_eq!(stacks(&prune_from(&recursive, &has(&["a"]))), ["a b a: 1"]);
}

#[test]
fn prune_from_sees_names_without_arguments() {
    let profile = TestProfile::counting().sample(&["leaf", "f(int)", ""], &[1]).build();
    assert_eq!(stacks(&prune_from(&profile, &has(&["int"]))), ["leaf f(int) : 1"]);
    assert_eq!(stacks(&prune_from(&profile, &|name| name == b"f")), ["f(int) : 1"]);
    assert_eq!(stacks(&prune_from(&profile, &|name| name.is_empty())), ["leaf f(int) : 1"]);
}

fn labelled() -> Profile {
    TestProfile::counting()
        .sample(&["main"], &[1])
        .text("user", "bob")
        .text("user", "alice")
        .text("zone", "eu")
        .number("user", 5, "")
        .number("size", 7, "kb")
        .sample(&["main"], &[2])
        .text("area", "x")
        .sample(&["main"], &[4])
        .build()
}

#[test]
fn samples_are_kept_by_their_labels() {
    let profile = labelled();
    let number = |label: &crate::Label| matches!(label.value, LabelValue::Number { .. });
    let kept = filter_samples(&profile, |labels| labels.iter().any(number));
    assert_eq!(stacks(&kept), ["main: 1"]);
    assert_eq!(stacks(&filter_samples(&profile, <[_]>::is_empty)), ["main: 4"]);
}

#[test]
fn labels_are_kept_by_their_keys() {
    let kept = filter_label_keys(&labelled(), &|key| key == b"user");
    assert_eq!(labels(&kept), ["user=bob user=alice user=5", "", ""]);
    let removed = remove_label(&labelled(), b"user");
    assert_eq!(labels(&removed), ["zone=eu size=7kb", "area=x", ""]);
    assert_eq!(labels(&remove_label(&labelled(), b"absent")), labels(&labelled()));
}

#[test]
fn a_text_label_is_set_in_its_place() {
    let set = set_text_label(&labelled(), b"pprof::base", b"true");
    let expected = [
        "pprof::base=true user=bob user=alice zone=eu size=7kb user=5",
        "area=x pprof::base=true",
        "pprof::base=true",
    ];
    assert_eq!(labels(&set), expected);
    let replaced = set_text_label(&labelled(), b"user", b"all");
    assert_eq!(labels(&replaced)[0], "user=all zone=eu size=7kb user=5");
}

/// Profiles over a small alphabet of frames, so that predicates often match.
fn profiles() -> impl Strategy<Value = Profile> {
    const FRAMES: [&str; 7] =
        ["a", "b@x.c", "c+a", "b+c in /lib/x", "? in /lib/x", "?", "a+b+c in /bin/y"];
    let stack = prop::collection::vec(prop::sample::select(&FRAMES[..]), 0..6);
    prop::collection::vec((stack, -9..9_i64), 0..12).prop_map(|rows| {
        let add = |profile: TestProfile, (stack, value): &(Vec<&str>, i64)| {
            profile.sample(stack, &[*value])
        };
        rows.iter().fold(TestProfile::counting(), add).build()
    })
}

fn total(profile: &Profile) -> i64 {
    profile.samples.all_values().iter().sum()
}

proptest! {
    #[test]
    fn focus_and_ignore_part_the_samples_with_a_stack(
        profile in profiles(),
        part in prop::sample::select(vec!["a", "b", "x", "y"]),
    ) {
        let by = has(&[part]);
        let focus = NameFilters { focus: Some(&by), ..NameFilters::default() };
        let ignore = NameFilters { ignore: Some(&by), ..NameFilters::default() };
        let (focused, ignored) = (filter_names(&profile, &focus).0, filter_names(&profile, &ignore).0);
        let mut parts = [stacks(&focused), stacks(&ignored)].concat();
        let everything = NameFilters { ignore: Some(&|_| false), ..NameFilters::default() };
        let (all, _) = filter_names(&profile, &everything);
        let mut expected = stacks(&all);
        parts.sort();
        expected.sort();
        prop_assert_eq!(parts, expected);
        prop_assert_eq!(total(&focused) + total(&ignored), total(&all));
    }

    #[test]
    fn filters_change_nothing_the_second_time(
        profile in profiles(),
        part in prop::sample::select(vec!["a", "b", "x", "y"]),
    ) {
        let by = has(&[part]);
        let filters = [
            NameFilters { focus: Some(&by), ..NameFilters::default() },
            NameFilters { ignore: Some(&by), ..NameFilters::default() },
            NameFilters { hide: Some(&by), ..NameFilters::default() },
            NameFilters { show: Some(&by), ..NameFilters::default() },
        ];
        for filter in filters {
            let once = filter_names(&profile, &filter).0;
            prop_assert_eq!(stacks(&once), stacks(&filter_names(&once, &filter).0));
        }
        let shown = show_from(&profile, &by).0;
        prop_assert_eq!(stacks(&shown), stacks(&show_from(&shown, &by).0));
        let pruned = prune_from(&profile, &by);
        prop_assert_eq!(stacks(&pruned), stacks(&prune_from(&pruned, &by)));
    }

    #[test]
    fn cutting_stacks_keeps_the_total(profile in profiles()) {
        let by = has(&["a", "c"]);
        prop_assert_eq!(total(&prune_from(&profile, &by)), total(&profile));
        prop_assert_eq!(total(&crate::prune(&profile, &by, None)), total(&profile));
    }
}

#[test]
fn a_number_0_without_a_unit_is_lost_in_writing() {
    let profile = TestProfile::counting()
        .sample(&["f"], &[1])
        .text("k", "v")
        .number("bytes", 0, "")
        .number("lat", 0, "ms")
        .number("size", 7, "")
        .build();
    let left = without_lost_labels(&profile);
    assert_eq!(labels(&left), ["k=v lat=0ms size=7"]);
    let written = crate::decode(&crate::encode(&profile)).unwrap();
    assert_eq!(labels(&left), labels(&written));
    assert!(Arc::ptr_eq(&without_lost_labels(&left).samples, &left.samples));
}
