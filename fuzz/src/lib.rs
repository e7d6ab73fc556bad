//! What the targets have in common: the law that every reader keeps, and a machine without files.
#![forbid(unsafe_code)]

mod nowhere;

use heapwise_profile::{GunzipLimit, Profile, decode, encode};
pub use nowhere::Nowhere;

/// Small enough for the memory limit of the fuzzer.
pub const LIMIT: GunzipLimit = GunzipLimit { at_least: 1 << 20, ratio: 0, at_most: 1 << 20 };

/// Bytes of any format are refused, or read as a valid profile that survives being written.
pub fn is_refused_or_survives(bytes: &[u8]) {
    let Ok(profile) = Profile::read_within(bytes, LIMIT) else { return };
    assert_eq!(profile.validate(), Ok(()));
    // The first time may drop labels that say nothing; after that the bytes stay.
    let again = |bytes: &[u8]| encode(&decode(bytes).expect("written bytes can be read"));
    let written = again(&encode(&profile));
    assert_eq!(again(&written), written);
}

/// The same for a text that starts with one of `headers`: the first byte says which.
pub fn after_header(headers: &[&str], bytes: &[u8]) {
    let Some((&choice, body)) = bytes.split_first() else { return };
    let header = headers[usize::from(choice) % headers.len()];
    is_refused_or_survives(&[header.as_bytes(), body].concat());
}
