//! What is allocated and freed: blocks of 16 to 256 bytes, 136 on average.

use std::alloc::Layout;
use std::hint::black_box;
use std::marker::PhantomData;
use std::ptr;

use crate::allocators::{Allocator, allocate, free, resize};
use crate::stack::below;

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
    pub fn run<A: Allocator>(self, pairs: usize) {
        match self {
            Self::Pairs => in_window::<A, 64>(pairs, replace::<A>),
            Self::ColdPairs => in_window::<A, 65_536>(pairs, replace::<A>),
            Self::Reallocs => in_window::<A, 64>(pairs, reallocate::<A>),
            Self::Recursion => {
                for step in 0..pairs {
                    below(10, &mut || {
                        let mut block = Block::NONE;
                        replace::<A>(&mut block, 16 + step % SIZES);
                        give_back::<A>(&mut block);
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

fn in_window<A: Allocator, const BLOCKS: usize>(pairs: usize, step: fn(&mut Block, usize)) {
    let mut window = vec![Block::NONE; BLOCKS];
    let mut random = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..pairs {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let block = &mut window[random as usize % BLOCKS];
        step(block, 16 + (random >> 32) as usize % SIZES);
    }
    window.iter_mut().for_each(give_back::<A>);
}

fn replace<A: Allocator>(block: &mut Block, size: usize) {
    give_back::<A>(block);
    let layout = layout(size);
    *block = Block { start: black_box(allocate::<A>(layout)), layout };
}

fn reallocate<A: Allocator>(block: &mut Block, size: usize) {
    if block.start.is_null() {
        return replace::<A>(block, size);
    }
    let start = resize::<A>(block.start, block.layout, size);
    *block = Block { start: black_box(start), layout: layout(size) };
}

fn give_back<A: Allocator>(block: &mut Block) {
    if !block.start.is_null() {
        free::<A>(block.start, block.layout);
        block.start = ptr::null_mut();
    }
}

fn layout(size: usize) -> Layout {
    // SAFETY: 8 is a power of two, and sizes are far from `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, 8) }
}

/// Blocks that live as long as this value.
#[derive(Debug)]
pub struct Blocks<A: Allocator> {
    allocator: PhantomData<A>,
    blocks: Vec<Block>,
}

impl<A: Allocator> Blocks<A> {
    pub fn allocate(count: usize) -> Self {
        let mut blocks = vec![Block::NONE; count];
        let sizes = (16..=256).cycle();
        blocks.iter_mut().zip(sizes).for_each(|(block, size)| replace::<A>(block, size));
        Self { allocator: PhantomData, blocks }
    }
}

impl<A: Allocator> Drop for Blocks<A> {
    fn drop(&mut self) {
        self.blocks.iter_mut().for_each(give_back::<A>);
    }
}
