use super::*;
use crate::counters::Count;
use crate::entry::Muted;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn count(objects: u64, bytes: u64) -> Count {
    Count { objects, bytes }
}

static STACK: [usize; 3] = [30, 20, 10];

#[test]
fn a_block_is_in_use_from_its_allocation_to_its_free() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, 100, Weight::ONE, &STACK);
    RECORDER.record(&inside, 0x2000, 100, Weight::ONE, &STACK);
    let block = RECORDER.take(&inside, 0x1000).unwrap();
    assert_eq!(RECORDER.totals(&inside).inuse, count(2, 200));
    RECORDER.retire(&inside, block);
    assert_eq!(RECORDER.totals(&inside), Totals { alloc: count(2, 200), inuse: count(1, 100) });
    assert!(!RECORDER.may_hold(0x1000) && RECORDER.may_hold(0x2000));
    assert_eq!(RECORDER.take(&inside, 0x1000), None);
}

#[test]
fn a_block_that_was_not_freed_after_all_is_found_again() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, 100, Weight::ONE, &STACK);
    let block = RECORDER.take(&inside, 0x1000).unwrap();
    RECORDER.keep(&inside, block);
    assert_eq!(RECORDER.totals(&inside), Totals { alloc: count(1, 100), inuse: count(1, 100) });
    assert_eq!(RECORDER.take(&inside, 0x1000), Some(block));
}

#[test]
fn an_unnoticed_free_is_made_up_for_when_the_address_comes_back() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, 100, Weight::ONE, &STACK);
    RECORDER.record(&inside, 0x1000, 300, Weight::ONE, &STACK);
    assert_eq!(RECORDER.totals(&inside), Totals { alloc: count(2, 400), inuse: count(1, 300) });
    let block = RECORDER.take(&inside, 0x1000).unwrap();
    assert_eq!(block.size, 300);
    assert!(!RECORDER.may_hold(0x1000));
}

#[test]
fn stacks_that_do_not_fit_are_counted_without_frames() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    // More stacks than the table holds, all live: totals stay exact.
    let stacks = 300_000;
    for i in 1..=stacks {
        RECORDER.record(&inside, i * 16, 8, Weight::ONE, &[i]);
    }
    let dropped = RECORDER.dropped.read();
    assert!(dropped.stacks > 0 && dropped.live == 0 && dropped.samples == 0, "{dropped:?}");
    assert_eq!(RECORDER.totals(&inside).inuse, count(stacks as u64, 8 * stacks as u64));
    let rows = RECORDER.rows(&inside).unwrap();
    let unknown = rows.iter().find(|row| row.stack.is_empty()).unwrap();
    assert_eq!(unknown.alloc.objects, dropped.stacks);
}

#[test]
fn rows_add_up_to_the_totals_with_fractional_weights() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    for i in 1..2000u64 {
        let size = i * i % 5003 + 1;
        let stack = [i as usize % 11, 2, 1];
        RECORDER.record(&inside, i as usize * 16, size, Weight::of(size, 4096), &stack);
    }
    let rows = RECORDER.rows(&inside).unwrap();
    let sum = rows.iter().copied().fold(Totals::default(), Totals::plus);
    assert_eq!(sum, RECORDER.totals(&inside));
    (1..2000).for_each(|i| RECORDER.retire(&inside, RECORDER.take(&inside, i * 16).unwrap()));
    assert_eq!(RECORDER.totals(&inside).inuse, Count::default());
}

#[test]
fn a_snapshot_under_load_never_shows_more_in_use_than_allocated() {
    static RECORDER: Recorder = Recorder::new();
    std::thread::scope(|scope| {
        for thread in 1..=3usize {
            scope.spawn(move || {
                for i in 0..30_000usize {
                    let inside = Outermost::enter().unwrap();
                    let address = thread << 32 | (i + 1) << 4;
                    RECORDER.record(&inside, address, 64, Weight::ONE, &[thread, i % 50]);
                    let block = RECORDER.take(&inside, address).unwrap();
                    RECORDER.retire(&inside, block);
                }
            });
        }
        for _ in 0..50 {
            let _muted = Muted::new();
            let inside = Outermost::enter().unwrap();
            let rows = RECORDER.rows(&inside).unwrap();
            let inuse: u64 = rows.iter().map(|row| row.inuse.objects).sum();
            assert!(inuse <= 3, "at most one block a thread: {inuse}");
            assert!(rows.iter().all(|row| row.alloc.bytes == 64 * row.alloc.objects));
        }
    });
    assert_eq!(
        RECORDER.totals(&inside()),
        Totals { alloc: count(90_000, 5_760_000), inuse: count(0, 0) }
    );
}
