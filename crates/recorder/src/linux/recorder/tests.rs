use super::*;
use crate::counts::{Count, Totals};
use crate::entry::Muted;
use crate::platform::blocks::size_class::LARGE;
use crate::platform::labels::Carried;
use crate::row::Row;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn count(objects: u64, bytes: u64) -> Count {
    Count { objects, bytes }
}

static STACK: [usize; 3] = [30, 20, 10];

fn sample(size: usize, weight: Weight) -> Sample {
    let layout = Layout::from_size_align(size, 1).unwrap();
    Sample { layout, weight, labels: Carried::NOTHING, keeps_size: false }
}

fn one(size: usize) -> Sample {
    sample(size, Weight::ONE)
}

fn allocate(recorder: &Recorder, inside: &Outermost, sample: Sample, stack: &[usize]) -> usize {
    recorder.allocate(inside, sample, stack).unwrap().as_ptr() as usize
}

fn free(recorder: &Recorder, inside: &Outermost, address: usize, size: usize) {
    recorder.free(inside, recorder.home_of(address).unwrap(), address, size);
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
    assert!(RECORDER.home_of(first).is_some() && RECORDER.home_of(second).is_some());
    assert_eq!(totals(&RECORDER, &inside).inuse, count(2, 200));
    free(&RECORDER, &inside, first, 100);
    let (alloc, inuse, peak) = (count(2, 200), count(1, 100), count(2, 200));
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc, inuse, peak });
    free(&RECORDER, &inside, first, 100);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(1, 100), "freed once");
}

fn exchange(
    inside: &Outermost,
    recorder: &Recorder,
    block: usize,
    from: usize,
    to: usize,
) -> usize {
    let block = recorder.exchange(inside, block, from, one(to), &[7][..]).unwrap();
    block.as_ptr() as usize
}

#[test]
fn a_block_is_resized_where_it_is_if_its_slot_fits() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let block = allocate(&RECORDER, &inside, one(100), &STACK);
    assert_eq!(exchange(&inside, &RECORDER, block, 100, 112), block);
    let (alloc, inuse) = (count(2, 212), count(1, 112));
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc, inuse, peak: inuse });
    let moved = exchange(&inside, &RECORDER, block, 112, 113);
    assert_ne!(moved, block);
    let (alloc, inuse) = (count(3, 325), count(1, 113));
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc, inuse, peak: inuse }, "never both");
    free(&RECORDER, &inside, block, 112);
    assert_eq!(totals(&RECORDER, &inside).inuse, inuse, "counted before");
    free(&RECORDER, &inside, moved, 113);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(0, 0));
}

#[test]
fn a_block_is_counted_as_freed_before_its_place_is() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let block = allocate(&RECORDER, &inside, one(100), &STACK);
    RECORDER.withdraw(&inside, block, 100);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(0, 0));
    assert_ne!(allocate(&RECORDER, &inside, one(100), &STACK), block);
    free(&RECORDER, &inside, block, 100);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(1, 100));
}

/// Each stack's part of what was in use at the peak, whatever came after.
#[test]
fn the_peak_is_that_of_all_stripes_together() {
    static RECORDER: Recorder = Recorder::new();
    let of_stack = |frame: usize| {
        let Rows { rows, .. } = RECORDER.rows(&inside()).unwrap();
        let is_of = |row: &&Row| RECORDER.frames(row.stack).eq([frame]);
        rows.iter().find(is_of).map(|row| row.peak).unwrap()
    };
    let allocate = |sizes: std::ops::Range<usize>, frame| -> Vec<(usize, usize)> {
        let inside = inside();
        sizes.map(|size| (allocate(&RECORDER, &inside, one(size), &[frame]), size)).collect()
    };
    let free = |blocks: Vec<(usize, usize)>| {
        let inside = inside();
        blocks.into_iter().for_each(|(block, size)| free(&RECORDER, &inside, block, size));
    };
    let elsewhere = |frame| std::thread::scope(|s| s.spawn(|| allocate(64..128, frame)).join());
    let first = allocate(64..128, 1);
    let second = elsewhere(2).unwrap();
    let sum = (64..128).sum::<usize>() as u64;
    free(first);
    let third = elsewhere(3).unwrap();
    assert_eq!([1, 2, 3].map(of_stack), [count(64, sum), count(64, sum), count(0, 0)]);
    let fourth = elsewhere(4).unwrap();
    assert_eq!([1, 2, 3, 4].map(of_stack).map(|peak| peak.objects), [0, 64, 64, 64]);
    [second, third, fourth].into_iter().for_each(free);
    assert_eq!(totals(&RECORDER, &inside()).peak, count(192, 3 * sum));
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
    let (alloc, inuse, peak) = (count(2, 40_000), count(1, 30_000), count(2, 40_000));
    assert_eq!(totals(&RECORDER, &inside), Totals { alloc, inuse, peak });
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
    let Rows { rows, .. } = RECORDER.rows(&inside).unwrap();
    let unknown = rows.iter().find(|row| row.stack == StackId::EMPTY).unwrap();
    assert_eq!(unknown.alloc.objects, dropped.stacks);
    // A stack that is known is kept, and goes without labels that would need another bucket.
    let labels = Carried::NOTHING.with(b"tenant", b"late");
    allocate(&RECORDER, &inside, Sample { labels, ..one(8) }, &[1]);
    assert_eq!(RECORDER.dropped.read().labels, 1);
    assert_eq!(RECORDER.dropped.read().stacks, dropped.stacks);
    let Rows { rows, .. } = RECORDER.rows(&inside).unwrap();
    assert!(rows.iter().all(|row| row.labels == LabelSet::EMPTY));
    let known = rows.iter().find(|row| RECORDER.frames(row.stack).eq([1])).unwrap();
    assert_eq!(known.alloc.objects, 2);
}

