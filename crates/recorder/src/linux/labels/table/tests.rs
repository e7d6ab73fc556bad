use super::*;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn one<'a>(key: &'a str, value: &'a str) -> [Label<'a>; 1] {
    [(key.as_bytes(), value.as_bytes())]
}

fn sorted<'a>(labels: &[Label<'a>]) -> SortedLabels<'a> {
    let mut sorted = SortedLabels::NONE;
    labels.iter().for_each(|&label| sorted.push(label).unwrap());
    sorted
}

#[test]
fn a_set_is_found_again_and_says_what_it_holds() {
    let (table, region) = (LabelTable::new(), Region::new());
    let labels = [one("route", "/b"), one("tenant", "a")].concat();
    assert_eq!(table.find(&region, &labels), None);
    assert_eq!(table.find(&region, &[]), Some(LabelSet::EMPTY));
    let set = table.intern(&inside(), &region, &labels).unwrap();
    assert_eq!(table.intern(&inside(), &region, &labels), Ok(set));
    assert_eq!(table.find(&region, &labels), Some(set));
    let expected: [Label<'_>; 2] = [(b"route", b"/b"), (b"tenant", b"a")];
    assert!(table.labels(&region, set).eq(expected));
    assert!(table.labels(&region, LabelSet::EMPTY).eq([]));
    assert_eq!(table.find(&region, &one("route", "/b")), None, "a part of one is another");
}

#[test]
fn the_inner_value_wins() {
    let outer = sorted(&[one("a", "1"), one("c", "3")].concat());
    let inner = sorted(&[one("b", "2"), one("c", "4")].concat());
    let of = |value| [one("a", "1"), one("b", "2"), one("c", value)].concat();
    assert_eq!(outer.and(&inner).unwrap().as_slice(), of("4"));
    assert_eq!(inner.and(&outer).unwrap().as_slice(), of("3"));
}

#[test]
fn numbers_of_no_set_are_harmless() {
    let (table, region) = (LabelTable::new(), Region::new());
    assert!(table.labels(&region, LabelSet::from_number(7)).eq([]));
    table.intern(&inside(), &region, &one("key", &"value".repeat(50))).unwrap();
    for number in (0..100).chain([u32::MAX, 1 << 18]) {
        assert!(table.labels(&region, LabelSet::from_number(number)).count() < 300);
    }
}

#[test]
fn many_sets_are_all_found_again_until_the_table_is_full() {
    let (table, region, inside) = (LabelTable::new(), Region::new(), inside());
    let value = |i: usize| format!("{i}");
    let intern = |i: usize| table.intern(&inside, &region, &one("tenant", &value(i)));
    let sets: Vec<LabelSet> = (0..MAX_LABEL_SETS).map(|i| intern(i).unwrap()).collect();
    assert!(!table.is_full());
    assert!(intern(MAX_LABEL_SETS).is_err() && table.is_full());
    for (i, &set) in sets.iter().enumerate() {
        assert_eq!(table.find(&region, &one("tenant", &value(i))), Some(set));
        assert!(set.number() < 1 << LabelSet::BITS);
    }
    assert_eq!(intern(5), Ok(sets[5]), "the old are there");
}

#[test]
fn long_sets_fill_the_table_earlier() {
    let (table, region, inside) = (LabelTable::new(), Region::new(), inside());
    let long = "v".repeat(MAX_VALUE_BYTES - 8);
    let intern = |i: usize| {
        table.intern(&inside, &region, &one(&"k".repeat(MAX_KEY_BYTES), &format!("{i:08}{long}")))
    };
    let kept = (0..).take_while(|&i| intern(i).is_ok()).count();
    assert_eq!(kept, (LABEL_BYTES - UNIT) / 328);
    assert!(table.len() <= LABEL_BYTES);
}

#[test]
fn threads_agree_on_numbers() {
    let (table, region) = (LabelTable::new(), Region::new());
    let sets = || -> Vec<LabelSet> {
        let set = |i: usize| {
            let value = format!("{}", i % 1000);
            let labels = one("tenant", &value);
            let found = table.find(&region, &labels);
            let set = table.intern(&inside(), &region, &labels).unwrap();
            assert!(found.is_none_or(|found| found == set));
            assert!(table.labels(&region, set).eq([(&b"tenant"[..], value.as_bytes())]));
            set
        };
        (0..5000).map(set).collect()
    };
    std::thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(sets));
        let [first, second, third] = threads.map(|thread| thread.join().unwrap());
        assert!(first == second && second == third);
    });
}
