//! Each kind of event, called directly: this program's global allocator is the system's, so nothing
//! else is recorded.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::{Barrier, Mutex, MutexGuard};
use std::thread;

use heapwise::Alloc;
use heapwise::heap::{self, Count, Totals};

static WRAPPED: Alloc = Alloc::system();

/// Grants nothing above a megabyte, and moves nothing.
struct Stingy;

// SAFETY: forwards to `System` or refuses, as an allocator may.
unsafe impl GlobalAlloc for Stingy {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > 1 << 20 {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, _: *mut u8, _: Layout, _: usize) -> *mut u8 {
        std::ptr::null_mut()
    }
}

static STINGY: Alloc<Stingy> = Alloc::new(Stingy);

/// One test at a time: they share the recorder. Sets the interval; tells what happened since.
struct Turn {
    before: Totals,
    _alone: MutexGuard<'static, ()>,
}

impl Turn {
    fn at_interval(bytes: u64) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap();
        heap::set_interval(bytes);
        Self { before: heap::totals().unwrap(), _alone: alone }
    }

    /// Objects and bytes allocated since, and how many more are in use, or fewer.
    fn since(&self) -> ((i64, i64), (i64, i64)) {
        let now = heap::totals().unwrap();
        assert!(now.dropped.is_nothing(), "{:?}", now.dropped);
        let minus = |now: Count, before: Count| {
            (now.objects as i64 - before.objects as i64, now.bytes as i64 - before.bytes as i64)
        };
        (minus(now.alloc, self.before.alloc), minus(now.inuse, self.before.inuse))
    }
}

/// A block of an allocator, and its layout.
struct Block(*mut u8, Layout);

// SAFETY: a block may be freed by any thread.
unsafe impl Send for Block {}

fn alloc(allocator: &impl GlobalAlloc, size: usize, align: usize) -> Block {
    let layout = Layout::from_size_align(size, align).unwrap();
    // SAFETY: as `events_of_size_zero` says for size 0, and the contract otherwise.
    let block = unsafe { allocator.alloc(layout) };
    assert_eq!(block.addr() % align, 0);
    Block(block, layout)
}

#[expect(clippy::needless_pass_by_value, reason = "the block is used up")]
fn realloc(allocator: &impl GlobalAlloc, block: Block, size: usize) -> Block {
    // SAFETY: the block is of this allocator and used no more.
    let new = unsafe { allocator.realloc(block.0, block.1, size) };
    Block(new, Layout::from_size_align(size, block.1.align()).unwrap())
}

#[expect(clippy::needless_pass_by_value, reason = "the block is used up")]
fn free(allocator: &impl GlobalAlloc, block: Block) {
    // SAFETY: the block is of this allocator and used no more.
    unsafe { allocator.dealloc(block.0, block.1) }
}

#[test]
fn alloc_and_free() {
    let turn = Turn::at_interval(1);
    let block = alloc(&WRAPPED, 100, 8);
    assert_eq!(turn.since(), ((1, 100), (1, 100)));
    free(&WRAPPED, block);
    assert_eq!(turn.since(), ((1, 100), (0, 0)));
}

#[test]
fn zeroed_blocks_are_zero_and_counted() {
    let turn = Turn::at_interval(1);
    let layout = Layout::from_size_align(5000, 16).unwrap();
    // SAFETY: the size is not zero.
    let block = unsafe { WRAPPED.alloc_zeroed(layout) };
    // SAFETY: 5000 bytes were granted and initialised.
    assert!(unsafe { std::slice::from_raw_parts(block, 5000) }.iter().all(|&byte| byte == 0));
    assert_eq!(turn.since(), ((1, 5000), (1, 5000)));
    free(&WRAPPED, Block(block, layout));
    assert_eq!(turn.since().1, (0, 0));
}

#[test]
fn over_aligned_blocks() {
    let turn = Turn::at_interval(1);
    let blocks: Vec<Block> = [16, 64, 4096, 1 << 20].map(|align| alloc(&WRAPPED, 24, align)).into();
    assert_eq!(turn.since(), ((4, 96), (4, 96)));
    let blocks: Vec<Block> = blocks.into_iter().map(|block| realloc(&WRAPPED, block, 48)).collect();
    assert_eq!(turn.since(), ((8, 96 + 192), (4, 192)));
    blocks.into_iter().for_each(|block| free(&WRAPPED, block));
    assert_eq!(turn.since().1, (0, 0));
}

