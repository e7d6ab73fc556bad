use std::collections::HashMap;

use super::*;
use crate::random::Random;
use crate::size_class::SPAN_BYTES;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn tag(place: u32) -> Tag {
    Tag { place, weight: place.rotate_left(7) }
}

#[test]
fn blocks_do_not_overlap_and_keep_their_tags_over_random_work() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let random = Random::unseeded();
    let mut model: Vec<(usize, usize, u32)> = Vec::new();
    for step in 1..200_000u32 {
        let choice = random.next();
        if choice.is_multiple_of(2) || model.is_empty() {
            let size = 1 + (random.next() >> (51 + choice % 13)) as usize;
            let class = Class::of(size, 1 << (choice >> 40 & 7));
            let heap = (choice >> 8) as usize % 3;
            let block = POOL.allocate(&inside, heap, class, tag(step)).unwrap();
            // SAFETY: the pool granted that many bytes.
            unsafe { block.write_bytes(step as u8, size) };
            model.push((block.as_ptr() as usize, size, step));
        } else {
            let (address, size, step) = model.swap_remove(random.next() as usize % model.len());
            // SAFETY: the pool granted that many bytes, which were written.
            let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, size) };
            assert!(bytes.iter().all(|&byte| byte == step as u8), "{step} was overwritten");
            assert_eq!(POOL.free(&inside, address), Some(tag(step)));
        }
    }
    let mut spans = HashMap::new();
    for (address, _, step) in model {
        *spans.entry(address / SPAN_BYTES).or_insert(0) += 1;
        assert_eq!(POOL.retag(&inside, address, tag(1)), Some(tag(step)));
        assert_eq!(POOL.free(&inside, address), Some(tag(1)));
    }
    assert!(spans.len() > 36);
}

#[test]
fn a_block_is_freed_once() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let class = Class::of(100, 8);
    let blocks: Vec<usize> = (1..3)
        .map(|step| POOL.allocate(&inside, 0, class, tag(step)).unwrap().as_ptr() as usize)
        .collect();
    assert!(POOL.may_hold(blocks[0]) && POOL.holds(blocks[0]));
    assert_eq!(POOL.class_at(blocks[0]), Some(class));
    assert_eq!(POOL.free(&inside, blocks[0]), Some(tag(1)));
    assert_eq!(POOL.free(&inside, blocks[0]), None);
    let fresh = blocks[1] + class.bytes();
    assert_eq!(POOL.free(&inside, fresh), None, "never in use");
}

#[test]
fn addresses_of_others_are_not_the_pools() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let local = 0u8;
    let elsewhere = std::ptr::from_ref(&local) as usize;
    assert!(!POOL.may_hold(elsewhere) && !POOL.may_hold(0) && !POOL.may_hold(4096));
    POOL.allocate(&inside, 0, Class::of(1, 1), tag(1)).unwrap();
    assert!(!POOL.may_hold(elsewhere) && !POOL.holds(elsewhere));
    assert_eq!(POOL.free(&inside, elsewhere), None);
}

/// Memory goes from one size to another, and from one thread to another.
#[test]
fn empty_spans_are_used_again() {
    static POOL: Pool = Pool::new();
    let inside = inside();
    let bounds = |round: usize| {
        let class = Class::of(16 << round, 8);
        let blocks: Vec<usize> = (0..(8 << 20) / class.bytes())
            .map(|_| POOL.allocate(&inside, round % 2, class, tag(1)).unwrap().as_ptr() as usize)
            .collect();
        assert!(blocks.iter().all(|&block| POOL.free(&inside, block).is_some()));
        (*blocks.iter().min().unwrap(), *blocks.iter().max().unwrap())
    };
    let (first, _) = bounds(0);
    for round in 0..9 {
        let (low, high) = bounds(round);
        assert!(low.abs_diff(first) < 32 << 20 && high.abs_diff(first) < 32 << 20, "{round}");
    }
}

#[test]
fn threads_free_what_others_allocated() {
    static POOL: Pool = Pool::new();
    let (sender, receiver) = std::sync::mpsc::channel::<usize>();
    std::thread::scope(|scope| {
        for thread in 0..3usize {
            let sender = sender.clone();
            scope.spawn(move || {
                for i in 0..30_000u32 {
                    let inside = inside();
                    let class = Class::of(8 + i as usize % 900, 8);
                    let block = POOL.allocate(&inside, thread, class, tag(i + 1)).unwrap();
                    drop(inside);
                    sender.send(block.as_ptr() as usize).unwrap();
                }
            });
        }
        drop(sender);
        let mut sum = 0u64;
        for address in receiver {
            sum += u64::from(POOL.free(&inside(), address).unwrap().place);
        }
        assert_eq!(sum, 3 * (30_000 * 30_001 / 2));
    });
}
