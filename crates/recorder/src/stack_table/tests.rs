use super::*;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

/// Interns frames that are given outermost first.
fn intern(table: &StackTable, inside: &Outermost, frames: &[usize]) -> Result<StackId, NoMemory> {
    frames.iter().try_fold(StackId::EMPTY, |caller, &frame| table.callee(inside, caller, frame))
}

#[test]
fn stacks_share_what_they_begin_with() {
    let table = StackTable::new();
    let inside = inside();
    let stack = intern(&table, &inside, &[1, 2, 3]).unwrap();
    assert_eq!(intern(&table, &inside, &[1, 2, 3]), Ok(stack));
    assert!(table.frames(stack).eq([3, 2, 1]));
    assert!(table.frames(StackId::EMPTY).eq([]));
    let sibling = intern(&table, &inside, &[1, 2, 4]).unwrap();
    assert!(sibling.number() == stack.number() + 1, "one new frame");
    assert!(table.frames(sibling).eq([4, 2, 1]));
    assert_ne!(intern(&table, &inside, &[2, 3]), Ok(stack));
}

#[test]
fn many_stacks_are_all_found_again() {
    let table = StackTable::new();
    let inside = inside();
    let stack = |i: usize| [0x5500_2000, 0x5500_1000 + i % 13, 0x5500_0000 + i * 7];
    let all: Vec<_> = (0..50_000).map(|i| intern(&table, &inside, &stack(i)).unwrap()).collect();
    for (i, &id) in all.iter().enumerate() {
        assert_eq!(intern(&table, &inside, &stack(i)), Ok(id));
        assert!(table.frames(id).eq(stack(i).into_iter().rev()));
    }
}

#[test]
fn a_full_table_refuses_new_frames_and_keeps_the_old() {
    let table = StackTable::new();
    let inside = inside();
    let (mut deepest, mut kept) = (StackId::EMPTY, 0);
    while let Ok(callee) = table.callee(&inside, deepest, 7) {
        (deepest, kept) = (callee, kept + 1);
    }
    assert_eq!(kept, MAX_NODES - 1);
    assert!(table.callee(&inside, StackId::EMPTY, 7).is_ok());
    assert!(table.callee(&inside, StackId::EMPTY, 8).is_err());
    assert_eq!(table.frames(deepest).count(), kept);
}

#[test]
fn threads_agree_on_numbers() {
    let table = StackTable::new();
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
