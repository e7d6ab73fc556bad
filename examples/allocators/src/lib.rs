//! What the three programs do, which differ in their allocator only.
#![forbid(unsafe_code)]

use std::hint::black_box;

/// Blocks of one size: how many are allocated, and how many are kept.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Bytes of each.
    pub bytes: usize,
    /// How many are allocated.
    pub allocated: usize,
    /// How many of these are kept.
    pub kept: usize,
}

/// Small and large blocks, as the recorder treats them differently.
pub const KINDS: [Kind; 3] = [
    Kind { bytes: 1009, allocated: 500, kept: 300 },
    Kind { bytes: 20_011, allocated: 70, kept: 30 },
    Kind { bytes: 3_000_017, allocated: 5, kept: 2 },
];

/// The blocks of a page that are kept, at addresses of whole pages.
pub const PAGES: usize = 11;

/// A page, where one begins.
#[derive(Debug)]
#[repr(align(4096))]
pub struct Page(
    /// What is in it.
    pub [u8; 4096],
);

/// What a program holds.
#[derive(Debug)]
pub struct Held {
    blocks: Vec<Vec<u8>>,
    pages: Vec<Box<Page>>,
}

impl Held {
    /// How many blocks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.len() + self.pages.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Allocates and frees on two threads, and returns what is kept.
#[must_use]
pub fn work() -> Held {
    let pages = (0..PAGES).map(|_| Box::new(black_box(Page([1; 4096])))).collect();
    // Allocated there, freed here.
    let work = || KINDS.into_iter().flat_map(some).collect::<Vec<_>>();
    let blocks = std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_default();
    Held { blocks, pages }
}

/// Zeroed blocks of one kind, of which those that are not kept have grown out of their place.
fn some(kind: Kind) -> Vec<Vec<u8>> {
    let mut blocks: Vec<Vec<u8>> =
        (0..kind.allocated).map(|_| black_box(vec![0; kind.bytes])).collect();
    for block in blocks.split_off(kind.kept) {
        let mut block = black_box(block);
        block.reserve_exact(2 * kind.bytes);
        black_box(block);
    }
    blocks
}
