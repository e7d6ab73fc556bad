use super::*;
use crate::limits::MAX_INTERVAL;

fn weight(size: u64, interval: u64) -> f64 {
    Weight::of(size, interval).fixed() as f64 / f64::from(1 << Weight::FRACTION_BITS)
}

/// A sampler, and the interval that the process would have.
struct Thread {
    sampler: Sampler,
    version: u64,
    interval: u64,
    /// Whether this thread itself sets its intervals.
    is_own_doing: bool,
}

impl Thread {
    fn new() -> Self {
        Self { sampler: Sampler::new(), version: 1, interval: 0, is_own_doing: true }
    }

    /// Feeds one request to the sampler as the allocator does.
    fn offer(&mut self, size: u64, interval: u64) -> Option<Weight> {
        if interval != self.interval {
            self.interval = interval;
            self.version += 1;
            if self.is_own_doing {
                self.sampler.judge_anew();
            }
        }
        let Self { sampler, version, .. } = self;
        if sampler.passes(size) {
            return None;
        }
        let is_exact = interval == 1 && sampler.is_exact(*version);
        if is_exact { Some(Weight::ONE) } else { sampler.mark(size, *version, interval) }
    }
}

#[test]
fn an_exact_request_leaves_what_a_drawn_one_does() {
    let samplers = [Sampler::new(), Sampler::new()];
    assert!(!samplers[0].is_exact(1), "nothing was drawn yet");
    for sampler in &samplers {
        assert!(!sampler.passes(5));
        assert_eq!(sampler.mark(5, 1, 1), Some(Weight::ONE));
    }
    for size in [0, 1, 100, 1 << 40] {
        let [exact, drawn] = &samplers;
        assert!(!exact.passes(size) && !drawn.passes(size));
        assert!(exact.is_exact(1));
        assert_eq!(drawn.mark(size, 1, 1), Some(Weight::ONE));
        let state = |sampler: &Sampler| [sampler.left.get(), sampler.below.get()];
        assert_eq!((state(exact), exact.beyond.get()), (state(drawn), drawn.beyond.get()));
    }
    assert!(!samplers[0].is_exact(2), "another interval is in force");
}

#[test]
fn worked_numbers_of_the_model() {
    let default = 512 << 10;
    assert!((weight(16, default) - 32_768.5).abs() < 0.01);
    assert!((weight(4 << 10, default) - 128.5).abs() < 0.01);
    assert!((weight(1 << 20, default) - 1.156_52).abs() < 1e-4);
    assert!((weight(8 << 20, default) - 1.0).abs() < 1e-6);
    assert_eq!(Weight::of(123, 1), Weight::ONE);
}

#[test]
fn a_weight_is_packed_without_loss() {
    for interval in [1, 100, 4096, 512 << 10, MAX_INTERVAL] {
        for size in (0..40).map(|bits| 1 << bits).chain([0, 3, 136, 5003]) {
            let weight = Weight::of(size, interval);
            assert_eq!(Weight::unpack(weight.pack()), weight);
        }
    }
}

#[test]
fn a_mark_further_away_than_is_shown_is_reached_in_the_end() {
    let mut thread = Thread::new();
    let asked = 1 << 31;
    let requests = (0..200_000).filter(|_| thread.offer(asked, MAX_INTERVAL).is_some()).count();
    // 200 000 times 2 GiB is 390.6 times 1 TiB; one standard deviation is 19.8.
    assert!(requests.abs_diff(390) < 100, "{requests}");
}

#[test]
fn interval_one_records_everything_with_weight_one() {
    let mut thread = Thread::new();
    for size in [0, 1, 7, 1 << 40, i64::MAX as u64] {
        assert_eq!(thread.offer(size, 1), Some(Weight::ONE));
    }
}

#[test]
fn interval_zero_records_nothing() {
    let mut thread = Thread::new();
    for size in [0, 1, i64::MAX as u64, i64::MAX as u64, i64::MAX as u64] {
        assert_eq!(thread.offer(size, 0), None);
    }
}

#[test]
fn a_new_interval_is_obeyed_by_the_next_request() {
    let mut thread = Thread::new();
    thread.offer(1, MAX_INTERVAL);
    assert_eq!(thread.offer(1, 1), Some(Weight::ONE));
    assert_eq!(thread.offer(1, 0), None);
    assert_eq!(thread.offer(1, 1), Some(Weight::ONE));
}

#[test]
fn the_interval_of_another_thread_is_obeyed_after_some_bytes() {
    let mut thread = Thread { is_own_doing: false, ..Thread::new() };
    for (before, after) in [(MAX_INTERVAL, 1), (0, 1), (1, 0), (0, MAX_INTERVAL)] {
        let is_obeyed = |thread: &Thread| thread.sampler.interval.get() == after;
        while thread.sampler.interval.get() != before {
            thread.offer(1, before);
        }
        let requests = (0..).take_while(|_| {
            thread.offer(16, after);
            !is_obeyed(&thread)
        });
        let most = if before == 1 { 0 } else { LOOK_BYTES / 16 };
        assert!(requests.count() as u64 <= most, "from {before} to {after}");
    }
}

#[test]
fn the_largest_interval_overflows_nothing() {
    assert!(weight(1, MAX_INTERVAL) <= (MAX_INTERVAL + 1) as f64);
    let mut thread = Thread::new();
    for _ in 0..10_000 {
        thread.offer(i64::MAX as u64, MAX_INTERVAL);
    }
}

/// Estimated objects and bytes of `requests`, and the standard errors of both estimates.
///
/// A request with chance `p` contributes `1/p` with chance `p`: variance `1/p - 1`, and `size^2`
/// times that for bytes; requests are independent.
struct Estimate {
    objects: f64,
    bytes: f64,
    objects_error: f64,
    bytes_error: f64,
}

