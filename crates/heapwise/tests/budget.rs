//! Budgets count exactly what they say, on threads beside one another and at any sampling interval.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::hint::black_box;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Barrier, mpsc};
use std::thread;

use heapwise::budget::{self, Used, measure};
use heapwise::heap;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

fn used(work: impl FnOnce()) -> [u64; 5] {
    let ((), used) = measure(work);
    numbers(used)
}

fn numbers(used: Used) -> [u64; 5] {
    [used.allocations, used.bytes, used.peak_bytes, used.leaked, used.leaked_bytes]
}

/// A block, freed by hand.
struct Block(*mut u8, Layout);

// SAFETY: a block may be freed by any thread.
unsafe impl Send for Block {}

impl Block {
    fn new(size: usize, align: usize) -> Self {
        let layout = Layout::from_size_align(size, align).unwrap();
        // SAFETY: no size here is zero.
        let block = Self(black_box(unsafe { alloc(layout) }), layout);
        assert_eq!(block.0.addr() % align, 0);
        block
    }

    fn zeroed(size: usize) -> Self {
        let layout = Layout::from_size_align(size, 8).unwrap();
        // SAFETY: no size here is zero.
        let block = black_box(unsafe { alloc_zeroed(layout) });
        // SAFETY: that many bytes were granted and initialised.
        assert!(unsafe { std::slice::from_raw_parts(block, size) }.iter().all(|&byte| byte == 0));
        Self(block, layout)
    }

    fn resize(&mut self, size: usize) {
        let before = self.1.size().min(size);
        // SAFETY: that many bytes were granted.
        unsafe { self.0.write_bytes(0xa5, before) };
        // SAFETY: the block is this one's, and no size here is zero.
        self.0 = black_box(unsafe { realloc(self.0, self.1, size) });
        self.1 = Layout::from_size_align(size, self.1.align()).unwrap();
        // SAFETY: that many bytes were written before, and copied.
        let kept = unsafe { std::slice::from_raw_parts(self.0, before) };
        assert!(
            kept.iter().all(|&byte| byte == 0xa5) && self.0.addr().is_multiple_of(self.1.align())
        );
    }

    fn free(self) {
        // SAFETY: the block is this one's, which is used up.
        unsafe { dealloc(self.0, self.1) }
    }
}

/// At every interval; the process has one, which other tests set meanwhile, as they may.
fn at_every_interval(test: impl Fn()) {
    for interval in [0, 1, 64, 512 << 10] {
        heap::set_interval(interval);
        test();
    }
}

#[test]
fn every_kind_of_request_counts_once() {
    at_every_interval(|| {
        for size in [1, 8, 100, 8191, 8192, 100_000, 3 << 20] {
            let bytes = size as u64;
            assert_eq!(used(|| Block::new(size, 8).free()), [1, bytes, bytes, 0, 0]);
            assert_eq!(used(|| Block::zeroed(size).free()), [1, bytes, bytes, 0, 0]);
        }
        for align in [1, 64, 4096, 8192, 1 << 16] {
            assert_eq!(used(|| Block::new(24, align).free()), [1, 24, 24, 0, 0]);
        }
    });
}

#[test]
fn nothing_is_nothing() {
    at_every_interval(|| assert_eq!(used(|| drop(black_box(Vec::<u64>::new()))), [0; 5]));
}

/// Inside the range of recorded blocks, out of it and back, with and without a move.
#[test]
fn a_realloc_is_a_free_and_an_allocation_in_one() {
    let sizes = [1, 24, 25, 100, 8191, 8192, 50_000, 1 << 20];
    at_every_interval(|| {
        for (from, to) in sizes.iter().flat_map(|&from| sizes.iter().map(move |&to| (from, to))) {
            let (old, new) = (from as u64, to as u64);
            let both = [2, old + new, old.max(new), 0, 0];
            for align in [8, 4096] {
                let resized = || {
                    let mut block = Block::new(from, align);
                    block.resize(to);
                    block.free();
                };
                assert_eq!(used(resized), both, "{from} to {to}");
                // The block is from before: only what it becomes counts.
                let mut block = Block::new(from, align);
                assert_eq!(used(|| block.resize(to)), [1, new, new, 1, new]);
                assert_eq!(used(|| block.resize(from)), [1, old, old, 1, old]);
                block.free();
            }
        }
    });
}

