use std::sync::Arc;

use crate::test_profile::{TestProfile, labels, stacks};
use crate::{
    FileOffset, Header, MergeError, Profile, RuntimeAddr, Strings, combine, harmonize, merge,
    negate,
};

/// What units this file knows.
fn ratio(from: &[u8], to: &[u8]) -> Option<f64> {
    let factor = |unit: &[u8]| match unit {
        b"ns" => Some(1.0),
        b"us" => Some(1e3),
        b"milliseconds" | b"ms" => Some(1e6),
        _ => None,
    };
    if from == to { Some(1.0) } else { Some(factor(from)? / factor(to)?) }
}

fn typed(types: &[(&str, &str)], values: &[i64]) -> Profile {
    TestProfile::new(types).sample(&["leaf", "root"], values).build()
}

fn types(profile: &Profile) -> Vec<String> {
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let types = profile.header.sample_types.iter();
    types.map(|value_type| format!("{}/{}", text(value_type.kind), text(value_type.unit))).collect()
}

/// The profile with its header changed, with texts from a table to which new ones may be added.
fn with_header(mut profile: Profile, change: impl FnOnce(&mut Header, &mut Strings)) -> Profile {
    change(&mut profile.header, Arc::make_mut(&mut profile.strings));
    profile
}

/// The profile with its first mapping at `start`, `size` bytes long.
fn mapped(mut profile: Profile, start: u64, size: u64) -> Profile {
    let mapping = &mut Arc::make_mut(&mut profile.mappings).rows_mut()[0];
    mapping.start = RuntimeAddr(start);
    mapping.limit = RuntimeAddr(start + size);
    for location in Arc::make_mut(&mut profile.locations).rows_mut() {
        location.address = RuntimeAddr(start + location.id);
    }
    profile
}

#[test]
fn equal_samples_add_up_and_rows_are_numbered_by_first_use() {
    let first = TestProfile::counting()
        .sample(&["zero"], &[0])
        .sample(&["b in x", "root"], &[1])
        .sample(&["a", "root"], &[2])
        .build();
    let second = TestProfile::counting()
        .unused("zero")
        .unused("b in x")
        .unused("root")
        .sample(&["a", "root"], &[40])
        .sample(&["d"], &[5])
        .build();
    let merged = merge(&[&first, &second]).unwrap();
    assert_eq!(merged.validate(), Ok(()));
    assert_eq!(stacks(&merged), ["b root: 1", "a root: 42", "d: 5"]);
    let ids: Vec<u64> = merged.locations.iter().map(|(row, _)| row.id).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
    assert_eq!(merged.functions.len(), 4);
}

#[test]
fn labels_tell_samples_apart_by_value_order_and_unit() {
    let labelled = || {
        TestProfile::counting()
            .sample(&["f"], &[1])
            .number("k", 7, "")
            .sample(&["f"], &[1])
            .number("k", 7, "bytes")
            .sample(&["f"], &[1])
            .text("k", "7")
            .sample(&["f"], &[1])
            .text("k", "8")
            .text("k", "7")
            .sample(&["f"], &[1])
            .text("k", "7")
            .text("k", "8")
            .build()
    };
    let merged = merge(&[&labelled(), &labelled()]).unwrap();
    assert_eq!(stacks(&merged), ["f: 2"; 5]);
    assert_eq!(labels(&merged), ["k=7", "k=7bytes", "k=7", "k=8 k=7", "k=7 k=8"]);
}

#[test]
fn a_location_moves_with_its_mapping() {
    let profile = || TestProfile::counting().sample(&["f in x"], &[1]).build();
    let low = mapped(profile(), 0x1000, 0x1001);
    let high = mapped(profile(), 0x70_0000, 0x2000);
    let merged = merge(&[&low, &high]).unwrap();
    assert_eq!(stacks(&merged), ["f: 2"]);
    let [mapping] = merged.mappings.rows() else { panic!("{:?}", merged.mappings) };
    assert_eq!((mapping.start, mapping.limit), (RuntimeAddr(0x1000), RuntimeAddr(0x2001)));
    let larger = mapped(profile(), 0x1000, 0x2001);
    assert_eq!(merge(&[&low, &larger]).unwrap().mappings.len(), 2);
    let mut elsewhere = high;
    Arc::make_mut(&mut elsewhere.mappings).rows_mut()[0].offset = FileOffset(0x1000);
    assert_eq!(merge(&[&low, &elsewhere]).unwrap().mappings.len(), 2);
}

