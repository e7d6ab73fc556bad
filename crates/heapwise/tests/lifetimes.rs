//! How long blocks lived, when everything is recorded.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use heapwise::heap;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Sizes that nothing else here allocates.
const BRIEF: usize = 4321;
const HELD: usize = 5432;
const LARGE: usize = 54_321;
const OLD: usize = 6543;
const GROWN: usize = 3210;

/// Values by name, summed over the samples of one size.
fn of_size(size: usize) -> impl Fn(&str) -> i64 {
    let mut bytes = Vec::new();
    heap::write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    move |name| {
        let is_it = |kind| profile.text(kind) == name.as_bytes();
        let column = profile.header.sample_types.iter().position(|of| is_it(of.kind)).unwrap();
        let samples = profile.samples.iter();
        let of_size =
            samples.filter(|s| s.values[0] != 0 && s.values[1] / s.values[0] == size as i64);
        of_size.map(|sample| sample.values[column]).sum()
    }
}

fn blocks(count: usize, size: usize) -> Vec<Vec<u8>> {
    (0..count).map(|_| black_box(Vec::with_capacity(size))).collect()
}

#[test]
fn a_profile_says_how_long_blocks_lived() {
    let before = common::profile(&{
        let mut bytes = Vec::new();
        heap::write_to(&mut bytes).unwrap();
        bytes
    });
    assert_eq!(before.header.sample_types.len(), 6, "off unless asked for");

    let old = blocks(10, OLD);
    heap::keep_lifetimes().unwrap();
    heap::keep_lifetimes().unwrap();
    (0..1000).for_each(|_| drop(blocks(1, BRIEF)));
    let (held, large) = (blocks(100, HELD), blocks(30, LARGE));
    let mut grown = blocks(20, GROWN);
    thread::sleep(Duration::from_millis(20));
    grown.iter_mut().for_each(|block| block.reserve_exact(20_000));
    thread::spawn(move || drop((held, large, old))).join().unwrap();

    let lived = [
        "lived_1us",
        "lived_10us",
        "lived_100us",
        "lived_1ms",
        "lived_10ms",
        "lived_100ms",
        "lived_1s",
        "lived_10s",
        "lived_100s",
        "lived_longer",
    ];
    let freed = |of: &dyn Fn(&str) -> i64| lived.iter().map(|name| of(name)).sum::<i64>();
    let brief = of_size(BRIEF);
    assert_eq!((brief("alloc_objects"), freed(&brief)), (1000, 1000));
    let temporary = brief("temporary_objects");
    assert!((900..=1000).contains(&temporary), "{temporary}");
    assert_eq!(brief("temporary_space"), temporary * BRIEF as i64);
    assert_eq!(temporary, lived[..4].iter().map(|name| brief(name)).sum::<i64>());
    for (size, count) in [(HELD, 100), (LARGE, 30), (GROWN, 20)] {
        let of = of_size(size);
        assert_eq!(
            (of("alloc_objects"), of("inuse_objects"), freed(&of)),
            (count, 0, count),
            "{size}"
        );
        assert_eq!((of("temporary_objects"), of("lived_10ms")), (0, 0), "{size}");
        assert!(of("lived_100ms") + of("lived_1s") + of("lived_10s") == count, "{size}");
    }
    let old = of_size(OLD);
    assert_eq!((old("alloc_objects"), old("inuse_objects"), freed(&old)), (10, 0, 0));
    drop(grown);
}
