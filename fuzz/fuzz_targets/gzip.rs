//! A gzip stream is refused or unfolds to what compresses back to the same content.
#![no_main]

use heapwise_fuzz::LIMIT;
use heapwise_profile::{gunzip, gzip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // With the start of a header before the bytes, mutations get further; without, seeds stay whole.
    let starts = heapwise_profile::is_gzip(bytes);
    let stream = if starts { bytes.to_vec() } else { [&[0x1f, 0x8b, 8, 0], bytes].concat() };
    let Ok(content) = gunzip(&stream, LIMIT) else { return };
    assert!(content.len() as u64 <= LIMIT.of(stream.len() as u64));
    let mut again = Vec::new();
    gzip(&content, &mut again).expect("memory can be written");
    assert_eq!(gunzip(&again, LIMIT), Ok(content));
});
