//! What a walk costs, warm, against the depth of the stack; and what the mappings cost.
//!
//! `cargo bench -p heapwise-stackwalk`. The reference is the unwinder that `std::backtrace` uses.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::reference_walk;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use heapwise_stackwalk::{
    End, Registers, Trail, capture, capture_interrupted, learn_code, mappings,
};

type Level = fn(usize, &mut dyn FnMut());

/// Different functions, because each frame of a real stack has its own return address.
macro_rules! levels {
    ($($number:literal)*) => { [$(level::<$number>),*] };
}

#[rustfmt::skip]
static LEVELS: [Level; 64] = levels!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
);

#[inline(never)]
fn level<const NUMBER: usize>(depth: usize, inside: &mut dyn FnMut()) {
    match depth.checked_sub(1) {
        Some(depth) => LEVELS[(NUMBER + 1) % LEVELS.len()](depth, inside),
        None => inside(),
    }
    black_box(NUMBER);
}

/// Runs `inside` under a stack of exactly `frames` frames, counted from its own walk.
fn at_frames(frames: usize, inside: &mut dyn FnMut()) {
    let mut here = 0;
    level::<0>(0, &mut || {
        let captured = capture(&mut [0; 256]);
        assert_eq!(captured.end, End::Root);
        here = captured.len;
    });
    level::<0>(frames.saturating_sub(here), inside);
}

fn walks(criterion: &mut Criterion) {
    learn_code();
    let mut group = criterion.benchmark_group("capture");
    for frames in [21, 41, 75] {
        at_frames(frames, &mut || {
            let mut buffer = [0; 256];
            group.bench_function(BenchmarkId::new("warm", frames), |bencher| {
                bencher.iter(|| capture(black_box(&mut buffer)));
            });
            let mut trail = Box::new(Trail::new());
            group.bench_function(BenchmarkId::new("again", frames), |bencher| {
                // SAFETY: the registers are of the function that walks.
                bencher.iter(|| unsafe { trail.follow(&Registers::here()) });
            });
            group.bench_function(BenchmarkId::new("interrupted", frames), |bencher| {
                let here = Registers::here();
                bencher.iter(|| capture_interrupted(black_box(&here), &mut buffer));
            });
            group.bench_function(BenchmarkId::new("reference", frames), |bencher| {
                bencher.iter(reference_walk);
            });
        });
    }
}

/// What a signal at an instruction that was never seen costs more: its rule, out of the tables. The
/// addresses are those of this program's code, many more than the cache has places for.
fn rules(criterion: &mut Criterion) {
    let here = Registers::here();
    let mut code = 0..0;
    let holds = |start, limit| (start..limit).contains(&(here.pc as u64));
    let found = mappings(&mut |mapping| {
        if holds(mapping.start, mapping.limit) {
            code = mapping.start as usize..mapping.limit as usize;
        }
    });
    assert!(found.is_ok());
    let mut pc = code.start;
    criterion.bench_function("rule of a new address", |bencher| {
        bencher.iter(|| {
            pc = if pc + 97 < code.end { pc + 97 } else { code.start };
            capture_interrupted(&Registers { pc, ..here }, &mut [0; 1])
        });
    });
}

fn tables(criterion: &mut Criterion) {
    criterion.bench_function("mappings", |bencher| {
        bencher.iter(|| mappings(&mut |mapping| _ = black_box(*mapping)));
    });
}

criterion_group!(benches, walks, rules, tables);
criterion_main!(benches);
