//! CPU profiles: the shares that they show are those of the processor time that was spent.
//!
//! Threads spend known amounts by their own clocks, so what else the machine does is no matter.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::burning::{
    alone, burn, burn_until_looked_at, said, samples_in, shows_new_threads, spent, total, turn,
};
use heapwise::cpu::{self, Sampling, StartError};
use heapwise_profile::{LabelValue, Profile, Sample};

/// Functions that spend processor time, to be found by their names.
macro_rules! functions {
    ($($name:ident)*) => {$(
        #[inline(never)]
        fn $name(mut work: impl FnMut()) {
            work();
            black_box(stringify!($name));
        }
    )*};
}

functions! { seventy twenty ten many short }

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn stopped(sampling: Sampling) -> Profile {
    let mut bytes = Vec::new();
    sampling.stop().unwrap().write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    profile.validate().unwrap();
    profile
}

/// Whether `found` of `of` samples are a share of `share`, within four and a half standard deviations: one run in
/// 150,000 fails by chance.
fn assert_share(found: i64, of: i64, share: f64) {
    let (found, of) = (found as f64, of as f64);
    let error = (share * (1.0 - share) * of).sqrt();
    let off = (found - share * of).abs();
    assert!(off <= 4.5 * error + 1.0, "{found} of {of}: {off:.1} off {share}, error {error:.1}");
}

#[test]
fn threads_show_with_their_shares() {
    let _alone = alone();
    let sampling = cpu::start().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| seventy(|| burn(ms(1400))));
        scope.spawn(|| twenty(|| burn(ms(400))));
        scope.spawn(|| ten(|| burn(ms(200))));
    });
    let profile = stopped(sampling);
    let found = samples_in(&profile, ["seventy", "twenty", "ten"]);
    let sum: i64 = found.iter().sum();
    for (found, share) in found.iter().zip([0.7, 0.2, 0.1]) {
        assert_share(*found, sum, share);
    }
    // The sum is no estimate: each thread has a sample every 10 ms, from a random moment of the first
    // ones on. On old kernels it has a timer after a tenth of a second at the latest.
    let least = if shows_new_threads() { 185 } else { 155 };
    assert!((least..=215).contains(&sum), "{sum}");
    assert!(total(&profile) >= sum);
    let said = said(&profile);
    assert!(!said.contains("were read") && !said.contains("no stack"), "{said}");
}

/// Three functions in one thread, in turns much shorter than a period. What each spends it measures itself: to ask
/// takes time, too, and on a busy machine much of it.
#[inline(never)]
fn in_turns(time: Duration) -> [Duration; 3] {
    let mut sums = [Duration::ZERO; 3];
    let mut before = spent();
    let end = before + time;
    while before < end {
        for (index, turns) in [7, 2, 1].into_iter().enumerate() {
            let work = || {
                (0..turns).for_each(|_| turn());
                let now = spent();
                sums[index] += now - before;
                before = now;
            };
            match index {
                0 => seventy(work),
                1 => twenty(work),
                _ => ten(work),
            }
        }
    }
    sums
}

#[test]
fn functions_of_one_thread_show_with_their_shares() {
    let _alone = alone();
    // More often than the kernel looks: several samples then share a stack, and are as good as one.
    for (hz, independent) in [(100, 100), (1000, 250)] {
        let sampling = cpu::start_at(hz).unwrap();
        let spent = in_turns(ms(3000));
        let profile = stopped(sampling);
        let found = samples_in(&profile, ["seventy", "twenty", "ten"]);
        let sum: i64 = found.iter().sum();
        let all: f64 = spent.iter().map(Duration::as_secs_f64).sum();
        let wanted = 3 * i64::from(hz);
        assert!((sum - wanted).abs() <= wanted / 20 + 3, "{hz} Hz: {sum} of {wanted}");
        for (found, spent) in found.iter().zip(spent) {
            let found = found * independent / i64::from(hz);
            assert_share(found, sum * independent / i64::from(hz), spent.as_secs_f64() / all);
        }
    }
}

#[test]
fn sums_are_right_with_many_threads_and_above_the_rate_of_the_kernel() {
    let _alone = alone();
    for hz in [100, 250, 1000] {
        let sampling = cpu::start_at(hz).unwrap();
        for _ in 0..10 {
            thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| many(|| burn(ms(50)))))));
        }
        let profile = stopped(sampling);
        let [found] = samples_in(&profile, ["many"]);
        // 40 threads of 50 ms, too short for timers of their own (but on old kernels), and few at a
        // time, so that they do not get old either.
        let wanted = 2.0 * f64::from(hz);
        let error = 4.5 * wanted.sqrt() + 0.1 * wanted;
        assert!((found as f64 - wanted).abs() < error, "{hz} Hz: {found} of {wanted}, {error}");
    }
}

