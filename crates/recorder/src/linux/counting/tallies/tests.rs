use std::thread;

use super::*;
use crate::platform::region::Region;
use crate::platform::stacks::stack_table::StackTable;

static STACKS: StackTable = StackTable::new();
static REGION: Region = Region::new();

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn count(objects: u64, bytes: u64) -> Count {
    Count { objects, bytes }
}

fn allocate(tallies: &Tallies, inside: &Outermost, tally: TallyId, address: usize, size: u64) {
    let stacks = Stacks { table: &STACKS, region: &REGION };
    tallies.allocate(inside, tally, (address, size), &[20, 10][..], stacks);
}

fn end(tallies: &Tallies, inside: &Outermost, tally: TallyId) -> [Count; 3] {
    let closed = tallies.close(inside, tally);
    tallies.let_go(inside, tally);
    assert_eq!(closed.missed, 0);
    [closed.alloc, closed.peak, closed.left]
}

fn is_unused(tallies: &Tallies, inside: &Outermost) -> bool {
    let is_free = |scope: &Scope| scope.state.lock(inside).keepers == 0;
    tallies.scopes.iter().all(is_free) && tallies.live.load(Relaxed) == 0
}

#[test]
fn a_tally_inside_another_counts_in_both() {
    static TALLIES: Tallies = Tallies::new();
    let inside = inside();
    let outer = TALLIES.open(&inside, None).unwrap();
    allocate(&TALLIES, &inside, outer, 0x10, 100);
    let inner = TALLIES.open(&inside, Some(outer)).unwrap();
    for (address, size) in [(0x20, 200), (0x30, 300), (0x40, 400)] {
        allocate(&TALLIES, &inside, inner, address, size);
    }
    assert!(TALLIES.free(&inside, 0x10), "one from before");
    assert!(TALLIES.free(&inside, 0x20));
    assert!(!TALLIES.free(&inside, 0x20), "freed once");
    assert!(!TALLIES.free(&inside, 0x50), "one that is not counted");
    assert_eq!(end(&TALLIES, &inside, inner), [count(3, 900), count(3, 900), count(2, 700)]);
    // What the inner one left is the outer one's to see freed.
    assert!(TALLIES.free(&inside, 0x30));
    assert_eq!(end(&TALLIES, &inside, outer), [count(4, 1000), count(4, 1000), count(1, 400)]);
    assert!(!TALLIES.free(&inside, 0x40), "nobody counts any more");
    assert!(is_unused(&TALLIES, &inside));
}

#[test]
fn what_was_not_freed_after_all_is_as_before() {
    static TALLIES: Tallies = Tallies::new();
    let inside = inside();
    let outer = TALLIES.open(&inside, None).unwrap();
    let inner = TALLIES.open(&inside, Some(outer)).unwrap();
    allocate(&TALLIES, &inside, inner, 0x10, 100);
    let taken = TALLIES.take(&inside, 0x10).unwrap();
    TALLIES.put_back(&inside, taken);
    assert_eq!(end(&TALLIES, &inside, inner), [count(1, 100); 3]);
    // Also if it closed meanwhile.
    let taken = TALLIES.take(&inside, 0x10).unwrap();
    assert_eq!(end(&TALLIES, &inside, outer), [count(1, 100), count(1, 100), count(0, 0)]);
    TALLIES.put_back(&inside, taken);
    assert!(is_unused(&TALLIES, &inside));
}

#[test]
fn a_closed_tally_that_is_kept_counts_nothing_and_lets_those_around_it_count() {
    static TALLIES: Tallies = Tallies::new();
    let inside = inside();
    let outer = TALLIES.open(&inside, None).unwrap();
    let inner = TALLIES.open(&inside, Some(outer)).unwrap();
    TALLIES.keep(&inside, inner);
    assert_eq!(end(&TALLIES, &inside, inner), [count(0, 0); 3]);
    allocate(&TALLIES, &inside, inner, 0x10, 100);
    assert_eq!(end(&TALLIES, &inside, outer), [count(1, 100); 3]);
    allocate(&TALLIES, &inside, inner, 0x20, 100);
    assert!(!TALLIES.free(&inside, 0x20));
    assert!(!is_unused(&TALLIES, &inside));
    TALLIES.let_go(&inside, inner);
    assert!(is_unused(&TALLIES, &inside));
}

#[test]
fn there_are_as_many_as_there_are_and_what_was_missed_is_told_outwards() {
    static TALLIES: Tallies = Tallies::new();
    let inside = inside();
    let first = TALLIES.open(&inside, None).unwrap();
    let more: Vec<TallyId> =
        (1..MOST).map(|_| TALLIES.open(&inside, Some(first)).unwrap()).collect();
    assert_eq!(TALLIES.open(&inside, Some(first)), None);
    TALLIES.miss(more[5]);
    for &tally in &more {
        let closed = TALLIES.close(&inside, tally);
        assert_eq!(closed.missed, u64::from(tally == more[5]));
        TALLIES.let_go(&inside, tally);
    }
    assert_eq!(TALLIES.close(&inside, first).missed, 1);
    TALLIES.let_go(&inside, first);
    assert!(is_unused(&TALLIES, &inside));
    assert_ne!(TALLIES.open(&inside, None), Some(first), "another at the same place");
}

/// A tally is opened, filled and closed again and again inside another, while a second thread frees
/// what it is given: every free reaches the outer one, whatever the inner one is doing.
#[test]
fn no_free_is_lost_between_a_tally_and_the_one_around_it() {
    static TALLIES: Tallies = Tallies::new();
    let outer = TALLIES.open(&inside(), None).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel::<usize>();
    let freeing = thread::spawn(move || {
        receiver.iter().filter(|&address| TALLIES.free(&inside(), address)).count()
    });
    let mut all = 0;
    for round in 0..3000 {
        let inner = TALLIES.open(&inside(), Some(outer)).unwrap();
        for block in 1..=10 {
            let address = (round * 10 + block) << 4;
            allocate(&TALLIES, &inside(), inner, address, 8);
            sender.send(address).unwrap();
            all += 1;
        }
        let [alloc, ..] = end(&TALLIES, &inside(), inner);
        assert_eq!(alloc, count(10, 80));
    }
    drop(sender);
    assert_eq!(freeing.join().unwrap(), all);
    let [alloc, _, left] = end(&TALLIES, &inside(), outer);
    assert_eq!((alloc.objects, left), (all as u64, count(0, 0)));
    assert!(is_unused(&TALLIES, &inside()));
}
