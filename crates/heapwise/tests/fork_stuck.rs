//! The child of a fork in which no thread of the standard library's ever begins: one of the parent's held the lock
//! that each takes first. Whatever waits for a thread there comes back.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;
#[path = "../src/forked.rs"]
mod forked;

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::burning::burn;
use heapwise::{cpu, http, push};

/// Stops a thread that allocates while it begins. What the standard library allocates then it does under its lock:
/// a part of its list of threads, now and then.
struct Stopping(heapwise::Alloc);

static STOPS: AtomicBool = AtomicBool::new(false);
static IS_STOPPED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static HAS_BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// Smaller blocks are a thread's own matters.
const PART: usize = 256;

// SAFETY: passes everything on to an allocator.
unsafe impl GlobalAlloc for Stopping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if STOPS.load(SeqCst) && layout.size() >= PART && !HAS_BEGUN.get() {
            IS_STOPPED.store(true, SeqCst);
            while STOPS.load(SeqCst) {
                // SAFETY: asks nothing of its caller.
                unsafe { libc::usleep(1000) };
            }
        }
        // SAFETY: passed on to the caller.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: passed on to the caller.
        unsafe { self.0.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOC: Stopping = Stopping(heapwise::Alloc::system());

/// Lets the thread go on that is stopped: also when the test fails, whose end would wait for it.
struct GoesOn;

impl Drop for GoesOn {
    fn drop(&mut self) {
        STOPS.store(false, SeqCst);
    }
}

/// Does `work` while a thread is stopped under the lock.
fn while_stopped(work: impl FnOnce()) {
    HAS_BEGUN.set(true);
    STOPS.store(true, SeqCst);
    let goes_on = GoesOn;
    let mut started = Vec::new();
    // They stay, so that the list grows.
    while !IS_STOPPED.load(SeqCst) {
        assert!(started.len() < 100, "none was stopped: nothing is tested");
        let (begins, has_begun) = channel();
        let (ends, until) = channel::<()>();
        let thread = thread::spawn(move || {
            HAS_BEGUN.set(true);
            // Nobody asks the one that was stopped.
            let _ = begins.send(());
            // Until it is dropped.
            let _ = until.recv();
        });
        while has_begun.try_recv().is_err() && !IS_STOPPED.load(SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        started.push((thread, ends));
    }
    work();
    drop(goes_on);
    for (thread, ends) in started {
        drop(ends);
        thread.join().unwrap();
    }
}

/// Whether threads are as stuck as they are meant to be.
fn are_stuck() -> bool {
    let (begins, has_begun) = channel();
    thread::spawn(move || begins.send(()));
    has_begun.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout)
}

/// Whether it takes less than so many seconds.
fn is_over_within<T>(seconds: u64, work: impl FnOnce() -> T) -> bool {
    let begin = Instant::now();
    drop(work());
    begin.elapsed() < Duration::from_secs(seconds)
}

#[test]
fn nobody_waits_without_end_for_a_thread_that_does_not_begin() {
    // Looks with a thread how handlers can read labels, once.
    cpu::start().unwrap().stop().unwrap();
    let folder = tempfile::tempdir().unwrap();
    while_stopped(|| {
        let children = [
            forked::begin(are_stuck),
            forked::begin(|| {
                let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
                burn(Duration::from_millis(200));
                // It has what the ring holds, and is over.
                let taken = sampling.stop().unwrap().samples() > 20;
                drop(cpu::start().unwrap());
                taken && cpu::start().unwrap().stop().is_ok()
            }),
            forked::begin(|| {
                let server = http::serve("127.0.0.1:0").unwrap();
                is_over_within(30, || drop(server))
            }),
            forked::begin(|| {
                let pusher = push::pyroscope("http://127.0.0.1:9", "stuck").start().unwrap();
                is_over_within(30, || drop(pusher))
            }),
            forked::begin(|| {
                let begun = heapwise::start().cpu().dir(folder.path()).quiet().begin().unwrap();
                is_over_within(40, || begun.stop())
            }),
        ];
        for child in children {
            child.check();
        }
    });
}
