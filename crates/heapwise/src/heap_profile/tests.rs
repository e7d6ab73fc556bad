use std::alloc::Layout;

use heapwise_profile::{Id, LabelValue, RECORDED_TYPES, decode};
use heapwise_recorder as recorder;

use super::*;

/// What this process recorded after one block of 48 bytes in use and one of 48 freed, at one place.
///
/// This test program's allocator is not ours: nothing else is recorded but by other tests, without the
/// label.
fn recorded() -> Snapshot {
    let layout = Layout::new::<[u64; 6]>();
    let allocate = || {
        let marked = recorder::mark(48, 1);
        // SAFETY: used in this function only.
        let caller = unsafe { recorder::Caller::here() };
        recorder::allocate(layout, marked, caller).unwrap()
    };
    let blocks = crate::label("test", "profile").scope(|| [(); 2].map(|()| allocate()));
    recorder::free(blocks[1].addr().get(), 48);
    recorder::snapshot().unwrap()
}

#[test]
fn a_profile_says_what_was_recorded_and_where() {
    let moment = Moment::now().unwrap();
    let profile = build(&recorded(), &moment);
    let text = |text| std::str::from_utf8(profile.text(text)).unwrap();

    let types: Vec<_> =
        profile.header.sample_types.iter().map(|t| (text(t.kind), text(t.unit))).collect();
    assert_eq!(types, RECORDED_TYPES);
    assert_eq!(text(profile.header.default_sample_type), "inuse_space");
    assert_eq!(profile.header.period, 1);
    assert!(profile.header.time_nanos > 1_500_000_000_000_000_000);
    assert!(profile.header.comments.is_empty());

    let is_own = |sample: &heapwise_profile::Sample<'_>| match sample.labels {
        [_, label] => text(label.key) == "test",
        _ => false,
    };
    let sums = profile.samples.iter().filter(is_own).fold([0; 6], |mut sums, sample| {
        sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += value);
        assert!(sample.stack.len() > 3);
        let bytes =
            LabelValue::Number { number: 48, unit: profile.strings.find(b"bytes").unwrap() };
        assert_eq!(sample.labels[0].value, bytes);
        sums
    });
    assert_eq!(sums, [2, 96, 1, 48, 2, 96]);

    let main = profile.mappings.first().unwrap();
    assert_eq!(text(main.file), std::env::current_exe().unwrap().to_str().unwrap());
    let leaf = profile.locations.get(profile.samples.stack(0)[0]);
    assert_eq!(leaf.mapping, Some(Id::from_row(0)));
    assert!(main.contains(leaf.address));

    assert_eq!(
        decode(&heapwise_profile::encode(&profile)).unwrap().samples.len(),
        profile.samples.len()
    );
}
