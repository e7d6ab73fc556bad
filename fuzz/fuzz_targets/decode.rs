//! Bytes of any format are refused or read as a valid profile, which survives being written.
#![no_main]

use heapwise_profile::{GunzipLimit, Profile, decode, encode};
use libfuzzer_sys::fuzz_target;

/// Small enough for the memory limit of the fuzzer.
const LIMIT: GunzipLimit = GunzipLimit { at_least: 1 << 20, ratio: 0, at_most: 1 << 20 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(profile) = Profile::read_within(bytes, LIMIT) else { return };
    assert_eq!(profile.validate(), Ok(()));
    // The first time may drop labels that say nothing; after that the bytes stay.
    let again = |bytes: &[u8]| encode(&decode(bytes).expect("written bytes can be read"));
    let written = again(&encode(&profile));
    assert_eq!(again(&written), written);
});
