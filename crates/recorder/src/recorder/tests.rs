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

fn sample(size: usize, weight: Weight) -> Sample {
    Sample { layout: Layout::from_size_align(size, 1).unwrap(), weight }
}

fn one(size: usize) -> Sample {
    sample(size, Weight::ONE)
}

fn allocate(recorder: &Recorder, inside: &Outermost, sample: Sample, stack: &[usize]) -> usize {
    recorder.allocate(inside, sample, stack).unwrap().as_ptr() as usize
}

fn totals(recorder: &Recorder, inside: &Outermost) -> Totals {
    recorder.totals(inside).unwrap()
}

#[test]
fn a_block_is_in_use_from_its_allocation_to_its_free() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let first = allocate(&RECORDER, &inside, one(100), &STACK);
    let second = allocate(&RECORDER, &inside, one(100), &STACK);
    assert!(RECORDER.may_hold(first) && RECORDER.holds(second));
    assert_eq!(totals(&RECORDER, &inside).inuse, count(2, 200));
    RECORDER.free(&inside, first, 100);
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc: count(2, 200), inuse: count(1, 100) });
    RECORDER.free(&inside, first, 100);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(1, 100), "freed once");
}

#[test]
fn a_block_is_resized_where_it_is_if_its_slot_fits() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let block = allocate(&RECORDER, &inside, one(100), &STACK);
    let larger = one(112);
    assert!(RECORDER.fits(block, larger.layout));
    assert!(RECORDER.reallocate(&inside, block, 100, larger, &[7][..]));
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc: count(2, 212), inuse: count(1, 112) });
    let layout = |size, align| Layout::from_size_align(size, align).unwrap();
    assert!(!RECORDER.fits(block, layout(113, 1)) && !RECORDER.fits(block, layout(112, 32)));
    assert!(!RECORDER.fits(block, layout(LARGE, 1)));
    RECORDER.free(&inside, block, 112);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(0, 0));
}

#[test]
fn a_large_block_that_was_not_freed_after_all_is_found_again() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, one(LARGE), &STACK[..]);
    let block = RECORDER.take(&inside, 0x1000).unwrap();
    assert_eq!(totals(&RECORDER, &inside).inuse.objects, 1, "until it is retired");
    RECORDER.keep(&inside, block);
    assert_eq!(totals(&RECORDER, &inside).alloc.objects, 1);
    assert_eq!(RECORDER.take(&inside, 0x1000), Some(block));
    RECORDER.retire(&inside, block);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(0, 0));
    assert_eq!(RECORDER.take(&inside, 0x1000), None);
}

#[test]
fn an_unnoticed_free_is_made_up_for_when_the_address_comes_back() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    RECORDER.record(&inside, 0x1000, one(10_000), &STACK[..]);
    RECORDER.record(&inside, 0x1000, one(30_000), &STACK[..]);
    let totals = totals(&RECORDER, &inside);
    assert_eq!(totals, Totals { alloc: count(2, 40_000), inuse: count(1, 30_000) });
    assert_eq!(RECORDER.take(&inside, 0x1000).unwrap().size, 30_000);
}

#[test]
fn stacks_that_do_not_fit_are_counted_without_frames() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    // More stacks than there is room for, all live: totals stay exact.
    let stacks = 1_100_000;
    for i in 1..=stacks {
        allocate(&RECORDER, &inside, one(8), &[i]);
    }
    let dropped = RECORDER.dropped.read();
    assert!(dropped.stacks > 0 && dropped.live == 0 && dropped.samples == 0, "{dropped:?}");
    assert_eq!(totals(&RECORDER, &inside).inuse, count(stacks as u64, 8 * stacks as u64));
    let (rows, _) = RECORDER.rows(&inside).unwrap();
    let unknown = rows.iter().find(|row| row.stack == StackId::EMPTY).unwrap();
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
        blocks.push((allocate(&RECORDER, &inside, sample(size, weight), &stack), size));
    }
    let (rows, _) = RECORDER.rows(&inside).unwrap();
    let sum = rows.iter().copied().fold(Totals::default(), Totals::plus);
    assert_eq!(sum, totals(&RECORDER, &inside));
    blocks.into_iter().for_each(|(address, size)| RECORDER.free(&inside, address, size));
    assert_eq!(totals(&RECORDER, &inside).inuse, Count::default());
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
                    let block = allocate(&RECORDER, &inside, one(64), &stack);
                    RECORDER.free(&inside, block, 64);
                }
            });
        }
        for _ in 0..50 {
            let _muted = Muted::new();
            let inside = Outermost::enter().unwrap();
            let (rows, _) = RECORDER.rows(&inside).unwrap();
            let inuse: u64 = rows.iter().map(|row| row.inuse.objects).sum();
            assert!(inuse <= 3, "at most one block a thread: {inuse}");
            assert!(rows.iter().all(|row| row.alloc.bytes == 64 * row.alloc.objects));
        }
    });
    assert_eq!(
        totals(&RECORDER, &inside()),
        Totals { alloc: count(90_000, 5_760_000), inuse: count(0, 0) }
    );
}