fn estimate(mut thread: Thread, requests: impl Iterator<Item = (u64, u64)>) -> Estimate {
    let mut sums = [0.0; 4];
    thread.offer(0, 1);
    for (size, interval) in requests {
        let before = thread.sampler.interval.get();
        let is_late = !thread.is_own_doing && before > 1;
        let in_force = if is_late { before } else { interval };
        if let Some(weight) = thread.offer(size, interval) {
            let weight = weight.fixed() as f64 / f64::from(1 << Weight::FRACTION_BITS);
            sums[0] += weight;
            sums[1] += weight * size as f64;
        }
        let variance = weight(size, in_force) - 1.0;
        sums[2] += variance;
        sums[3] += variance * (size as f64).powi(2);
    }
    let [objects, bytes, objects_variance, bytes_variance] = sums;
    Estimate {
        objects,
        bytes,
        objects_error: objects_variance.sqrt(),
        bytes_error: bytes_variance.sqrt(),
    }
}

/// Estimates lie within five standard errors: a false alarm once in 1.7 million runs for each.
fn assert_unbiased(name: &str, requests: impl Iterator<Item = (u64, u64)> + Clone) {
    assert_unbiased_on(Thread::new(), name, requests);
}

fn assert_unbiased_on(
    thread: Thread,
    name: &str,
    requests: impl Iterator<Item = (u64, u64)> + Clone,
) {
    let objects = requests.clone().count() as f64;
    let bytes: f64 = requests.clone().map(|(size, _)| size as f64).sum();
    let estimate = estimate(thread, requests);
    let off = (estimate.objects - objects) / estimate.objects_error;
    assert!(off.abs() < 5.0, "{name}: objects off by {off} standard errors");
    let off = (estimate.bytes - bytes) / estimate.bytes_error;
    assert!(off.abs() < 5.0, "{name}: bytes off by {off} standard errors");
}

const INTERVAL: u64 = 512 << 10;

#[test]
fn unbiased_at_one_size() {
    for (size, count) in [
        (16, 1_000_000),
        (200, 500_000),
        (4 << 10, 200_000),
        (64 << 10, 50_000),
        (512 << 10, 20_000),
        (1 << 20, 20_000),
        (2 << 20, 20_000),
    ] {
        assert_unbiased(&format!("{size} B"), (0..count).map(|_| (size, INTERVAL)));
    }
}

#[test]
fn unbiased_at_mixed_sizes() {
    assert_unbiased(
        "16 B and 1 MiB",
        (0..500_000).map(|i| (if i % 1000 == 0 { 1 << 20 } else { 16 }, INTERVAL)),
    );
    assert_unbiased("powers of two", (0..500_000u64).map(|i| (16 << (i % 13), INTERVAL)));
    assert_unbiased(
        "16 to 64 KiB",
        (0..200_000u64).map(|i| ((16 << 10) + i * 7919 % (48 << 10), INTERVAL)),
    );
}

#[test]
fn unbiased_when_the_interval_changes() {
    let intervals = [512 << 10, 64 << 10, 8 << 20, 4 << 10];
    assert_unbiased(
        "a new interval every 100 requests",
        (0..500_000usize).map(|i| (16 << (i % 9), intervals[i / 100 % intervals.len()])),
    );
}

#[test]
fn unbiased_when_other_threads_change_the_interval() {
    let intervals = [512 << 10, 64 << 10, 8 << 20, 4 << 10, 1];
    assert_unbiased_on(
        Thread { is_own_doing: false, ..Thread::new() },
        "a new interval every 100 requests",
        (0..500_000usize).map(|i| (16 << (i % 9), intervals[i / 100 % intervals.len()])),
    );
}

/// Twice the same numbers: once with nobody watching, once watched now and then.
#[test]
fn a_watched_thread_is_marked_as_it_would_have_been() {
    for interval in [0, 1, 4096, 512 << 10] {
        let (mut alone, mut watched) = (Thread::new(), Thread::new());
        for thread in [&mut alone, &mut watched] {
            thread.offer(1, interval);
            thread.sampler.random.seed(5);
            thread.sampler.beyond.set(thread.sampler.draw());
            thread.sampler.show();
        }
        let mut marks = 0;
        for step in 0..200_000u64 {
            if step % 700 == 0 {
                watched.sampler.watch(step / 700 % 2 == 0);
            }
            let size = step * 7919 % 3000;
            let weight = alone.offer(size, interval);
            assert_eq!(watched.offer(size, interval), weight, "{interval}, step {step}");
            marks += u64::from(weight.is_some());
        }
        assert_eq!(marks > 300, interval != 0, "{marks} at {interval}");
    }
}

#[test]
fn no_request_of_a_watched_thread_passes() {
    for interval in [0, 1, MAX_INTERVAL] {
        let mut thread = Thread::new();
        thread.sampler.watch(true);
        for size in [0, 1, 7, 1 << 40, 0] {
            thread.offer(size, interval);
            assert!(!thread.sampler.passes(0), "after {size} bytes at {interval}");
        }
        thread.sampler.watch(false);
        assert_eq!(thread.sampler.passes(0), interval != 1);
    }
}

#[test]
fn a_new_interval_set_under_watch_is_obeyed_after_it() {
    let thread = Thread::new();
    thread.sampler.watch(true);
    thread.sampler.judge_anew();
    thread.sampler.watch(false);
    assert!(!thread.sampler.passes(0));
    assert_eq!(thread.sampler.mark(0, 2, 1), Some(Weight::ONE));
}
