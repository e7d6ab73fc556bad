//! At interval 1, totals and profile say exactly what an allocator above the recorder counted, from
//! the first allocation of the process on.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::alloc::Layout;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::panic;
use std::sync::mpsc;
use std::thread;

use common::counting::Counting;

#[global_allocator]
static COUNTING: Counting = Counting::new(heapwise::Alloc::system().with_interval(1));

#[test]
fn every_block_of_eight_busy_threads_is_counted() {
    COUNTING.agreed();
    thread::scope(|scope| {
        for thread in 0..8u64 {
            scope.spawn(move || work(thread));
        }
    });

    let profile = COUNTING.agreed_profile();
    assert_eq!(profile.header.period, 1);
    assert!(profile.header.comments.is_empty());
    let is_whole = |row| profile.samples.stack(row).len() > 3;
    assert!((0..profile.samples.len()).all(is_whole), "stacks are walked to the thread's start");
}

fn work(thread: u64) {
    for round in 0..30 {
        collections(thread + round);
        reallocs(round as usize);
        alignments(round as usize);
        frees_on_another_thread();
        fails();
        unwinds(round);
    }
    for _ in 0..10 {
        thread::spawn(|| LAST_WORDS.with(|words| words.borrow_mut().0.push_str("said")))
            .join()
            .unwrap();
    }
}

fn collections(seed: u64) {
    let map: BTreeMap<u64, String> =
        (0..100).map(|i| (i * 7919 % 101, "x".repeat((seed + i) as usize % 50))).collect();
    black_box(map.values().map(String::as_str).collect::<Vec<_>>().concat());
    black_box((0..50).map(|i| Box::new([i; 16])).collect::<Vec<_>>());
}

fn reallocs(round: usize) {
    let mut bytes: Vec<u8> = Vec::new();
    for step in 0..60 {
        bytes.resize(step * 37 + round, 1);
        if step % 7 == 0 {
            bytes.truncate(step);
            bytes.shrink_to_fit();
        }
    }
    // Large enough for the system's allocator to move pages instead of bytes.
    bytes.reserve_exact(300_000);
    bytes.reserve_exact(900_000);
    black_box(bytes);
}

fn alignments(round: usize) {
    for align in [1, 8, 64, 4096] {
        let layout = Layout::from_size_align(round * 3 + 1, align).unwrap();
        // SAFETY: the size is not zero.
        let block = unsafe { std::alloc::alloc_zeroed(layout) };
        assert_eq!(block.addr() % align, 0);
        // SAFETY: the block was just allocated with this layout; the new size is not zero.
        let block = unsafe { std::alloc::realloc(block, layout, layout.size() * 2) };
        // Without it, an optimizer takes the pair for a `dealloc` of the smaller block, of twice its size.
        let block = black_box(block);
        let layout = Layout::from_size_align(layout.size() * 2, align).unwrap();
        // SAFETY: as above.
        unsafe { std::alloc::dealloc(block, layout) };
    }
}

fn frees_on_another_thread() {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    let freeing = thread::spawn(move || receiver.iter().map(|bytes| bytes.len()).sum::<usize>());
    (0..40).for_each(|i| sender.send(vec![0; i]).unwrap());
    drop(sender);
    freeing.join().unwrap();
}

fn fails() {
    let mut bytes = vec![1u8; 10];
    assert!(bytes.try_reserve_exact(isize::MAX as usize - 100).is_err());
    assert_eq!(bytes, [1; 10]);
    assert!(Vec::<u8>::new().try_reserve_exact(isize::MAX as usize - 100).is_err());
}

fn unwinds(round: u64) {
    let result = panic::catch_unwind(|| {
        let _dropped_on_the_way: Vec<String> = (0..20).map(|i| format!("{i}")).collect();
        // Does not call the panic hook, which would print.
        panic::resume_unwind(Box::new(format!("round {round}")));
    });
    assert_eq!(*result.unwrap_err().downcast::<String>().unwrap(), format!("round {round}"));
}

/// Allocates and frees while its thread's locals are taken down.
struct LastWords(String);

impl Drop for LastWords {
    fn drop(&mut self) {
        self.0 = black_box(self.0.repeat(3));
        black_box(vec![0u8; 100]);
    }
}

thread_local! {
    static LAST_WORDS: RefCell<LastWords> = const { RefCell::new(LastWords(String::new())) };
}
