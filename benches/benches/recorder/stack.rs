//! Stacks of a given depth.

use std::hint::black_box;

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

/// Runs `inside`, `depth` frames further down than the caller.
pub fn below(depth: usize, inside: &mut dyn FnMut()) {
    match depth.checked_sub(1) {
        Some(depth) => level::<0>(depth, inside),
        None => inside(),
    }
}
