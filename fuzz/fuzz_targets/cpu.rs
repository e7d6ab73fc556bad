//! Binary CPU profiles of both widths and byte orders: a header, then the bytes as words.
#![no_main]

use heapwise_fuzz::is_refused_or_survives;
use libfuzzer_sys::fuzz_target;

/// `0 3 KIND 10000 0`: a period of 10 ms.
fn header(wide: bool, big_endian: bool, is_java: bool) -> Vec<u8> {
    let word = |value: u64| match (wide, big_endian) {
        (false, false) => (value as u32).to_le_bytes().to_vec(),
        (false, true) => (value as u32).to_be_bytes().to_vec(),
        (true, false) => value.to_le_bytes().to_vec(),
        (true, true) => value.to_be_bytes().to_vec(),
    };
    [0, 3, u64::from(is_java), 10_000, 0].into_iter().flat_map(word).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, body)) = bytes.split_first() else { return };
    let bit = |number: u8| choice >> number & 1 == 1;
    is_refused_or_survives(&[header(bit(0), bit(1), bit(2)), body.to_vec()].concat());
});
