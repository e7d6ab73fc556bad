use std::collections::HashMap;

use super::*;
use crate::platform::blocks::range::View;
use crate::platform::blocks::size_class::SPAN_BYTES;
use crate::platform::random::Random;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn tag(place: u32) -> Tag {
    Tag { place, weight: place.rotate_left(7) }
}

fn past(place: u32) -> Past {
    Past { tag: tag(place), birth: 0 }
}

/// As a recorder does.
fn free(pool: &Pool, inside: &Outermost, heap: &mut Heap, address: usize) -> Option<Past> {
    pool.free(inside, heap, pool.home_of(address)?, address)
}

#[test]
fn blocks_do_not_overlap_and_keep_their_tags_over_random_work() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let mut heaps = [0, 1, 2].map(Heap::new);
    let random = Random::unseeded();
    let mut model: Vec<(usize, usize, u32)> = Vec::new();
    let heap_of = |address| POOL.heap_of(address).unwrap();
    for step in 1..200_000u32 {
        let choice = random.next();
        if choice.is_multiple_of(2) || model.is_empty() {
            let size = 1 + (random.next() >> (51 + choice % 13)) as usize;
            let class = Class::of(size, 1 << (choice >> 40 & 7));
            let heap = (choice >> 8) as usize % 3;
            let block = POOL.allocate(&inside, &mut heaps[heap], class, tag(step), 0).unwrap();
            // SAFETY: the pool granted that many bytes.
            unsafe { block.write_bytes(step as u8, size) };
            model.push((block.as_ptr() as usize, size, step));
        } else {
            let (address, size, step) = model.swap_remove(random.next() as usize % model.len());
            // SAFETY: the pool granted that many bytes, which were written.
            let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, size) };
            assert!(bytes.iter().all(|&byte| byte == step as u8), "{step} was overwritten");
            let heap = &mut heaps[heap_of(address)];
            assert_eq!(free(&POOL, &inside, heap, address), Some(past(step)));
        }
    }
    let mut spans = HashMap::new();
    for (address, _, step) in model {
        *spans.entry(address / SPAN_BYTES).or_insert(0) += 1;
        let heap = &mut heaps[heap_of(address)];
        assert_eq!(POOL.retag(heap, address, tag(1), 0), Some(past(step)));
        assert_eq!(free(&POOL, &inside, heap, address), Some(past(1)));
    }
    assert!(spans.len() > 36);
}

#[test]
fn a_block_is_freed_once() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let (mut heap, mut other) = (Heap::new(0), Heap::new(1));
    let class = Class::of(100, 8);
    let blocks = [1, 2].map(|step| {
        POOL.allocate(&inside, &mut heap, class, tag(step), 0).unwrap().as_ptr() as usize
    });
    assert_eq!((POOL.class_at(blocks[0]), POOL.heap_of(blocks[0])), (Some(class), Some(0)));
    assert_eq!(free(&POOL, &inside, &mut other, blocks[0]), None, "another heap's");
    assert_eq!(free(&POOL, &inside, &mut heap, blocks[0]), Some(past(1)));
    assert_eq!(free(&POOL, &inside, &mut heap, blocks[0]), None);
    let fresh = blocks[1] + class.bytes();
    assert_eq!(free(&POOL, &inside, &mut heap, fresh), None, "never in use");
}

#[test]
fn addresses_of_others_are_not_the_pools() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let local = 0u8;
    let elsewhere = std::ptr::from_ref(&local) as usize;
    assert_eq!(POOL.heap_of(elsewhere), None);
    let mut heap = Heap::new(0);
    POOL.allocate(&inside, &mut heap, Class::of(1, 1), tag(1), 0).unwrap();
    assert_eq!(POOL.heap_of(elsewhere), None);
    assert_eq!(free(&POOL, &inside, &mut heap, elsewhere), None);
}

#[test]
fn a_block_keeps_its_birth_if_its_class_does() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let mut heap = Heap::new(0);
    let class = Class::of(100, 8);
    for (class, expected) in [(class, [0, 0]), (class.with_births(), [77, 88])] {
        let blocks: Vec<usize> = (0..1000)
            .map(|_| {
                POOL.allocate(&inside, &mut heap, class, tag(1), 77).unwrap().as_ptr() as usize
            })
            .collect();
        for block in blocks {
            let past = |birth| Some(Past { tag: tag(1), birth });
            assert_eq!(POOL.class_at(block), Some(class));
            assert_eq!(POOL.retag(&mut heap, block, tag(1), 88), past(expected[0]));
            assert_eq!(free(&POOL, &inside, &mut heap, block), past(expected[1]));
        }
    }
}

/// Of two pools in a process only one has the usual place, and both are told.
#[test]
fn a_view_sees_every_block_wherever_the_pool_lies() {
    static POOLS: [Pool; 2] = [const { Pool::new() }; 2];
    let inside = inside();
    for pool in &POOLS {
        let view = View::new();
        assert!(
            view.is_blind() && [0, 4096, 1 << 38, usize::MAX].iter().all(|&a| view.may_hold(a))
        );
        view.open(pool.reach(&inside));
        assert!(!view.is_blind());
        let mut heap = Heap::new(0);
        let blocks =
            (0..1000).map(|_| pool.allocate(&inside, &mut heap, Class::of(8000, 8), tag(1), 0));
        assert!(blocks.into_iter().all(|block| view.may_hold(block.unwrap().as_ptr() as usize)));
    }
}

#[test]
fn a_view_of_a_pool_at_its_usual_place_sees_nothing_else() {
    let view = View::new();
    view.open(1 << 38);
    let ends = [1 << 38, (2 << 38) - 1];
    assert!(ends.iter().all(|&address| view.may_hold(address)));
    assert!([0, ends[0] - 1, ends[1] + 1, usize::MAX].iter().all(|&other| !view.may_hold(other)));
    // As if nothing could be reserved.
    view.open(1);
    assert!(!view.is_blind() && !view.may_hold(0) && !view.may_hold(usize::MAX));
}

/// Memory goes from one size to another, and from one thread to another.
#[test]
fn empty_spans_are_used_again() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let mut heaps = [0, 1].map(Heap::new);
    let mut bounds = |round: usize| {
        let class = Class::of(16 << round, 8);
        let heap = &mut heaps[round % 2];
        let blocks: Vec<usize> = (0..(8 << 20) / class.bytes())
            .map(|_| POOL.allocate(&inside, heap, class, tag(1), 0).unwrap().as_ptr() as usize)
            .collect();
        assert!(blocks.iter().all(|&block| free(&POOL, &inside, heap, block).is_some()));
        (*blocks.iter().min().unwrap(), *blocks.iter().max().unwrap())
    };
    let (first, _) = bounds(0);
    for round in 0..9 {
        let (low, high) = bounds(round);
        assert!(low.abs_diff(first) < 32 << 20 && high.abs_diff(first) < 32 << 20, "{round}");
    }
}
