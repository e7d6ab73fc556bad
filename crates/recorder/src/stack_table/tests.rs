use super::*;
use crate::counters::Count;
use crate::sampler::Weight;

fn one(size: u64) -> Amount {
    Amount::of(size, Weight::ONE)
}

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

#[test]
fn a_stack_is_kept_once_with_a_bucket_a_size_class() {
    let table = StackTable::new();
    let inside = inside();
    let small = table.record(&inside, &[3, 2, 1], 16, one(16)).unwrap();
    assert_eq!(table.record(&inside, &[3, 2, 1], 31, one(31)).unwrap(), small);
    assert_ne!(table.record(&inside, &[3, 2, 1], 32, one(32)).unwrap(), small);
    assert_ne!(table.record(&inside, &[3, 2], 16, one(16)).unwrap(), small);
    table.release(&inside, small, one(31));

    let held = table.hold(&inside);
    assert_eq!(held.len(), 3);
    let bucket =
        held.buckets().find(|b| b.stack == [3, 2, 1] && b.alloc.count().objects == 2).unwrap();
    assert_eq!(bucket.alloc.count(), Count { objects: 2, bytes: 47 });
    assert_eq!(bucket.inuse.count(), Count { objects: 1, bytes: 16 });
    let stacks: Vec<_> =
        held.buckets().filter(|b| b.stack.len() == 3).map(|b| b.stack.as_ptr()).collect();
    assert_eq!(stacks[0], stacks[1]);
}

#[test]
fn many_stacks_are_all_found_again() {
    let table = StackTable::new();
    let inside = inside();
    let stack = |i: usize| [0x5500_0000 + i * 7, 0x5500_1000 + i % 13, 0x5500_2000];
    let ids: Vec<_> =
        (0..50_000).map(|i| table.record(&inside, &stack(i), 8, one(8)).unwrap()).collect();
    for (i, &id) in ids.iter().enumerate() {
        assert_eq!(table.record(&inside, &stack(i), 8, one(8)).unwrap(), id);
    }
    assert_eq!(table.hold(&inside).len(), 50_000);
}

#[test]
fn a_full_table_refuses_new_stacks_and_keeps_the_old_and_the_empty_one() {
    let table = StackTable::new();
    let inside = inside();
    let mut refused = 0;
    for i in 0..SHARDS * MAX_STACKS * 5 / 4 {
        refused += usize::from(table.record(&inside, &[i], 8, one(8)).is_err());
    }
    assert_eq!(refused, SHARDS * MAX_STACKS / 4);
    assert!(table.record(&inside, &[0], 8, one(8)).is_ok());
    assert!(table.record(&inside, &[], 8, one(8)).is_ok());
}

#[test]
fn frames_are_bounded() {
    let table = StackTable::new();
    let inside = inside();
    let mut kept = 0;
    for i in 0..2 * SHARDS * MAX_WORDS / 256 {
        let mut stack = [7; 256];
        stack[0] = i;
        kept += usize::from(table.record(&inside, &stack, 8, one(8)).is_ok());
    }
    assert!(kept <= SHARDS * MAX_WORDS / 256);
}

#[test]
fn classes_are_powers_of_two() {
    assert_eq!([0, 1, 2, 3, 4, 7, 8, u64::MAX].map(class), [0, 1, 2, 2, 3, 3, 4, 64]);
}
