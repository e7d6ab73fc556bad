use super::*;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

/// Interns frames that are given outermost first.
fn intern(
    (table, region): &(StackTable, Region),
    inside: &Outermost,
    frames: &[usize],
) -> Result<StackId, NoMemory> {
    let callee = |caller, &frame: &usize| table.callee(inside, region, caller, frame);
    frames.iter().try_fold(StackId::EMPTY, callee)
}

#[test]
fn stacks_share_what_they_begin_with() {
    let table = (StackTable::new(), Region::new());
    let inside = inside();
    let stack = intern(&table, &inside, &[1, 2, 3]).unwrap();
    assert_eq!(intern(&table, &inside, &[1, 2, 3]), Ok(stack));
    assert!(table.0.frames(&table.1, stack).eq([3, 2, 1]));
    assert!(table.0.frames(&table.1, StackId::EMPTY).eq([]));
    let sibling = intern(&table, &inside, &[1, 2, 4]).unwrap();
    assert!(sibling.number() == stack.number() + 1, "one new frame");
    assert!(table.0.frames(&table.1, sibling).eq([4, 2, 1]));
    assert_ne!(intern(&table, &inside, &[2, 3]), Ok(stack));
}

#[test]
fn many_stacks_are_all_found_again() {
    let table = (StackTable::new(), Region::new());
    let inside = inside();
    let stack = |i: usize| [0x5500_2000, 0x5500_1000 + i % 13, 0x5500_0000 + i * 7];
    let all: Vec<_> = (0..50_000).map(|i| intern(&table, &inside, &stack(i)).unwrap()).collect();
    for (i, &id) in all.iter().enumerate() {
        assert_eq!(intern(&table, &inside, &stack(i)), Ok(id));
        assert!(table.0.frames(&table.1, id).eq(stack(i).into_iter().rev()));
    }
}

#[test]
fn a_full_table_refuses_new_frames_and_keeps_the_old() {
    let table = (StackTable::new(), Region::new());
    let inside = inside();
    let (mut deepest, mut kept) = (StackId::EMPTY, 0);
    while let Ok(callee) = table.0.callee(&inside, &table.1, deepest, 7) {
        (deepest, kept) = (callee, kept + 1);
    }
    assert_eq!(kept, MAX_NODES - 1);
    assert!(table.0.callee(&inside, &table.1, StackId::EMPTY, 7).is_ok());
    assert!(table.0.callee(&inside, &table.1, StackId::EMPTY, 8).is_err());
    assert_eq!(table.0.frames(&table.1, deepest).count(), kept);
}

#[test]
fn threads_agree_on_numbers() {
    let table = (StackTable::new(), Region::new());
    let stacks = || -> Vec<StackId> {
        let inside = inside();
        (0..20_000usize).map(|i| intern(&table, &inside, &[i % 7, i % 77, i]).unwrap()).collect()
    };
    std::thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(stacks));
        let [first, second, third] = threads.map(|thread| thread.join().unwrap());
        assert!(first == second && second == third);
    });
}
