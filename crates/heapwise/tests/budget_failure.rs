//! What a test says whose budget was exceeded, and the profile that it leaves.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::fs;
use std::hint::black_box;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use heapwise::budget::Budget;
use heapwise::heap::Count;
use heapwise_profile::{Label, Profile};
use regex::Regex;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

#[inline(never)]
fn parse(text: &str) -> Vec<Box<str>> {
    let mut words = Vec::with_capacity(4);
    for word in text.split(' ') {
        words.push(own(word));
    }
    words
}

#[inline(never)]
fn own(word: &str) -> Box<str> {
    Box::from(black_box(word))
}

fn failure<T>(budget: Budget, work: impl FnOnce() -> T) -> String {
    keep_quiet();
    let failed = panic::catch_unwind(AssertUnwindSafe(|| drop(budget.check(work))));
    *failed.unwrap_err().downcast::<String>().unwrap()
}

/// Has panics of budgets print nothing, and allocate nothing for it.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.payload_as_str().is_some_and(|text| text.starts_with("over budget")) {
                usual(info);
            }
        }));
    });
}

/// Without what depends on the machine and the compiler: folders, and functions of the standard
/// library.
fn settled(text: &str) -> String {
    let folders = Regex::new(r"/\S*/(budgets/|crates/)").unwrap();
    let library = Regex::new(r"(?m)^ {8}<?(alloc|core|std)::.*\n").unwrap();
    let lines = Regex::new(r"budget_failure\.rs:\d+").unwrap();
    let text = library.replace_all(text, "");
    let text = lines.replace_all(&text, "budget_failure.rs:LINE");
    let text = folders.replace_all(&text, "../$1");
    Regex::new(r"-line\d+\.").unwrap().replace_all(&text, "-lineN.").into_owned()
}

fn profile(text: &str) -> Profile {
    let path = Regex::new(r"heapwise -traces (.*)").unwrap();
    let path = &path.captures(text).unwrap()[1];
    common::profile(&fs::read(path).unwrap())
}

/// The names in the stacks of a profile, of this test's own functions.
fn own_functions(profile: &Profile) -> Vec<Vec<String>> {
    let name = |id| {
        let function = profile.functions.get(id).unwrap();
        String::from_utf8(profile.text(function.name).to_vec()).unwrap()
    };
    let samples = profile.samples.iter();
    let names = samples.map(|sample| {
        let lines = sample.stack.iter().flat_map(|&location| profile.locations.lines(location));
        let names = lines.map(|line| name(line.function));
        names
            .filter(|name| ["parse", "own"].iter().any(|own| name.ends_with(&format!("::{own}"))))
            .collect()
    });
    names.collect()
}

const EXPECTED: &str = "\
over budget: 4 allocations, 0 allowed

    allocations           4  of 0
    bytes                78
    peak_bytes           78  of 1000
    leaked                4
    leaked_bytes         78

2 stacks, innermost function first:

    3 allocations
        budget_failure::own  ../crates/heapwise/tests/budget_failure.rs:LINE
        budget_failure::parse  ../crates/heapwise/tests/budget_failure.rs:LINE
        budget_failure::it_says_how_much_where_and_what_to_type::{{closure}}  ../crates/heapwise/tests/budget_failure.rs:LINE

    1 allocation
        budget_failure::parse  ../crates/heapwise/tests/budget_failure.rs:LINE
        budget_failure::it_says_how_much_where_and_what_to_type::{{closure}}  ../crates/heapwise/tests/budget_failure.rs:LINE

The profile of these allocations:

    heapwise -traces ../budgets/budget_failure-it_says_how_much_where_and_what_to_type-lineN.pb.gz
    heapwise -http=: ../budgets/budget_failure-it_says_how_much_where_and_what_to_type-lineN.pb.gz
";

#[test]
fn it_says_how_much_where_and_what_to_type() {
    let text =
        failure(heapwise::budget().allocations(0).peak_bytes(1000), || parse("some plain words"));
    assert_eq!(settled(&text), EXPECTED, "{text}");
}

#[test]
fn the_profile_is_of_these_allocations_and_has_their_names() {
    let labels = heapwise::label("phase", "parse");
    let work = || labels.scope(|| drop(parse("three plain words")));
    let text = failure(heapwise::budget().bytes(70), work);
    let profile = profile(&text);
    let [alloc, inuse, peak] = common::all_sums(&profile);
    let bytes = 4 * 16 + 15;
    assert_eq!(alloc, Count { objects: 4, bytes });
    assert_eq!(inuse, Count { objects: 0, bytes: 0 });
    assert_eq!(peak, alloc);
    assert_eq!(profile.header.period, 1);
    assert_eq!(profile.text(profile.header.default_sample_type), b"alloc_space");
    let comment = profile.text(profile.header.comments[0]);
    assert_eq!(comment, b"over budget: 79 bytes allocated, 70 allowed");
    let phase = profile.strings.find(b"phase").unwrap();
    let is_labelled = |labels: &[Label]| labels.iter().any(|label| label.key == phase);
    assert!(profile.samples.iter().all(|sample| is_labelled(sample.labels)));
    let functions = own_functions(&profile);
    assert_eq!(functions.len(), 2, "{functions:?}");
    assert!(functions.iter().any(|names| names.len() == 1 && names[0].ends_with("parse")));
    assert!(functions.iter().any(|names| names.len() == 2 && names[0].ends_with("own")));
}

/// The same budget writes the same file: a test that fails a thousand times leaves one.
#[test]
fn a_budget_has_one_file() {
    let path = |text: &str| text.lines().find(|line| line.contains("-traces")).unwrap().to_owned();
    let again = || failure(heapwise::budget().allocations(0), || black_box(Box::new(1)));
    let first = again();
    assert_eq!(path(&again()), path(&first));
    assert!(first.contains("budget_failure-a_budget_has_one_file-line"), "{first}");
}

#[test]
fn only_the_stacks_that_matter_are_told() {
    let work = || {
        let kept = own("kept");
        drop(own("dropped"));
        kept
    };
    let text = failure(heapwise::budget().leaked_bytes(3), work);
    assert!(text.contains("1 stack, ") && text.contains("    4 bytes leaked\n"), "{text}");
}

/// What the report allocates is not the budget's around it.
#[test]
fn a_failure_inside_another_budget_costs_that_nothing_but_the_panic() {
    keep_quiet();
    let ((), used) = heapwise::budget::measure(|| {
        failure(heapwise::budget().allocations(0), || black_box(Box::new(1)));
    });
    assert!(used.allocations < 20, "{used:?}");
}
