//! Without any setting: exact at first, sampled later, and right all the time.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;

use heapwise::heap;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

#[test]
fn a_program_starts_exact_and_grows_to_one_sample_in_512_kib() {
    // Exact: this very block is seen.
    let few = black_box(vec![1u8; 12_345]);
    let totals = heap::totals().unwrap();
    assert!(totals.is_exact && totals.inuse.bytes >= 12_345);
    assert_eq!(heap::interval(), 1);
    let mut bytes = Vec::new();
    heap::write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    assert!(profile.samples.iter().any(|sample| sample.values[3] == 12_345));

    // 40 MB in blocks of 100 bytes, all of them kept: about 256 samples a doubling.
    let before = heap::totals().unwrap().inuse;
    let many: Vec<Box<[u8; 100]>> = (0..400_000).map(|_| Box::new(black_box([0; 100]))).collect();
    let totals = heap::totals().unwrap();
    assert!(!totals.is_exact);
    assert!((32 << 10..=256 << 10).contains(&heap::interval()), "{}", heap::interval());
    let expected = 40_000_000.0 + (many.capacity() * 8) as f64;
    let estimate = totals.inuse.bytes as f64 - before.bytes as f64;
    // One standard deviation is below 128 KiB * sqrt(40 MB / 128 KiB): 6 %.
    assert!((estimate / expected - 1.0).abs() < 0.3, "{estimate} for {expected}");

    drop(many);
    let left = heap::totals().unwrap().inuse;
    assert!(left.bytes.abs_diff(before.bytes) < 1 << 20, "what was sampled is gone: {left:?}");
    assert!(few.len() == 12_345 && left.bytes >= 12_345);

    // Another 200 MB, freed at once.
    (0..2000).for_each(|_| drop(black_box(vec![0u8; 100_000])));
    assert_eq!(heap::interval(), 512 << 10);

    heap::set_interval(1);
    (0..2000).for_each(|_| drop(black_box(vec![0u8; 100_000])));
    assert_eq!(heap::interval(), 1, "set once, it stays");
}