#[test]
fn a_thousand_threads_come_and_go() {
    let _alone = alone();
    let sampling = cpu::start().unwrap();
    let begin = common::burning::process_spent();
    let each = ms(4);
    for _ in 0..50 {
        thread::scope(|scope| {
            (0..20).for_each(|_| drop(scope.spawn(move || short(|| burn(each)))));
        });
    }
    let all = common::burning::process_spent() - begin;
    let profile = stopped(sampling);
    let [found] = samples_in(&profile, ["short"]);
    if !shows_new_threads() {
        return;
    }
    // 4 s in threads that each live shorter than a period.
    let wanted = 400.0f64;
    assert!((found as f64 - wanted).abs() < 4.5 * wanted.sqrt() + 0.1 * wanted, "{found} of 400");
    assert!(total(&profile) as f64 <= all.as_secs_f64() * 100.0 * 1.1 + 10.0);
}

#[test]
fn there_is_one_at_a_time_and_dropping_it_makes_room() {
    let _alone = alone();
    let first = cpu::start().unwrap();
    let second = cpu::start().unwrap_err();
    assert!(matches!(second, heapwise::Error::Cpu(StartError::Running)), "{second:?}");
    assert!(second.to_string().contains("already"), "{second}");
    drop(first);
    for hz in [0, cpu::MAX_HZ + 1] {
        let wrong = cpu::start_at(hz).unwrap_err();
        assert!(matches!(wrong, heapwise::Error::Cpu(StartError::Rate(rate)) if rate == hz));
    }
    let third = cpu::start_at(1).unwrap();
    // Any thread may stop it.
    let stopped = thread::spawn(move || third.stop()).join().unwrap().unwrap();
    assert!(stopped.samples() <= 2 && stopped.duration() > Duration::ZERO);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cpu.pb.gz");
    let sampling = cpu::start().unwrap();
    burn(ms(50));
    let profile = sampling.stop().unwrap();
    profile.write(&path).unwrap();
    let read = common::profile(&std::fs::read(&path).unwrap());
    assert_eq!(total(&read), profile.samples() as i64);
    assert!(profile.write(folder.path().join("missing/cpu.pb.gz")).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_sleeping_program_has_an_empty_profile_with_mappings() {
    let _alone = alone();
    let sampling = cpu::start().unwrap();
    let (_sender, receiver) = mpsc::channel::<()>();
    assert!(receiver.recv_timeout(ms(100)).is_err());
    let profile = stopped(sampling);
    assert!(total(&profile) <= 3, "{}", total(&profile));
    assert!(!profile.mappings.is_empty());
    assert_eq!(profile.header.period, 10_000_000);
    assert!(profile.header.duration_nanos >= 100_000_000);
}

fn samples_labelled(profile: &Profile, value: &str) -> i64 {
    let carries = |sample: &Sample<'_>| {
        sample.labels.iter().any(|label| match label.value {
            LabelValue::Text(text) => profile.text(text) == value.as_bytes(),
            LabelValue::Number { .. } => false,
        })
    };
    profile.samples.iter().filter(carries).map(|sample| sample.values[0]).sum()
}

/// Spends that much processor time under a label, and returns how much it was. What is sampled late of the
/// time before and of this is so before and in this.
fn burn_labelled(value: &str, time: Duration) -> Duration {
    burn_until_looked_at();
    let begin = spent();
    heapwise::label("tenant", value).scope(|| {
        burn(time);
        burn_until_looked_at();
        spent() - begin
    })
}

#[test]
fn samples_carry_the_labels_of_what_was_interrupted() {
    let _alone = alone();
    let sampling = cpu::start_at(250).unwrap();
    let a = burn_labelled("a", ms(600));
    let b = burn_labelled("b", ms(200));
    let profile = stopped(sampling);
    for (value, time) in [("a", a), ("b", b)] {
        let (found, periods) = (samples_labelled(&profile, value), time.as_secs_f64() * 250.0);
        // One more or less by where the stretch begins, and another by what passes between a look of the
        // kernel and that of the thread at its clock.
        assert!((found as f64 - periods).abs() <= 2.0, "{value}: {found} of {periods}");
    }
}
