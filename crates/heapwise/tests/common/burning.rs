//! Known amounts of processor time, and where a CPU profile says that they went.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heapwise_profile::{Line, Profile};
use heapwise_symbolize::{LocalFiles, Options, Remote, symbolize};

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

/// Spends that much processor time.
#[inline(never)]
pub fn burn(time: Duration) {
    let end = spent() + time;
    while spent() < end {
        turn();
    }
}

/// Spends processor time until the kernel has looked at the timers of this thread, which under load may be
/// many of their periods late: whatever they had to say so far, they have said then.
pub fn burn_until_looked_at() {
    static LOOKED_AT: AtomicBool = AtomicBool::new(false);
    extern "C" fn on_signal(_: libc::c_int) {
        LOOKED_AT.store(true, Relaxed);
    }
    LOOKED_AT.store(false, Relaxed);
    // SAFETY: the handler is a function of the right type, and only writes a word.
    unsafe { libc::signal(libc::SIGUSR2, on_signal as *const () as usize) };
    // SAFETY: zeroes are values of all three.
    let (mut event, mut timer, mut soon): (libc::sigevent, libc::timer_t, libc::itimerspec) =
        unsafe { std::mem::zeroed() };
    event.sigev_notify = libc::SIGEV_THREAD_ID;
    event.sigev_signo = libc::SIGUSR2;
    // SAFETY: asks nothing of its caller.
    event.sigev_notify_thread_id = unsafe { libc::gettid() };
    soon.it_value.tv_nsec = 100_000;
    // SAFETY: the kernel reads and writes what is passed, which is live.
    let made = unsafe {
        libc::timer_create(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut event, &raw mut timer)
    };
    assert_eq!(made, 0);
    // SAFETY: the timer was made above; the kernel reads the time.
    assert_eq!(unsafe { libc::timer_settime(timer, 0, &raw const soon, std::ptr::null_mut()) }, 0);
    while !LOOKED_AT.load(Relaxed) {
        turn();
    }
    // SAFETY: made above.
    unsafe { libc::timer_delete(timer) };
}

/// Some microseconds of it.
#[inline(never)]
pub fn turn() {
    let mut value = 1u32;
    for _ in 0..2000 {
        value = black_box(value.wrapping_mul(1_664_525).wrapping_add(1));
    }
    black_box(value);
}

/// The samples with a function of each of these names in their stack: names as the last word of a path.
pub fn samples_in<const N: usize>(profile: &Profile, names: [&str; N]) -> [i64; N] {
    let profile = with_names(profile);
    let word_of = |line: &Line| {
        let name = String::from_utf8_lossy(profile.text(profile.functions[line.function].name));
        name.rsplit("::").next().unwrap_or_default().to_owned()
    };
    let mut sums = [0; N];
    for sample in profile.samples.iter() {
        let lines = sample.stack.iter().flat_map(|&id| profile.locations.lines(id));
        let words: Vec<String> = lines.map(word_of).collect();
        for (sum, name) in sums.iter_mut().zip(names) {
            *sum += if words.iter().any(|word| word == name) { sample.values[0] } else { 0 };
        }
    }
    sums
}

/// As the tool finds names: by mapping and build id, in the files of this machine.
fn with_names(profile: &Profile) -> Profile {
    let ask = |(): &(), _| Err("no server");
    let (files, remote) = (LocalFiles::default(), Remote { origins: &[], ask: &ask });
    symbolize(profile, &Options::default(), &files, &remote).unwrap().profile
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

/// Whether the kernel gives the signal of a process's timer to the thread that runs (Linux 6.4), so that
/// threads show before they have a timer of their own.
pub fn shows_new_threads() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-']).map(|number| number.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= (6, 4)
}
