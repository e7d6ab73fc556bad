//! What is allocated and freed: blocks of 16 to 256 bytes, 136 on average.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::marker::PhantomData;
use std::ptr;

use heapwise::Alloc;

use crate::stack::below;

/// What can be measured: an allocator in a static, as a program's global one is.
pub trait Allocator: GlobalAlloc + Sync + 'static {
    /// Where it is.
    const HERE: &'static Self;
}

/// Puts an allocator into a static.
macro_rules! place {
    ($kind:ty, $value:expr) => {
        impl Allocator for $kind {
            const HERE: &'static Self = {
                static PLACE: $kind = $value;
                &PLACE
            };
        }
    };
}

place!(System, System);
place!(Alloc<System>, Alloc::new(System));
#[cfg(feature = "peers")]
mod peers {
    use mimalloc::MiMalloc;
    use tikv_jemallocator::Jemalloc;

    use super::{Alloc, Allocator};

    place!(Jemalloc, Jemalloc);
    place!(Alloc<Jemalloc>, Alloc::new(Jemalloc));
    place!(MiMalloc, MiMalloc);
    place!(Alloc<MiMalloc>, Alloc::new(MiMalloc));
}

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
            Self::Reallocs => in_window::<A, 64>(pairs, resize::<A>),
            Self::Recursion => {
                for step in 0..pairs {
                    below(10, &mut || {
                        let mut block = Block::NONE;
                        replace::<A>(&mut block, 16 + step % SIZES);
                        free::<A>(&mut block);
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
    window.iter_mut().for_each(free::<A>);
}

fn replace<A: Allocator>(block: &mut Block, size: usize) {
    free::<A>(block);
    let layout = layout(size);
    *block = Block { start: black_box(alloc::<A>(layout)), layout };
}

fn resize<A: Allocator>(block: &mut Block, size: usize) {
    if block.start.is_null() {
        return replace::<A>(block, size);
    }
    let start = realloc::<A>(block.start, block.layout, size);
    *block = Block { start: black_box(start), layout: layout(size) };
}

fn free<A: Allocator>(block: &mut Block) {
    if !block.start.is_null() {
        dealloc::<A>(block.start, block.layout);
        block.start = ptr::null_mut();
    }
}

fn layout(size: usize) -> Layout {
    // SAFETY: 8 is a power of two, and sizes are far from `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, 8) }
}

/// Not inlined, as `__rust_alloc` is not: the allocator is called like a program's own.
#[inline(never)]
fn alloc<A: Allocator>(layout: Layout) -> *mut u8 {
    // SAFETY: the size is not zero.
    unsafe { A::HERE.alloc(layout) }
}

#[inline(never)]
fn realloc<A: Allocator>(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: the block is of this allocator, with this layout, and used no more.
    unsafe { A::HERE.realloc(block, layout, size) }
}

#[inline(never)]
fn dealloc<A: Allocator>(block: *mut u8, layout: Layout) {
    // SAFETY: as above.
    unsafe { A::HERE.dealloc(block, layout) }
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
        self.blocks.iter_mut().for_each(free::<A>);
    }
}