#[test]
fn a_block_from_before_makes_no_room() {
    at_every_interval(|| {
        let blocks = [100, 50_000].map(|size| Block::new(size, 8));
        let work = || {
            blocks.into_iter().for_each(Block::free);
            Block::new(10, 8).free();
        };
        assert_eq!(used(work), [1, 10, 10, 0, 0]);
    });
}

#[test]
fn the_peak_is_what_was_in_use_at_once() {
    let work = || {
        let first = Block::new(1000, 8);
        let second = Block::new(500, 8);
        first.free();
        let third = Block::new(800, 8);
        second.free();
        third.free();
    };
    at_every_interval(|| assert_eq!(used(work), [3, 2300, 1500, 0, 0]));
}

#[test]
fn what_is_not_freed_is_leaked_and_what_is_returned_too() {
    at_every_interval(|| {
        let (kept, used) = measure(|| {
            Block::new(70, 8).free();
            [Block::new(30, 8), Block::new(20_000, 8)]
        });
        assert_eq!(numbers(used), [3, 20_100, 20_030, 2, 20_030]);
        kept.into_iter().for_each(Block::free);
    });
}

#[test]
fn a_free_counts_on_whatever_thread() {
    let (sender, blocks) = mpsc::sync_channel::<Block>(2);
    let (freed, done) = mpsc::sync_channel::<()>(2);
    let freeing = thread::spawn(move || {
        blocks.iter().for_each(|block| {
            block.free();
            freed.send(()).unwrap();
        });
    });
    // What the channels and their waiting need once.
    for _ in 0..2 {
        sender.send(Block::new(8, 8)).unwrap();
        done.recv().unwrap();
    }
    at_every_interval(|| {
        for size in [100, 10_000] {
            let ((), used) = measure(|| {
                sender.send(Block::new(size, 8)).unwrap();
                done.recv().unwrap();
            });
            assert_eq!((used.leaked, used.leaked_bytes), (0, 0));
            assert!(used.bytes >= size as u64);
        }
    });
    drop(sender);
    freeing.join().unwrap();
}

#[test]
fn a_budget_inside_another_counts_in_both() {
    at_every_interval(|| {
        let mut inner = [0; 5];
        let outer = used(|| {
            let before = Block::new(1000, 8);
            let (kept, within) = measure(|| {
                before.free();
                [Block::new(10, 8), Block::new(9000, 8)]
            });
            inner = numbers(within);
            Block::new(5, 8).free();
            kept.into_iter().for_each(Block::free);
        });
        assert_eq!(inner, [2, 9010, 9010, 2, 9010]);
        assert_eq!(outer, [4, 10_015, 9015, 0, 0]);
    });
}

#[test]
fn other_threads_count_if_they_run_something_by_a_handle() {
    let barrier = Barrier::new(2);
    let (sender, handles) = mpsc::channel::<budget::Handle>();
    let pairs = |count: usize| (0..count).for_each(|_| Block::new(100, 8).free());
    thread::scope(|scope| {
        let (pairs, barrier) = (&pairs, &barrier);
        scope.spawn(move || {
            for handle in handles {
                pairs(1000);
                handle.run(|| {
                    pairs(20);
                    // A budget of its own lies inside.
                    assert_eq!(used(|| pairs(3)), [3, 300, 100, 0, 0]);
                });
                pairs(1000);
                drop(handle);
                barrier.wait();
            }
        });
        at_every_interval(|| {
            let handle = budget::current();
            let ((), without) = measure(|| {
                sender.send(handle.clone()).unwrap();
                pairs(5);
                barrier.wait();
            });
            // What the channel allocates is this thread's.
            assert!(without.allocations < 5 + 3, "{without:?}");
            let (handle, with) = measure(|| {
                let handle = budget::current();
                sender.send(handle.clone()).unwrap();
                pairs(5);
                barrier.wait();
                handle
            });
            assert!((28..28 + 3).contains(&with.allocations), "{with:?}");
            // It counts no more, and does no harm.
            handle.run(|| pairs(100));
            assert_eq!(used(|| handle.run(|| pairs(100))), [0; 5]);
            assert_eq!(used(|| pairs(1)), [1, 100, 100, 0, 0]);
        });
        drop(sender);
    });
}

#[test]
fn a_panic_inside_leaves_nothing_behind() {
    at_every_interval(|| {
        let outer = used(|| {
            let end = panic::catch_unwind(|| {
                heapwise::budget().allocations(0).check(|| {
                    let _freed_on_the_way = Block::new(50, 8);
                    // Does not call the panic hook, which would print.
                    panic::resume_unwind(Box::new(17));
                })
            });
            assert_eq!(*end.unwrap_err().downcast::<i32>().unwrap(), 17);
            Block::new(60, 8).free();
        });
        assert!(outer[0] >= 3 && outer[1] >= 114);
        assert_eq!(used(|| Block::new(60, 8).free()), [1, 60, 60, 0, 0]);
    });
}

