use heapwise_profile::{GunzipLimit, decode, gunzip};

use super::*;
use crate::label;

type Read = heapwise_profile::Profile;

fn read(profile: Profile) -> Read {
    let mut bytes = Vec::new();
    profile.write_to(&mut bytes).unwrap();
    let read = decode(&gunzip(&bytes, GunzipLimit::default()).unwrap()).unwrap();
    read.validate().unwrap();
    read
}

fn new(name: &str) -> Profile {
    Profile::new(name, "bytes", "For a test.").unwrap()
}

fn amount(count: u64, weight: u64) -> Amount {
    Amount { count, weight }
}

#[inline(never)]
fn here(profile: Profile, weight: u64) -> Held {
    profile.add(weight)
}

#[test]
fn objects_are_counted_by_place_until_they_are_dropped() {
    let profile = new("tests.place");
    let first = here(profile, 10);
    let labelled = label("tenant", "a").scope(|| [here(profile, 5), here(profile, 6)]);
    drop(first);
    let read = read(profile);
    let text = |text| String::from_utf8_lossy(read.text(text)).into_owned();
    let types: Vec<_> =
        read.header.sample_types.iter().map(|of| (text(of.kind), text(of.unit))).collect();
    let expected = [
        ("total_tests.place", "count"),
        ("total_tests.place_weight", "bytes"),
        ("tests.place", "count"),
        ("tests.place_weight", "bytes"),
    ];
    assert_eq!(types, expected.map(|(kind, unit)| (kind.to_owned(), unit.to_owned())));
    assert_eq!(text(read.header.default_sample_type), "tests.place");
    let mut rows: Vec<_> = read.samples.iter().map(|row| (row.labels.len(), row.values)).collect();
    rows.sort();
    // The two of the scope are on one line, but not at one instruction.
    assert_eq!(rows[0], (0, &[1, 10, 0, 0][..]));
    let labelled_sum = rows[1..].iter().fold([0; 4], |mut sum, (labels, values)| {
        assert_eq!(*labels, 1);
        sum.iter_mut().zip(*values).for_each(|(sum, value)| *sum += value);
        sum
    });
    assert_eq!(labelled_sum, [2, 11, 2, 11]);
    let stacks: Vec<_> = read.samples.iter().map(|sample| sample.stack.to_vec()).collect();
    assert!(stacks.iter().all(|stack| stack.len() > 3));
    assert_eq!(stacks[0][0], stacks[1][0], "the call in `here`");
    assert_ne!(stacks[0][1], stacks[1][1], "where that was called");
    drop(labelled);
    assert_eq!(profile.totals(), Totals { held: amount(0, 0), added: amount(3, 21) });
}

#[test]
fn a_profile_is_known_by_name_and_made_once() {
    let profile = new("tests.name");
    assert_eq!(
        Profile::new("tests.name", "bytes", "").unwrap_err(),
        Error::Taken("tests.name".into())
    );
    let found = Profile::lookup("tests.name").unwrap();
    let _held = found.add(3);
    assert_eq!(profile.totals().held, amount(1, 3));
    assert_eq!((found.name(), found.about()), ("tests.name", "For a test."));
    assert!(Profile::lookup("tests.none").is_none() && Profile::lookup("heap").is_none());
}

#[test]
fn threads_add_and_others_remove() {
    let profile = new("tests.threads");
    let (give, take) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let give = give.clone();
            scope.spawn(move || {
                for i in 0..2000 {
                    give.send(here(profile, thread)).unwrap();
                    profile.add_key(thread << 32 | i, 1);
                }
            });
        }
        drop(give);
        for (number, held) in take.into_iter().enumerate() {
            assert!(held.weight() < 4);
            if number % 2 == 0 {
                drop(held);
            } else {
                std::mem::forget(held);
            }
        }
    });
    let Totals { held, added } = profile.totals();
    assert_eq!((held.count, added.count), (4000 + 8000, 16_000));
    assert!((0..4u64).all(|thread| profile.remove_key(thread << 32)));
    assert_eq!(profile.totals().held.count, 12_000 - 4);
    assert!(!profile.remove_key(1 << 60));
}

#[test]
fn guards_are_dropped_in_any_order_and_by_panics() {
    let profile = new("tests.drop");
    let mut held: Vec<Held> = (1..=10).map(|weight| here(profile, weight)).collect();
    for place in [9, 0, 4, 2, 0] {
        drop(held.remove(place));
    }
    let rest: u64 = held.iter().map(Held::weight).sum();
    assert_eq!(profile.totals().held, amount(5, rest));
    let panicked = std::panic::catch_unwind(move || {
        let _own = here(profile, 100);
        assert!(held.is_empty(), "on purpose");
    });
    assert!(panicked.is_err());
    assert_eq!(profile.totals().held, amount(0, 0), "all were dropped on the way");
}

#[test]
fn a_panic_with_the_lock_held_spoils_nothing() {
    let profile = new("tests.poison");
    let kept = here(profile, 1);
    let poison = std::thread::spawn(move || {
        let table = profile.table();
        assert_eq!(table.totals().held.count, 0, "on purpose");
    });
    assert!(poison.join().is_err());
    let other = here(profile, 2);
    assert_eq!(profile.totals().held, amount(2, 3));
    drop((kept, other));
    assert_eq!(read(profile).samples.iter().map(|sample| sample.values[0]).sum::<i64>(), 2);
}

#[test]
fn a_guard_is_small() {
    assert_eq!(size_of::<Held>(), 24);
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_begins_anew_where_a_thread_of_its_parent_was() {
    let profile = new("tests.fork");
    let kept = here(profile, 5);
    let (taken, is_taken) = std::sync::mpsc::channel();
    let (let_go, waits) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        let held = profile.table();
        taken.send(()).unwrap();
        waits.recv().unwrap();
        drop(held);
    });
    is_taken.recv().unwrap();
    let mut kept = Some(kept);
    crate::forked::check(|| {
        let own = here(profile, 1);
        // What the parent held is not known here, so it is not removed either.
        drop(kept.take());
        let is_right = profile.totals().held == amount(1, 1);
        drop(own);
        is_right && Profile::lookup("tests.fork").is_some() && profile.totals().added.count == 1
    });
    let_go.send(()).unwrap();
    holder.join().unwrap();
    assert_eq!(profile.totals().held, amount(1, 5));
    // Nobody is at it now.
    crate::forked::check(|| {
        drop(kept.take());
        profile.totals() == Totals { held: amount(0, 0), added: amount(1, 5) }
    });
    assert_eq!(profile.totals().held, amount(1, 5));
}
