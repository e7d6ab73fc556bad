use super::*;
use crate::counts::Count;

const ONE: Weight = Weight::ONE;
const FIRST: Moment = Moment { epoch: 1, is_peak: true };

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn at_stack(number: u32) -> Place {
    Place { stack: StackId::from_number(number), labels: LabelSet::EMPTY }
}

fn bucket(table: &BucketTable, region: &Region, row: u32) -> Bucket {
    *table.bucket(region, row)
}

#[test]
fn a_stack_has_a_bucket_a_size_class() {
    let (mut table, region, inside) = (BucketTable::new(), Region::new(), inside());
    let (inner, outer) = (at_stack(2), at_stack(1));
    let small = table.record(&inside, &region, inner, 16, ONE, FIRST).unwrap();
    assert_eq!(table.record(&inside, &region, inner, 31, ONE, FIRST).unwrap(), small);
    assert_ne!(table.record(&inside, &region, inner, 32, ONE, FIRST).unwrap(), small);
    assert_ne!(table.record(&inside, &region, outer, 16, ONE, FIRST).unwrap(), small);
    table.release(&region, small, 31, ONE, FIRST);
    let mut copy = Array::new();
    copy_buckets(&region, |_, bucket| copy.push(*bucket)).unwrap();
    assert_eq!(copy.len(), 3);
    let at = |table: &BucketTable| bucket(table, &region, small);
    let bucket = at(&table);
    assert_eq!(bucket.alloc.count(), Count { objects: 2, bytes: 47 });
    assert_eq!(bucket.inuse.count(), Count { objects: 1, bytes: 16 });
    table.undo(&region, small, 16, ONE, FIRST);
    assert_eq!(at(&table).alloc.count(), Count { objects: 1, bytes: 31 });
}

#[test]
fn a_stack_has_a_bucket_a_label_set() {
    let (mut table, region, inside) = (BucketTable::new(), Region::new(), inside());
    let labels = LabelSet::from_number((1 << LabelSet::BITS) - 1);
    let labelled = Place { labels, ..at_stack(1) };
    let mut record = |place| table.record(&inside, &region, place, u64::MAX, ONE, FIRST).unwrap();
    let rows = [record(at_stack(1)), record(labelled), record(labelled)];
    assert!(rows[0] != rows[1] && rows[1] == rows[2]);
    let kind = bucket(&table, &region, rows[1]).kind;
    assert_eq!((kind.labels(), kind.class()), (labels, 64));
}

#[test]
fn a_bucket_knows_what_was_in_use_at_the_last_peak() {
    let (mut table, region, inside) = (BucketTable::new(), Region::new(), inside());
    let stack = at_stack(1);
    let at = |epoch, is_peak| Moment { epoch, is_peak };
    let row = table.record(&inside, &region, stack, 8, ONE, at(1, true)).unwrap();
    table.record(&inside, &region, stack, 8, ONE, at(2, true)).unwrap();
    let peak = |table: &BucketTable, epoch| bucket(table, &region, row).at_peak(epoch).count();
    assert_eq!(peak(&table, 2).objects, 2);
    table.release(&region, row, 8, ONE, at(2, false));
    table.release(&region, row, 8, ONE, at(2, false));
    assert_eq!(peak(&table, 2).objects, 2);
    assert_eq!(peak(&table, 7).objects, 0, "peaks that others made meanwhile");
    table.record(&inside, &region, stack, 8, ONE, at(7, false)).unwrap();
    assert_eq!(peak(&table, 7).objects, 0);
    table.record(&inside, &region, stack, 8, ONE, at(8, true)).unwrap();
    assert_eq!(peak(&table, 8).objects, 2);
}

#[test]
fn many_buckets_are_all_found_again() {
    let (mut table, region, inside) = (BucketTable::new(), Region::new(), inside());
    let mut record = |i: u32| table.record(&inside, &region, at_stack(i), 8, ONE, FIRST).unwrap();
    let rows: Vec<u32> = (0..50_000).map(&mut record).collect();
    assert!((0..50_000).all(|i| record(i) == rows[i as usize]));
    let mut copy = Array::new();
    copy_buckets(&region, |_, bucket| copy.push(*bucket)).unwrap();
    assert_eq!(copy.len(), 50_000);
}

#[test]
fn without_room_everything_is_counted_at_the_unknown_place() {
    let (mut table, region, inside) = (BucketTable::new(), Region::new(), inside());
    let mut record = |place, size| table.record(&inside, &region, place, size, ONE, FIRST);
    record(at_stack(1), 8).unwrap();
    while region.take_rows(&inside).is_ok() {}
    let known = (2..).take_while(|&stack| record(at_stack(stack), 8).is_ok()).count();
    assert!(known < BATCH, "what it had taken");
    let row = record(Place::UNKNOWN, 8).unwrap();
    assert_eq!(record(Place::UNKNOWN, 100).unwrap(), row);
    assert_eq!(bucket(&table, &region, row).alloc.count(), Count { objects: 2, bytes: 108 });
}

#[test]
fn classes_are_powers_of_two() {
    assert_eq!([0, 1, 2, 3, 4, 7, 8, u64::MAX].map(class), [0, 1, 2, 2, 3, 3, 4, 64]);
}