/// Random work of which the sums are known, on many threads, beside others that only allocate.
#[test]
fn budgets_beside_one_another_under_load_are_exact() {
    let work = |seed: u64| {
        let mut random = seed;
        let mut next = move || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize
        };
        let mut expected = [0u64; 5];
        let mut inuse = 0;
        let allocate = |expected: &mut [u64; 5], inuse: &mut u64, size: usize| {
            expected[0] += 1;
            expected[1] += size as u64;
            *inuse += size as u64;
            expected[2] = expected[2].max(*inuse);
        };
        // Room that is made before, so that nothing else is allocated.
        let mut blocks: Vec<Block> = Vec::with_capacity(64);
        let ((), used) = measure(|| {
            for _ in 0..400 {
                let size = if next() % 16 == 0 { 8000 + next() % 40_000 } else { next() % 500 } + 1;
                match next() % 3 {
                    0 if blocks.len() < 64 => {
                        allocate(&mut expected, &mut inuse, size);
                        blocks.push(Block::new(size, 8));
                    }
                    1 if !blocks.is_empty() => {
                        let index = next() % blocks.len();
                        inuse -= blocks[index].1.size() as u64;
                        allocate(&mut expected, &mut inuse, size);
                        blocks[index].resize(size);
                    }
                    _ if !blocks.is_empty() => {
                        let block = blocks.swap_remove(next() % blocks.len());
                        inuse -= block.1.size() as u64;
                        block.free();
                    }
                    _ => {}
                }
            }
        });
        (expected[3], expected[4]) = (blocks.len() as u64, inuse);
        blocks.into_iter().for_each(Block::free);
        assert_eq!(numbers(used), expected, "seed {seed}");
    };
    thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || (0..60).for_each(|round| work(thread << 32 | round)));
        }
        for _ in 0..2 {
            scope.spawn(|| {
                for size in 0..20_000 {
                    drop(black_box(vec![1u8; size]));
                }
            });
        }
    });
}

#[test]
fn what_is_within_the_budget_passes() {
    let text = heapwise::budget()
        .allocations(1)
        .bytes(100)
        .peak_bytes(100)
        .leaked(1)
        .leaked_bytes(100)
        .check(|| "x".repeat(100));
    assert_eq!(text.len(), 100);
}

#[test]
#[should_panic(expected = "add, say, `.allocations(0)`")]
fn a_budget_without_a_limit_is_a_mistake() {
    heapwise::budget().check(|| ());
}

#[test]
fn each_limit_is_one_of_its_own() {
    let work = || {
        drop(black_box(vec![0u8; 100]));
        Box::new([0u8; 64])
    };
    let exceeded = |budget: budget::Budget| {
        let end = panic::catch_unwind(AssertUnwindSafe(|| budget.check(work)));
        end.map_or_else(
            |panic| panic.downcast::<String>().unwrap().lines().next().unwrap().to_owned(),
            |_| String::new(),
        )
    };
    let budget = heapwise::budget;
    let just = budget().allocations(2).bytes(164).peak_bytes(100).leaked(1).leaked_bytes(64);
    assert_eq!(exceeded(just), "");
    for (less, text) in [
        (just.allocations(1), "over budget: 2 allocations, 1 allowed"),
        (just.bytes(163), "over budget: 164 bytes allocated, 163 allowed"),
        (just.peak_bytes(99), "over budget: 100 bytes at the peak, 99 allowed"),
        (just.leaked(0), "over budget: 1 block leaked, 0 allowed"),
        (
            just.leaked_bytes(0).leaked(0),
            "over budget: 1 block leaked, 0 allowed; 64 bytes leaked, 0 allowed",
        ),
    ] {
        assert_eq!(exceeded(less), text);
    }
}

heapwise::budget_test! {
    /// What the macro is for.
    fn a_whole_test_has_a_budget(allocations: 1, leaked: 0) {
        drop(black_box(Box::new(5)));
    }

    #[should_panic(expected = "over budget: 2 allocations, 1 allowed")]
    fn a_whole_test_may_fail(allocations: 1,) {
        drop(black_box((Box::new(5), Box::new(6))));
    }
}
