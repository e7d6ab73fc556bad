//! Lines of the shell are refused or read, and set what they set.
#![no_main]
#![allow(dead_code, reason = "the shell itself uses the rest")]

#[path = "../../crates/cli/src/shell/assign.rs"]
mod assign;
#[path = "../../crates/cli/src/shell/line.rs"]
mod line;

use std::sync::LazyLock;

use heapwise_profile::Profile;
use heapwise_session::Options;
use libfuzzer_sys::fuzz_target;
use line::Action;

/// Sample types `inuse` and `cpu`, and no sample.
static PROFILE: LazyLock<Profile> = LazyLock::new(|| {
    let profile = b"\x0a\x02\x08\x01\x0a\x02\x08\x02\x32\x00\x32\x05inuse\x32\x03cpu";
    Profile::read(profile).expect("a profile")
});

fuzz_target!(|text: &str| {
    let mut options = Options::default();
    for text in text.lines().flat_map(|text| assign::expand(text.trim(), &PROFILE)) {
        match line::parse(&text, &options) {
            Ok(Action::Assign(name, value)) => {
                let _ = assign::assign(&mut options, name, value, &PROFILE);
            }
            Ok(_) => {}
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