#[test]
fn a_stack_has_a_row_a_label_set() {
    static RECORDER: Recorder = Recorder::new();
    let [a, b] = [b"a", b"b"].map(|value| Carried::NOTHING.with(b"tenant", value));
    let short = a.with(b"", b"has no key");
    let inside = inside();
    let carried = [Carried::NOTHING, a, b, a, short];
    let blocks =
        carried.map(|labels| allocate(&RECORDER, &inside, Sample { labels, ..one(100) }, &STACK));
    assert_eq!(RECORDER.dropped.read().labels, 1);
    free(&RECORDER, &inside, blocks[3], 100);
    let Rows { rows, .. } = RECORDER.rows(&inside).unwrap();
    let objects = |labels: Carried| {
        let mut rows = rows.iter().filter(|row| row.labels == labels.set());
        rows.next().map(|row| (row.alloc.objects, row.inuse.objects)).unwrap()
    };
    assert_eq!([Carried::NOTHING, a, b].map(objects), [(1, 1), (3, 2), (1, 1)]);
    assert!(rows.iter().all(|row| RECORDER.frames(row.stack).eq(STACK)));
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
    let Rows { rows, .. } = RECORDER.rows(&inside).unwrap();
    let sum = rows.iter().copied().fold(Totals::default(), Totals::plus);
    assert_eq!(sum, totals(&RECORDER, &inside));
    blocks.into_iter().for_each(|(address, size)| free(&RECORDER, &inside, address, size));
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
                    free(&RECORDER, &inside, block, 64);
                }
            });
        }
        for _ in 0..50 {
            let _muted = Muted::new();
            let inside = Outermost::enter().unwrap();
            let Rows { rows, .. } = RECORDER.rows(&inside).unwrap();
            let inuse: u64 = rows.iter().map(|row| row.inuse.objects).sum();
            assert!(inuse <= 3, "at most one block a thread: {inuse}");
            assert!(rows.iter().all(|row| row.alloc.bytes == 64 * row.alloc.objects));
        }
    });
    let totals = totals(&RECORDER, &inside());
    assert_eq!((totals.alloc, totals.inuse), (count(90_000, 5_760_000), count(0, 0)));
    assert!((1..=3).contains(&totals.peak.objects), "{totals:?}");
}

#[test]
fn a_block_keeps_its_size_if_it_is_to() {
    static RECORDER: Recorder = Recorder::new();
    let inside = inside();
    let kept = |size| Sample { keeps_size: true, ..one(size) };
    let bytes = |address| RECORDER.bytes_at(address).unwrap();
    let first = allocate(&RECORDER, &inside, kept(100), &STACK);
    assert_eq!(bytes(first), BlockBytes { requested: 100, usable: 112 });
    let moved = RECORDER.exchange(&inside, first, 100, kept(105), &STACK[..]).unwrap();
    assert_eq!(moved.addr().get(), first);
    assert_eq!(bytes(first), BlockBytes { requested: 105, usable: 112 });
    RECORDER.keep_lifetimes(&inside).unwrap();
    let second = allocate(&RECORDER, &inside, kept(0), &STACK);
    assert_eq!(bytes(second), BlockBytes { requested: 0, usable: 8 });
    let other = allocate(&RECORDER, &inside, one(100), &STACK);
    assert_eq!(bytes(other), BlockBytes { requested: 112, usable: 112 }, "it keeps none");
    free(&RECORDER, &inside, first, 105);
    assert_eq!(totals(&RECORDER, &inside).inuse, count(2, 100));
    assert_eq!(RECORDER.bytes_at(8), None);
}
