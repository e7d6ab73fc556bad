//! Known amounts of processor time, and where a CPU profile says that they went.

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heapwise_profile::Profile;

/// Held by each test that takes a CPU profile: there is one at a time, and it is of all threads.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processor time that the calling thread has spent.
pub fn spent() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// The processor time that all threads have spent.
pub fn process_spent() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn clock(number: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes the time.
    unsafe { libc::clock_gettime(number, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Spends that much processor time, in a function of its own for each number.
#[inline(never)]
pub fn burn<const NUMBER: u32>(time: Duration) {
    let end = spent() + time;
    while spent() < end {
        turn::<NUMBER>();
    }
}

/// Some microseconds of it.
#[inline(never)]
pub fn turn<const NUMBER: u32>() {
    let mut value = NUMBER;
    for _ in 0..2000 {
        value = black_box(value.wrapping_mul(1_664_525).wrapping_add(1));
    }
    black_box(value);
}

/// The samples in each of the functions that start at these addresses or below them, in the second
/// innermost function at most: the innermost is not compared, it may be inlined differently.
pub fn samples_in(profile: &Profile, functions: &[usize]) -> Vec<i64> {
    let mut sums = vec![0; functions.len()];
    for sample in profile.samples.iter() {
        let addresses = sample.stack.iter().map(|&id| profile.locations.get(id).address.0 as usize);
        let found = addresses.filter_map(|address| function_of(address, functions)).next();
        if let Some(function) = found {
            sums[function] += sample.values[0];
        }
    }
    sums
}

/// Which of the functions holds the address: the last that starts at or before it. None is longer than
/// this.
fn function_of(address: usize, functions: &[usize]) -> Option<usize> {
    const LONGEST: usize = 1024;
    let holds = |&(_, &start): &(usize, &usize)| start <= address && address < start + LONGEST;
    let last = functions.iter().enumerate().filter(holds).max_by_key(|&(_, &start)| start);
    last.map(|(index, _)| index)
}

/// The sum of all samples.
pub fn total(profile: &Profile) -> i64 {
    profile.samples.iter().map(|sample| sample.values[0]).sum()
}

/// Comments, joined.
pub fn said(profile: &Profile) -> String {
    let texts = profile.header.comments.iter();
    texts.map(|&text| String::from_utf8_lossy(profile.text(text)) + "\n").collect()
}
