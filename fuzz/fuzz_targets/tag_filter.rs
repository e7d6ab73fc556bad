//! A tag filter is refused or tells samples apart.
#![no_main]

use std::sync::LazyLock;

use heapwise_profile::{LabelUnits, Profile, label_units};
use heapwise_session::TagFilter;
use libfuzzer_sys::fuzz_target;

/// One sample: `user` is `al\xff`, `bytes` is 1024, `latency` is the least number, in seconds.
static LABELLED: LazyLock<(Profile, LabelUnits)> = LazyLock::new(|| {
    let profile = b"\x0a\x04\x08\x01\x10\x01\x12\x20\x10\x01\x1a\x04\x08\x02\x10\x03\
        \x1a\x05\x08\x04\x18\x80\x08\x1a\x0f\x08\x05\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\
        \x20\x06\x32\x00\x32\x01n\x32\x04user\x32\x03al\xff\x32\x05bytes\x32\x07latency\x32\x01s";
    let profile = Profile::read(profile).expect("a profile");
    let units = label_units(&profile);
    (profile, units)
});

fuzz_target!(|text: &str| {
    let (profile, units) = &*LABELLED;
    if let Ok(Some(filter)) = TagFilter::compile("tagfocus", text, &mut drop) {
        for row in 0..profile.samples.len() {
            filter.matches(profile, units, profile.samples.labels(row));
        }
    }
});