/// `GlobalAlloc` leaves size 0 to the allocator; the system's grants a block for it.
#[test]
fn events_of_size_zero() {
    let turn = Turn::at_interval(1);
    let block = alloc(&WRAPPED, 0, 1);
    assert_eq!(turn.since(), ((1, 0), (1, 0)));
    free(&WRAPPED, block);
    assert_eq!(turn.since(), ((1, 0), (0, 0)));
}

#[test]
fn a_realloc_frees_the_old_size_and_allocates_the_new_one() {
    let turn = Turn::at_interval(1);
    let block = alloc(&WRAPPED, 100, 8);
    let grown = realloc(&WRAPPED, block, 1000);
    assert_eq!(turn.since(), ((2, 1100), (1, 1000)));
    let shrunk = realloc(&WRAPPED, grown, 10);
    assert_eq!(turn.since(), ((3, 1110), (1, 10)));
    free(&WRAPPED, shrunk);
    assert_eq!(turn.since().1, (0, 0));
}

/// Between the recorder's memory and the allocator's, recorded and not, in every combination, the
/// bytes go along.
#[test]
fn a_realloc_keeps_the_bytes_wherever_it_leads() {
    let turn = Turn::at_interval(1);
    let sizes = [1, 24, 25, 100, 8191, 8192, 50_000, 1 << 20];
    let pairs = sizes.iter().flat_map(|&from| sizes.iter().map(move |&to| (from, to)));
    let intervals = [(1, 1), (1, 0), (0, 1), (0, 0)];
    let all = pairs.flat_map(|pair| intervals.map(|intervals| (pair, intervals)));
    for (((from, to), (before, after)), align) in
        all.flat_map(|case| [1, 16, 4096].map(|align| (case, align)))
    {
        heap::set_interval(before);
        let block = alloc(&WRAPPED, from, align);
        // SAFETY: that many bytes were granted.
        unsafe { block.0.write_bytes(0xa5, from) };
        heap::set_interval(after);
        let block = realloc(&WRAPPED, block, to);
        assert_eq!(block.0.addr() % align, 0);
        // SAFETY: that many bytes were written, or copied.
        let kept = unsafe { std::slice::from_raw_parts(block.0, from.min(to)) };
        assert!(kept.iter().all(|&byte| byte == 0xa5), "{from} to {to} bytes");
        let inuse = if after == 1 { (1, to as i64) } else { (0, 0) };
        assert_eq!(turn.since().1, inuse, "{from} to {to} bytes");
        free(&WRAPPED, block);
        assert_eq!(turn.since().1, (0, 0));
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let turn = Turn::at_interval(1);
    assert!(alloc(&STINGY, 2 << 20, 8).0.is_null());
    assert_eq!(turn.since(), ((0, 0), (0, 0)));
    // A large block stays with its allocator, a small one would have to go there.
    for (size, larger) in [(10_000, 20_000), (100, 2 << 20)] {
        let before = turn.since().0;
        let block = alloc(&STINGY, size, 8);
        // SAFETY: the block is of this allocator.
        assert!(unsafe { STINGY.realloc(block.0, block.1, larger) }.is_null());
        let allocated = (before.0 + 1, before.1 + size as i64);
        assert_eq!(turn.since(), (allocated, (1, size as i64)));
        free(&STINGY, block);
        assert_eq!(turn.since(), (allocated, (0, 0)));
    }
}

#[test]
fn a_block_freed_by_another_thread() {
    let turn = Turn::at_interval(1);
    let blocks: Vec<Block> = (1..1000).map(|size| alloc(&WRAPPED, size, 8)).collect();
    thread::spawn(move || blocks.into_iter().for_each(|block| free(&WRAPPED, block)))
        .join()
        .unwrap();
    assert_eq!(turn.since(), ((999, 499_500), (0, 0)));
}

#[test]
fn interval_zero_records_nothing_more_and_still_notices_frees() {
    let turn = Turn::at_interval(1);
    let recorded = alloc(&WRAPPED, 100, 8);
    heap::set_interval(0);
    assert_eq!(heap::interval(), 0);
    let unrecorded = alloc(&WRAPPED, 200, 8);
    assert_eq!(turn.since(), ((1, 100), (1, 100)));
    heap::set_interval(1);
    free(&WRAPPED, unrecorded);
    assert_eq!(turn.since(), ((1, 100), (1, 100)));
    heap::set_interval(0);
    let grown = realloc(&WRAPPED, recorded, 300);
    assert_eq!(turn.since(), ((1, 100), (0, 0)));
    free(&WRAPPED, grown);
}

/// The thread that sets it at once, others within the next 64 KiB that each allocates.
#[test]
fn threads_that_run_already_obey_a_new_interval() {
    let turn = Turn::at_interval(1 << 40);
    let pair = || free(&WRAPPED, alloc(&WRAPPED, 64 << 10, 8));
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            pair();
            barrier.wait();
            barrier.wait();
            (0..10).for_each(|_| pair());
        });
        barrier.wait();
        heap::set_interval(1);
        barrier.wait();
    });
    let ((objects, bytes), inuse) = turn.since();
    assert!(inuse == (0, 0) && (8..=10).contains(&objects), "{objects}");
    assert_eq!(bytes, objects << 16);
    pair();
    assert_eq!(turn.since().0.0, objects + 1);
}

