//! A program with more stacks than a server takes.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod receiver;

use std::hint::black_box;
use std::time::Duration;

use heapwise::push::pyroscope;
use receiver::{Kind, Server};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// 2 to the power of this are the stacks.
const DEPTH: u32 = 15;

/// Keeps a block under a stack that the lowest `depth` bits of `way` lead to.
#[inline(never)]
fn keep(way: u32, depth: u32, kept: &mut Vec<Vec<u8>>) {
    match (depth, way & 1) {
        (0, _) => kept.push(vec![1; 24]),
        (_, 0) => keep(way >> 1, depth - 1, kept),
        _ => right(way, depth, kept),
    }
    black_box(kept);
}

#[inline(never)]
fn right(way: u32, depth: u32, kept: &mut Vec<Vec<u8>>) {
    keep(way >> 1, depth - 1, kept);
    black_box(kept);
}

#[test]
fn a_profile_is_folded_to_what_the_server_takes() {
    let server = Server::taking(Kind::Pyroscope);
    let mut kept = Vec::with_capacity(1 << DEPTH);
    (0..1 << DEPTH).for_each(|way| keep(way, DEPTH, &mut kept));
    // The largest stands out, and must be there still.
    let large = black_box(vec![1u8; 7_654_321]);
    let push = pyroscope(&server.url, "many").every(Duration::from_secs(3600)).start().unwrap();
    let expected = heapwise::heap::totals().unwrap();
    drop(push);
    let pushed = server.next().pushed;
    let samples = &pushed.profile.samples;
    assert!((8_000..=16_000).contains(&samples.len()), "{}", samples.len());
    assert!(samples.iter().any(|sample| sample.values[3] == 7_654_321));
    let functions = pushed.profile.functions.rows().iter();
    let names: Vec<&[u8]> = functions.map(|row| pushed.profile.text(row.name)).collect();
    assert_eq!(names, [b"[other]"]);
    let sum =
        |column: usize| samples.iter().map(|sample| sample.values[column]).sum::<i64>() as u64;
    // But for what the threads of this test do meanwhile.
    let near = |sum: u64, expected: u64, room: u64| {
        assert!(sum.abs_diff(expected) < room, "{sum} {expected}");
    };
    near(sum(0), expected.alloc.objects, 500);
    near(sum(1), expected.alloc.bytes, 200_000);
    near(sum(2), expected.inuse.objects, 500);
    near(sum(3), expected.inuse.bytes, 200_000);
    assert!(sum(2) >= 1 << DEPTH);
    drop((kept, large));
}