#[test]
fn a_build_id_counts_more_than_a_file() {
    let with_build_id = |file: &str| {
        let mut profile = TestProfile::counting().sample(&[file], &[1]).build();
        let build_id = Arc::make_mut(&mut profile.strings).intern(b"cafe");
        Arc::make_mut(&mut profile.mappings).rows_mut()[0].build_id = build_id;
        profile
    };
    let merged = merge(&[&with_build_id("f in x"), &with_build_id("f in y")]).unwrap();
    assert_eq!(stacks(&merged), ["f: 2"]);
    assert_eq!(merged.text(merged.mappings.rows()[0].file), b"x");
}

#[test]
fn the_main_mapping_stays_first() {
    let first = TestProfile::counting().sample(&["a in main"], &[0]).build();
    let second = TestProfile::counting().sample(&["b in lib"], &[1]).build();
    let merged = merge(&[&first, &second]).unwrap();
    let files: Vec<_> = merged.mappings.rows().iter().map(|row| merged.text(row.file)).collect();
    assert_eq!(files, [b"main".as_slice(), b"lib"]);
}

#[test]
fn what_cancels_out_is_gone_with_all_it_used() {
    let profile = TestProfile::counting().sample(&["a", "root"], &[7]).sample(&["b"], &[5]).build();
    let base = TestProfile::counting().sample(&["a", "root"], &[7]).sample(&["b"], &[9]).build();
    let difference = merge(&[&profile, &negate(&base)]).unwrap();
    assert_eq!(stacks(&difference), ["b: -4"]);
    assert_eq!((difference.locations.len(), difference.functions.len()), (1, 1));
    let nothing = merge(&[&profile, &negate(&profile)]).unwrap();
    assert!(nothing.samples.is_empty() && nothing.locations.is_empty());
}

#[test]
fn sums_wrap_around() {
    let profile = TestProfile::counting().sample(&["a"], &[i64::MAX]).build();
    assert_eq!(stacks(&merge(&[&profile, &profile]).unwrap()), ["a: -2"]);
}

#[test]
fn the_earliest_time_stays_unless_unknown() {
    let at = |time_nanos| {
        with_header(typed(&[("samples", "count")], &[1]), |header, _| {
            header.time_nanos = time_nanos;
        })
    };
    let merged_time = |times: [i64; 3]| {
        let profiles = times.map(at);
        merge(&profiles.iter().collect::<Vec<_>>()).unwrap().header.time_nanos
    };
    assert_eq!([[5, 9, 0], [5, 0, 9], [0, 5, 9]].map(merged_time), [0, 9, 5]);
}

#[test]
fn headers_merge_field_by_field() {
    let first = with_header(typed(&[("samples", "count")], &[1]), |header, strings| {
        (header.duration_nanos, header.period) = (7, 3);
        header.comments = vec![strings.intern(b"one"), strings.intern(b"two")];
        header.drop_frames = strings.intern(b"drop");
    });
    let second = with_header(typed(&[("samples", "count")], &[1]), |header, strings| {
        (header.duration_nanos, header.period) = (8, 9);
        header.comments = vec![strings.intern(b"two"), strings.intern(b"three")];
        header.keep_frames = strings.intern(b"keep");
        header.default_sample_type = strings.intern(b"samples");
        header.doc_url = strings.intern(b"https://example.org");
    });
    let merged = merge(&[&first, &second]).unwrap();
    let header = &merged.header;
    assert_eq!((header.duration_nanos, header.period), (15, 9));
    let comments: Vec<_> = header.comments.iter().map(|&text| merged.text(text)).collect();
    assert_eq!(comments, [b"one".as_slice(), b"two", b"three"]);
    assert_eq!(merged.text(header.drop_frames), b"drop");
    assert_eq!(merged.text(header.keep_frames), b"");
    assert_eq!(merged.text(header.default_sample_type), b"samples");
    assert_eq!(merged.text(header.doc_url), b"https://example.org");
}

#[test]
fn a_single_profile_stays_as_it_is() {
    let profile = TestProfile::counting().unused("u").sample(&["f"], &[0]).build();
    let combined = combine(&[&profile], &ratio).unwrap();
    assert!(Arc::ptr_eq(&combined.samples, &profile.samples));
    assert!(Arc::ptr_eq(&combined.locations, &profile.locations));
}

