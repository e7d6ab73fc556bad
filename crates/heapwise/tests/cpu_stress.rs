//! CPU profiles while everything else happens, every allocation being recorded: nothing hangs, nothing
//! crashes, and what was sampled is the processor time that was spent.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use common::burning::process_spent;
use common::load;
use heapwise::cpu;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Periods that were sampled, and those that were spent meanwhile, in hundredths.
static SAMPLED: AtomicU64 = AtomicU64::new(0);
static SPENT: AtomicU64 = AtomicU64::new(0);

#[test]
fn both_profiles_are_taken_while_everything_happens() {
    load::everything_at_once(&|scope| {
        scope.spawn(cpu_profiles);
        scope.spawn(where_threads_are);
        scope.spawn(load::forks);
    });
    let (sampled, spent) = (SAMPLED.load(Relaxed), SPENT.load(Relaxed) / 100);
    assert!(sampled > 100, "{sampled}");
    // Threads end and processes are forked: much of the time is theirs who had no chance to be sampled. But
    // nothing is counted twice.
    assert!(sampled <= spent + spent / 5 + 100, "{sampled} of {spent}");
    assert!(heapwise::heap::totals().unwrap().is_exact);
}

/// Most of the time one is being taken, at the highest rate.
fn cpu_profiles() {
    while load::is_on() {
        let begin = process_spent();
        let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
        thread::sleep(Duration::from_millis(200));
        let profile = sampling.stop().unwrap();
        let spent = process_spent() - begin;
        SPENT.fetch_add(spent.as_micros() as u64 / 10, Relaxed);
        SAMPLED.fetch_add(profile.samples(), Relaxed);
        let decoded = common::profile(&profile.into_bytes());
        decoded.validate().unwrap();
    }
}

/// Asks all threads, also while a profile is being taken.
fn where_threads_are() {
    let request = http::Request::get("/debug/pprof/threads").body("").unwrap();
    while load::is_on() {
        let response = heapwise::http::respond(&request);
        assert_eq!(response.status(), 200);
        common::profile(response.body()).validate().unwrap();
        thread::sleep(Duration::from_millis(20));
    }
}