/// Sizes from 16 bytes to a megabyte at one call site, half of each freed: the estimates of what
/// was allocated and of what is in use lie within five standard errors.
#[test]
fn estimates_at_512_kib_are_unbiased() {
    const INTERVAL: u64 = 512 << 10;
    let turn = Turn::at_interval(INTERVAL);
    let sizes = |i: usize| {
        [16, 48, 200, 1024, 4096, 65_536, 1 << 20][if i.is_multiple_of(500) { 6 } else { i % 6 }]
    };
    let mut kept = Vec::new();
    let mut expected = Expected::default();
    for i in 0..60_000 {
        let block = alloc(&WRAPPED, sizes(i), 8);
        let is_kept = i / 6 % 2 == 0;
        expected.add(sizes(i) as f64, INTERVAL as f64, is_kept);
        if is_kept { kept.push(block) } else { free(&WRAPPED, block) }
    }
    let ((objects, bytes), (inuse_objects, inuse_bytes)) = turn.since();
    expected.check("objects", objects, 0);
    expected.check("bytes", bytes, 1);
    expected.check("objects in use", inuse_objects, 2);
    expected.check("bytes in use", inuse_bytes, 3);
    kept.into_iter().for_each(|block| free(&WRAPPED, block));
    assert_eq!(turn.since().1, (0, 0));
}

/// True sums and the variances of their estimates: an allocation of chance `p` counts `1/p` with
/// chance `p`, which has variance `1/p - 1`.
#[derive(Default)]
struct Expected([(f64, f64); 4]);

impl Expected {
    fn add(&mut self, size: f64, interval: f64, is_kept: bool) {
        let variance = 1.0 / -(-size / interval).exp_m1() - 1.0;
        let kept = f64::from(u8::from(is_kept));
        for (sum, value) in self.0.iter_mut().zip([1.0, size, kept, kept * size]) {
            sum.0 += value;
            sum.1 += variance * value * value;
        }
    }

    fn check(&self, what: &str, estimate: i64, column: usize) {
        let (sum, variance) = self.0[column];
        let off = (estimate as f64 - sum) / variance.sqrt();
        assert!(off.abs() < 5.0, "{what}: {estimate} for {sum}, off by {off} standard errors");
    }
}

#[test]
fn a_profile_adds_up_to_the_totals() {
    let _turn = Turn::at_interval(4096);
    let blocks: Vec<Block> = (1..3000).map(|size| alloc(&WRAPPED, size, 8)).collect();
    let totals = heap::totals().unwrap();
    let mut bytes = Vec::new();
    heap::write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    assert_eq!(common::sums(&profile), (totals.alloc, totals.inuse));
    assert_eq!(profile.header.period, 4096);
    assert!(!totals.is_exact);
    assert!(totals.recorder_bytes > 0);
    blocks.into_iter().for_each(|block| free(&WRAPPED, block));
}