#[test]
fn types_that_all_share_stay_in_the_order_of_the_first() {
    let first = typed(&[("a", "count"), ("b", "count"), ("c", "count")], &[1, 2, 3]);
    let second = with_header(
        typed(&[("c", "count"), ("x", "count"), ("b", "count")], &[30, 90, 20]),
        |header, strings| header.default_sample_type = strings.intern(b"x"),
    );
    let merged = combine(&[&first, &second], &ratio).unwrap();
    assert_eq!(types(&merged), ["b/count", "c/count"]);
    assert_eq!(stacks(&merged), ["leaf root: 22 33"]);
    assert_eq!(merged.text(merged.header.default_sample_type), b"b");
}

#[test]
fn the_finest_unit_wins_and_samples_without_scaled_value_are_lost() {
    let profile = |unit| {
        let types = TestProfile::new(&[("samples", "count"), ("cpu", unit)]);
        types.sample(&["a"], &[5, 0]).sample(&["b"], &[1, 2]).build()
    };
    let merged = combine(&[&profile("milliseconds"), &profile("ns")], &ratio).unwrap();
    assert_eq!(types(&merged), ["samples/count", "cpu/ns"]);
    assert_eq!(stacks(&merged), ["b: 2 2000002", "a: 5 0"]);
}

#[test]
fn of_equal_units_the_first_name_stays() {
    let [long, short] = ["milliseconds", "ms"].map(|unit| typed(&[("cpu", unit)], &[1]));
    assert_eq!(types(&combine(&[&long, &short], &ratio).unwrap()), ["cpu/milliseconds"]);
    assert_eq!(types(&combine(&[&short, &long], &ratio).unwrap()), ["cpu/ms"]);
}

#[test]
fn periods_are_scaled_too() {
    let period = |unit: &'static [u8], period| {
        with_header(typed(&[("samples", "count")], &[1]), move |header, strings| {
            header.period = period;
            header.period_type.kind = strings.intern(b"cpu");
            header.period_type.unit = strings.intern(unit);
        })
    };
    let merged = combine(&[&period(b"us", 7), &period(b"ns", 5)], &ratio).unwrap();
    assert_eq!(merged.header.period, 7000);
    assert_eq!(merged.text(merged.header.period_type.unit), b"ns");
}

#[test]
fn what_does_not_fit_together_is_named() {
    let a = typed(&[("a", "count")], &[1]);
    let text = |profiles: &[&Profile]| combine(profiles, &ratio).unwrap_err().to_string();
    let none = typed(&[], &[]);
    assert_eq!(text(&[&none]), "profiles have empty common sample type list");
    assert_eq!(text(&[&a, &typed(&[("b", "count")], &[1])]), text(&[&none]));
    let twice = typed(&[("a", "count"), ("a", "count")], &[1, 2]);
    assert_eq!(text(&[&twice]), text(&[&none]));
    assert_eq!(
        text(&[&twice, &typed(&[("b", "count")], &[1])]),
        "\"a\" sample type is not found in profile (profile 1)"
    );
    assert_eq!(
        text(&[&a, &a, &typed(&[("a", "ns")], &[1])]),
        "sample types: incompatible types: {a count} {a ns} (profile 2)"
    );
    let period = |kind: &'static [u8]| {
        with_header(typed(&[("a", "count")], &[1]), move |header, strings| {
            header.period_type.kind = strings.intern(kind);
        })
    };
    assert_eq!(
        text(&[&period(b"cpu"), &period(b"space")]),
        "period type: incompatible types: {cpu } {space } (profile 1)"
    );
    assert_eq!(
        text(&[&period(b"sample"), &period(b"samples")]),
        "incompatible period types {sample } and {samples } (profile 1)"
    );
    assert_eq!(combine(&[], &ratio).unwrap_err(), MergeError::NoProfile);
    assert_eq!(merge(&[]).unwrap_err(), MergeError::NoProfile);
    assert_eq!(harmonize(&[], &ratio).unwrap_err(), MergeError::NoProfile);
}

#[test]
fn many_sample_types_are_no_trouble() {
    let names: Vec<String> = (0..50_000).map(|number| format!("t{number}")).collect();
    let types: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let (all, fewer) = (TestProfile::new(&types).build(), TestProfile::new(&types[1..]).build());
    let shared = harmonize(&[&all, &fewer], &ratio).unwrap();
    assert_eq!(shared[0].header.sample_types.len(), 49_999);
    let twice = TestProfile::new(&[("", ""); 50_000]).build();
    assert_eq!(harmonize(&[&twice], &ratio).unwrap_err(), MergeError::NoCommonSampleType);
}
