//! 50 MB of JSON, parsed into values and dropped.

use std::fmt::Write as _;
use std::hint::black_box;

const BYTES: usize = 50_000_000;

/// Records of a few fields each, as services exchange them.
fn text() -> String {
    let mut text = String::with_capacity(BYTES + 1000);
    let mut random = 0x2545_f491_4f6c_dd1du64;
    text.push('[');
    while text.len() < BYTES {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (id, name) = (random >> 40, random >> 20 & 0xffff);
        let comma = if text.len() > 1 { "," } else { "" };
        // Writing to memory does not fail.
        let _ = write!(
            text,
            r#"{comma}{{"id":{id},"name":"name {name}","score":{}.5,"tags":["a{name}","b","c"],"address":{{"street":"{id} long street","city":"city {}","zip":null}},"active":{}}}"#,
            name % 100,
            name % 700,
            name % 2 == 0,
        );
    }
    text.push(']');
    text
}

pub fn run() {
    let text = text();
    let parsed = serde_json::from_str::<serde_json::Value>(&text);
    drop(black_box(parsed));
}
