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

fn sample(size: usize, weight: Weight, stack: &[usize]) -> Sample<'_> {
    Sample { layout: Layout::from_size_align(size, 1).unwrap(), weight, stack }
}

fn allocate(recorder: &Recorder, inside: &Outermost, sample: Sample<'_>) -> usize {
    recorder.allocate(inside, sample).unwrap().as_ptr() as usize
}

#[test]
fn a_block_is_in_use_from_its_allocation_to_its_free() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let first = allocate(&RECORDER, &inside, sample(100, Weight::ONE, &STACK));
    let second = allocate(&RECORDER, &inside, sample(100, Weight::ONE, &STACK));
    assert!(RECORDER.may_hold(first) && RECORDER.holds(second));
    assert_eq!(RECORDER.totals(&inside).inuse, count(2, 200));
    RECORDER.free(&inside, first, 100);
    assert_eq!(RECORDER.totals(&inside), Totals { alloc: count(2, 200), inuse: count(1, 100) });
    RECORDER.free(&inside, first, 100);
    assert_eq!(RECORDER.totals(&inside).inuse, count(1, 100), "freed once");
}

#[test]
fn a_block_is_resized_where_it_is_if_its_slot_fits() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let block = allocate(&RECORDER, &inside, sample(100, Weight::ONE, &STACK));
    let larger = sample(112, Weight::ONE, &[7]);
    assert!(RECORDER.fits(block, larger.layout));
    assert!(RECORDER.reallocate(&inside, block, 100, larger));
    assert_eq!(RECORDER.totals(&inside), Totals { alloc: count(2, 212), inuse: count(1, 112) });
    let layout = |size, align| Layout::from_size_align(size, align).unwrap();
    assert!(!RECORDER.fits(block, layout(113, 1)) && !RECORDER.fits(block, layout(112, 32)));
    assert!(!RECORDER.fits(block, layout(LARGE, 1)));
    RECORDER.free(&inside, block, 112);
    assert_eq!(RECORDER.totals(&inside).inuse, count(0, 0));
}

#[test]
fn a_large_block_that_was_not_freed_after_all_is_found_again() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, sample(LARGE, Weight::ONE, &STACK));
    let block = RECORDER.take(&inside, 0x1000).unwrap();
    assert_eq!(RECORDER.totals(&inside).inuse.objects, 1, "until it is retired");
    RECORDER.keep(&inside, block);
    assert_eq!(RECORDER.totals(&inside).alloc.objects, 1);
    assert_eq!(RECORDER.take(&inside, 0x1000), Some(block));
    RECORDER.retire(&inside, block);
    assert_eq!(RECORDER.totals(&inside).inuse, count(0, 0));
    assert_eq!(RECORDER.take(&inside, 0x1000), None);
}

#[test]
fn an_unnoticed_free_is_made_up_for_when_the_address_comes_back() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, sample(10_000, Weight::ONE, &STACK));
    RECORDER.record(&inside, 0x1000, sample(30_000, Weight::ONE, &STACK));
    let totals = RECORDER.totals(&inside);
    assert_eq!(totals, Totals { alloc: count(2, 40_000), inuse: count(1, 30_000) });
    assert_eq!(RECORDER.take(&inside, 0x1000).unwrap().size, 30_000);
}

#[test]
fn stacks_that_do_not_fit_are_counted_without_frames() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    // More stacks than the table holds, all live: totals stay exact.
    let stacks = 300_000;
    for i in 1..=stacks {
        allocate(&RECORDER, &inside, sample(8, Weight::ONE, &[i]));
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
    let mut blocks = Vec::new();
    for i in 1..2000usize {
        let size = i * i % 5003 + 1;
        let stack = [i % 11, 2, 1];
        let weight = Weight::of(size as u64, 4096);
        blocks.push((allocate(&RECORDER, &inside, sample(size, weight, &stack)), size));
    }
    let rows = RECORDER.rows(&inside).unwrap();
    let sum = rows.iter().copied().fold(Totals::default(), Totals::plus);
    assert_eq!(sum, RECORDER.totals(&inside));
    blocks.into_iter().for_each(|(address, size)| RECORDER.free(&inside, address, size));
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
                    let stack = [thread, i % 50];
                    let block = allocate(&RECORDER, &inside, sample(64, Weight::ONE, &stack));
                    RECORDER.free(&inside, block, 64);
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
