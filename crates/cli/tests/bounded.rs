//! Files that promise more than they hold, or unfold to more than anyone wants: a clear error, in an
//! address space that leaves no room for what they ask.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::process::Command;

use heapwise_profile::gzip;
use support::{Run, Sandbox};

const MIB: usize = 1 << 20;

/// Runs `-top` on these bytes in at most `mib` MiB of address space. Memory that cannot be had ends the
/// program by a signal, without an exit code.
fn top_within(mib: usize, bytes: &[u8]) -> Run {
    let sandbox = Sandbox::new();
    sandbox.write("profile", bytes);
    let script = format!("ulimit -v {} && exec \"$0\" -top -symbolize=none profile", mib << 10);
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_heapwise")]).current_dir(sandbox.path());
    Run::from(command.env_clear().output().unwrap())
}

fn refused_within(mib: usize, name: &str, bytes: &[u8], why: &str) {
    let run = top_within(mib, bytes);
    assert_eq!(run.code, Some(2), "{name}: {}", run.stderr);
    assert!(run.stderr.contains(why), "{name}: {}", run.stderr);
}

fn zipped(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    gzip(content, &mut bytes).unwrap();
    bytes
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A message field with this body.
fn message(field: u8, body: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2][..], &varint(body.len() as u64), body].concat()
}

/// One sample type, and the strings `""` and `n`.
const FRAME: &[u8] = b"\x0a\x04\x08\x01\x10\x01\x32\x00\x32\x01n";

#[test]
fn a_gzip_bomb_is_refused_in_little_memory() {
    let bomb = zipped(&vec![0; 70 * MIB]);
    assert!(bomb.len() < MIB);
    refused_within(300, "bomb", &bomb, "the content is larger than 67108864 bytes");
}

#[test]
fn a_promise_of_2_to_the_60_is_not_believed() {
    let promise = varint(1 << 60);
    // Every message of a profile, and the packed lists.
    for field in [1, 2, 3, 4, 5, 6, 11, 13] {
        let bytes = [FRAME, &[field << 3 | 2], &promise, b"ab"].concat();
        refused_within(300, &format!("field {field}"), &bytes, "unrecognized profile format");
    }
    // Lists and messages within messages: of samples, locations, and labels.
    for (outer, inner) in [(2, 1), (2, 2), (2, 3), (4, 4)] {
        let body = [&[inner << 3 | 2][..], &promise].concat();
        let bytes = [FRAME, &message(outer, &body)].concat();
        let name = format!("field {inner} of {outer}");
        refused_within(300, &name, &bytes, "unrecognized profile format");
    }
    // Binary processor profiles of both widths and byte orders.
    let words =
        |words: &[u64]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let big = |words: &[u64]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    let cpu = [0, 3, 0, 10_000, 0, 1, 1 << 60, 0x40_1000];
    for bytes in [words(&cpu), big(&cpu)] {
        refused_within(300, "words", &bytes, "unrecognized profile format");
    }
    let narrow = [0_u32, 3, 0, 10_000, 0, 1, u32::MAX, 0x40_1000];
    let little: Vec<u8> = narrow.iter().flat_map(|word| word.to_le_bytes()).collect();
    let big: Vec<u8> = narrow.iter().flat_map(|word| word.to_be_bytes()).collect();
    for bytes in [little, big] {
        refused_within(300, "narrow words", &bytes, "unrecognized profile format");
    }
}

#[test]
fn counts_of_2_to_the_60_in_text_cost_nothing() {
    let count = 1_u64 << 60;
    let heap = format!(
        "heap profile: {count}: {count} [{count}: {count}] @ heapprofile\n\
         {count}: {count} [{count}: {count}] @ 0x401000\n"
    );
    let go = format!("goroutine profile: total {count}\n{count} @ 0x401000\n");
    let contention = format!("--- contention:\n{count} {count} @ 0x401000\n");
    let jemalloc = format!("heap_v2/{count}\n  t*: {count}: {count} [0: 0]\n");
    for text in [heap, go, contention, jemalloc] {
        let run = top_within(300, text.as_bytes());
        assert_eq!(run.code, Some(0), "{text}{}", run.stderr);
    }
    let threads = "--- threadz 1 ---\n\n--- Thread ffffffffffffffffffff (name: a/1) stack: ---\n";
    let run = top_within(300, format!("{threads}  0x{}\n", "f".repeat(40)).as_bytes());
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

/// Small messages that each become a row. None may take more than 60 times its bytes,
/// of which those that the report shows are the dearest.
#[test]
fn rows_cost_little_more_than_their_bytes() {
    let rows: [(&str, Vec<u8>); 12] = [
        ("value types", message(1, b"")),
        ("samples", message(2, b"")),
        ("locations of samples", message(2, b"\x08\x01")),
        ("labels", message(2, &message(3, b"\x08\x01\x18\x01"))),
        ("mappings", message(3, b"")),
        ("mappings of one id", message(3, b"\x08\x01")),
        ("locations", message(4, b"")),
        ("locations of one id", message(4, b"\x08\x01")),
        ("lines", message(4, &[&b"\x08\x01"[..], &message(4, b"").repeat(60)].concat())),
        ("functions", message(5, b"")),
        ("strings", message(6, b"")),
        ("comments", b"\x68\x01".to_vec()),
    ];
    for (name, row) in rows {
        let content = [FRAME, &row.repeat(MIB / row.len())].concat();
        let run = top_within(100 + 60, &zipped(&content));
        assert!(matches!(run.code, Some(0 | 2)), "{name}: {:?} {}", run.code, run.stderr);
    }
}
