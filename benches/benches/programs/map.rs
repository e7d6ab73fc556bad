//! A map of strings to bytes that grows to 500 MB, and then changes.

use std::collections::BTreeMap;
use std::hint::black_box;

const ENTRIES: u64 = 850_000;

pub fn run() {
    let mut map: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut random = 0x2545_f491_4f6c_dd1du64;
    for step in 0..2 * ENTRIES {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let key = format!("key of an entry {:016x}", (random >> 30) % (4 * ENTRIES));
        map.insert(key, vec![step as u8; 16 + (random >> 50) as usize % 1000]);
        if map.len() as u64 > ENTRIES {
            map.pop_first();
        }
    }
    drop(black_box(map));
}
