//! The walk against the unwinder of the platform, on every kind of stack.

mod common;

use std::hint::black_box;

use common::reference_walk;
use heapwise_stackwalk::{Captured, End, capture};

/// What our walk and the reference find in the same function.
struct Both {
    ours: Vec<usize>,
    reference: Vec<usize>,
    end: End,
}

impl Both {
    #[inline(never)]
    fn here() -> Self {
        let mut frames = vec![0; 4096];
        let Captured { len, end } = capture(&mut frames);
        frames.truncate(len);
        Self { ours: frames, reference: reference_walk(), end }
    }

    /// Both are whole and the same, but for the leaf: two call sites in [`Both::here`].
    fn assert_equal(&self) {
        assert_eq!(self.end, End::Root);
        assert!(self.ours.len() > 3, "{:x?}", self.ours);
        assert_eq!(self.ours[1..], self.reference[1..]);
    }
}

#[inline(never)]
fn nested(depth: usize, inside: &mut dyn FnMut()) {
    if depth == 0 {
        inside();
    } else {
        nested(depth - 1, inside);
    }
    black_box(depth);
}

#[test]
fn same_as_the_reference_at_any_depth() {
    for depth in [0, 1, 10, 100, 1000] {
        nested(depth, &mut || {
            let both = Both::here();
            both.assert_equal();
            assert!(both.ours.len() > depth);
        });
    }
}
