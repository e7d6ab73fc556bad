//! What is allocated and freed: blocks of 16 to 256 bytes, 136 on average.

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::ptr;

use crate::stack::below;

/// What can be measured.
pub trait Allocator: GlobalAlloc + Sync {}

impl<A: GlobalAlloc + Sync> Allocator for A {}

/// One kind of work.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// A window of 64 blocks, of which each step replaces one at random.
    Pairs,
    /// The same with 65,536 blocks, nine megabytes: neither the blocks nor what the allocator knows
    /// of them is in the nearest caches.
    ColdPairs,
    /// A window of 64 blocks, of which each step resizes one at random.
    Reallocs,
    /// A block at the bottom of ten frames, which are left and entered anew for every block.
    Recursion,
}

impl Work {
    /// How many pairs a turn makes: a few milliseconds of them.
    pub fn pairs(self, is_exact: bool) -> usize {
        if is_exact { 50_000 } else { 200_000 }
    }

    /// Makes `pairs` pairs.
    pub fn run<A: Allocator>(self, allocator: &A, pairs: usize) {
        match self {
            Self::Pairs => in_window::<A, 64>(allocator, pairs, replace),
            Self::ColdPairs => in_window::<A, 65_536>(allocator, pairs, replace),
            Self::Reallocs => in_window::<A, 64>(allocator, pairs, resize),
            Self::Recursion => {
                for step in 0..pairs {
                    below(10, &mut || {
                        let mut block = Block::NONE;
                        replace(allocator, &mut block, 16 + step % SIZES);
                        free(allocator, &mut block);
                    });
                }
            }
        }
    }
}

/// 16 to 256 bytes.
const SIZES: usize = 256 - 16 + 1;

#[derive(Clone, Copy, Debug)]
struct Block {
    start: *mut u8,
    layout: Layout,
}

impl Block {
    const NONE: Self = Self { start: ptr::null_mut(), layout: Layout::new::<u8>() };
}

fn in_window<A: Allocator, const BLOCKS: usize>(
    allocator: &A,
    pairs: usize,
    step: fn(&A, &mut Block, usize),
) {
    let mut window = vec![Block::NONE; BLOCKS];
    let mut random = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..pairs {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let block = &mut window[random as usize % BLOCKS];
        step(allocator, block, 16 + (random >> 32) as usize % SIZES);
    }
    window.iter_mut().for_each(|block| free(allocator, block));
}

fn replace<A: Allocator>(allocator: &A, block: &mut Block, size: usize) {
    free(allocator, block);
    let layout = layout(size);
    *block = Block { start: black_box(alloc(allocator, layout)), layout };
}

fn resize<A: Allocator>(allocator: &A, block: &mut Block, size: usize) {
    if block.start.is_null() {
        return replace(allocator, block, size);
    }
    let start = realloc(allocator, block.start, block.layout, size);
    *block = Block { start: black_box(start), layout: layout(size) };
}

fn free<A: Allocator>(allocator: &A, block: &mut Block) {
    if !block.start.is_null() {
        dealloc(allocator, block.start, block.layout);
        block.start = ptr::null_mut();
    }
}

fn layout(size: usize) -> Layout {
    // SAFETY: 8 is a power of two, and sizes are far from `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, 8) }
}

/// Not inlined, as `__rust_alloc` is not: the allocator is called like a program's own.
#[inline(never)]
fn alloc<A: Allocator>(allocator: &A, layout: Layout) -> *mut u8 {
    // SAFETY: the size is not zero.
    unsafe { allocator.alloc(layout) }
}

#[inline(never)]
fn realloc<A: Allocator>(allocator: &A, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: the block is of this allocator, with this layout, and used no more.
    unsafe { allocator.realloc(block, layout, size) }
}

#[inline(never)]
fn dealloc<A: Allocator>(allocator: &A, block: *mut u8, layout: Layout) {
    // SAFETY: as above.
    unsafe { allocator.dealloc(block, layout) }
}

/// Blocks that live as long as this value.
#[derive(Debug)]
pub struct Blocks<'a, A: Allocator> {
    allocator: &'a A,
    blocks: Vec<Block>,
}

impl<'a, A: Allocator> Blocks<'a, A> {
    pub fn allocate(allocator: &'a A, count: usize) -> Self {
        let mut blocks = vec![Block::NONE; count];
        let sizes = (16..=256).cycle();
        blocks.iter_mut().zip(sizes).for_each(|(block, size)| replace(allocator, block, size));
        Self { allocator, blocks }
    }
}

impl<A: Allocator> Drop for Blocks<'_, A> {
    fn drop(&mut self) {
        let allocator = self.allocator;
        self.blocks.iter_mut().for_each(|block| free(allocator, block));
    }
}
