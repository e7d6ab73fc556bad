use super::*;
use crate::test_profile::{TestProfile, labels, stacks};

const WIDE: FoldLimits = FoldLimits { samples: 1000, depth: 1000, bytes: 1 << 20 };

fn folded(profile: TestProfile, limits: FoldLimits) -> Profile {
    let folded = fold(&profile.build(), limits).unwrap();
    folded.validate().unwrap();
    folded
}

#[test]
fn the_least_goes_into_what_called_it() {
    let profile = || {
        TestProfile::counting()
            .sample(&["a", "f", "main"], &[50])
            .sample(&["b", "f", "main"], &[3])
            .sample(&["c", "f", "main"], &[2])
            .sample(&["d", "g", "main"], &[1])
            .sample(&["f", "main"], &[4])
    };
    let all = stacks(&folded(profile(), WIDE));
    assert_eq!(all, stacks(&profile().build()));
    let four = folded(profile(), FoldLimits { samples: 4, ..WIDE });
    // The lone call of `g` is as small as what it calls; what `f` called itself stays apart.
    let expected = ["[other] main: 1", "f main: 4", "[other] f main: 5", "a f main: 50"];
    assert_eq!(stacks(&four), expected);
    let three = folded(profile(), FoldLimits { samples: 3, ..WIDE });
    assert_eq!(stacks(&three), ["[other] main: 1", "f main: 4", "[other] f main: 55"]);
}

#[test]
fn what_is_much_of_one_column_stays() {
    let types = [("objects", "count"), ("space", "bytes")];
    let profile = TestProfile::new(&types)
        .sample(&["many", "main"], &[1000, 8000])
        .sample(&["large", "main"], &[1, 1 << 30])
        .sample(&["x", "main"], &[2, 16])
        .sample(&["y", "main"], &[2, 16]);
    let three = folded(profile, FoldLimits { samples: 3, ..WIDE });
    let expected = ["[other] main: 4 32", "many main: 1000 8000", "large main: 1 1073741824"];
    assert_eq!(stacks(&three), expected);
}

#[test]
fn numbers_go_before_frames_and_texts_last() {
    let profile = || {
        TestProfile::counting()
            .sample(&["f", "main"], &[6])
            .number("bytes", 8, "bytes")
            .text("tenant", "a")
            .sample(&["f", "main"], &[5])
            .number("bytes", 16, "bytes")
            .text("tenant", "a")
            .sample(&["f", "main"], &[40])
            .text("tenant", "b")
            .sample(&["f", "main"], &[1])
            .text("tenant", "c")
    };
    let three = folded(profile(), FoldLimits { samples: 3, ..WIDE });
    assert_eq!(stacks(&three), ["[other]: 1", "f main: 11", "f main: 40"]);
    assert_eq!(labels(&three), ["", "tenant=a", "tenant=b"]);
    let two = folded(profile(), FoldLimits { samples: 2, ..WIDE });
    assert_eq!(stacks(&two), ["[other]: 12", "f main: 40"]);
}

/// What is recorded has the numbers first.
#[test]
fn the_order_of_labels_does_not_matter() {
    let mut profile = TestProfile::counting()
        .sample(&["f", "main"], &[6])
        .number("bytes", 8, "bytes")
        .text("tenant", "a")
        .sample(&["f", "main"], &[5])
        .number("bytes", 16, "bytes")
        .text("tenant", "a")
        .sample(&["g", "main"], &[50])
        .build();
    let mut samples = Samples::new(1);
    for sample in profile.samples.iter() {
        let labels: Vec<_> = sample.labels.iter().rev().copied().collect();
        samples.push(Sample { labels: &labels, ..sample });
    }
    profile.samples = Arc::new(samples);
    let two = fold(&profile, FoldLimits { samples: 2, ..WIDE }).unwrap();
    assert_eq!(stacks(&two), ["f main: 11", "g main: 50"]);
    assert_eq!(labels(&two), ["tenant=a", ""]);
}

#[test]
fn a_deep_stack_keeps_its_innermost_frames() {
    let profile = TestProfile::counting()
        .sample(&["a", "b", "c", "d", "e"], &[7])
        .sample(&["a", "b", "x", "e"], &[1])
        .sample(&["a", "b", "c"], &[1]);
    let short = folded(profile, FoldLimits { depth: 3, ..WIDE });
    assert_eq!(stacks(&short), ["a b [other]: 8", "a b c: 1"]);
}

#[test]
fn what_is_folded_has_a_mapping_and_a_name() {
    let profile = TestProfile::counting()
        .sample(&["a in x", "main in x"], &[1])
        .sample(&["b in x", "main in x"], &[2])
        .sample(&["c in x", "main in x"], &[30]);
    let two = folded(profile, FoldLimits { samples: 2, ..WIDE });
    assert_eq!(stacks(&two), ["[other] main: 3", "c main: 30"]);
    assert!(two.locations.iter().all(|(row, _)| row.mapping.is_some()));
    assert_eq!(two.text(two.mappings.first().unwrap().file), b"x");
    let ids = two.locations.iter().map(|(row, _)| row.id);
    assert_eq!(ids.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn bytes_are_a_limit_too() {
    let names: Vec<String> = (0..500).map(|number| format!("function_{number:060}")).collect();
    let all = names.iter().enumerate().fold(TestProfile::counting(), |profile, (row, name)| {
        profile.sample(&[name, "main"], &[row as i64 + 1])
    });
    let small = folded(all, FoldLimits { bytes: 8000, ..WIDE });
    assert!(encode(&small).len() <= 8000);
    assert!(small.samples.len() > 40, "{}", small.samples.len());
    assert_eq!(small.samples.all_values().iter().sum::<i64>(), 500 * 501 / 2);
    // What is no sample cannot be folded: then all samples are one.
    let header = folded(
        TestProfile::counting().sample(&["a", "b"], &[1]).sample(&["c"], &[2]),
        FoldLimits { bytes: 1, ..WIDE },
    );
    assert_eq!(stacks(&header), ["[other]: 3"]);
}
