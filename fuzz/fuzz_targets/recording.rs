//! Recordings of programs: bytes put at any places of a small one, see
//! [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::is_refused_or_survives;
use libfuzzer_sys::fuzz_target;

const HEAD: usize = 256 << 10;
const EXTENT: usize = 64 << 10;

/// Two frames, and two buckets of them: one without labels, one with a label.
fn small() -> Vec<u8> {
    let mut file = vec![0; HEAD + 3 * EXTENT];
    let mut put = |at: usize, words: &[u32]| {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        file[at..].iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    };
    put(8, &[2, EXTENT as u32, 16, 112]);
    put(56, &[3, 0, 2, 0]);
    put(120, &[3]);
    put(136, &[32, 0]);
    put(10_432, &[0, 1 << 31, 1 << 30]);
    put(HEAD + 16, &[0x1001, 0, 0, 0, 0x2001, 0, 1]);
    // One label, whose key is `key` and whose value `v`.
    put(HEAD + 2 * EXTENT + 8, &[1, 3 | 1 << 16, u32::from_le_bytes(*b"keyv")]);
    for bucket in 0..2 {
        let amount = [1 << 20, 0, 0, 0];
        let head = [bucket + 1, 3 | bucket << 8, 0, 0];
        put(HEAD + EXTENT + 112 * bucket as usize, &[&head[..], &[amount; 6].concat()].concat());
    }
    file[..8].copy_from_slice(b"\x89HWREC\r\n");
    file
}

fuzz_target!(|bytes: &[u8]| {
    let mut file = small();
    let mut rest = bytes;
    while let Some((&[a, b, c, length], after)) = rest.split_first_chunk() {
        let at = u32::from_le_bytes([a, b, c, 0]) as usize % file.len();
        let length = usize::from(length % 16).min(after.len());
        let (data, more) = after.split_at(length);
        file[at..].iter_mut().zip(data).for_each(|(place, &byte)| *place = byte);
        rest = more;
    }
    // What is left says where the file ends, now and then.
    if let [cut, low] = *rest {
        file.truncate(usize::from(cut) * 2048 + usize::from(low));
    }
    is_refused_or_survives(&file);
});
