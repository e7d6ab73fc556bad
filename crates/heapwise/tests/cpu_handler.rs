//! The signal handler allocates nothing, leaves `errno` as it is, and copes with whatever it interrupts.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::c_int;
use std::hint::black_box;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use common::burning::{alone, burn, samples_in, spent, turn};
use heapwise::cpu;

#[global_allocator]
static GLOBAL: Watched = Watched;

/// An allocator that spends its time inside, and counts who calls it.
struct Watched;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static IS_SLOW: Cell<bool> = const { Cell::new(false) };
}

#[inline(never)]
fn inside_the_allocator() {
    CALLS.set(CALLS.get() + 1);
    if IS_SLOW.get() {
        turn();
    }
    black_box(());
}

// SAFETY: forwards every call unchanged to `System`; the other two methods come to these.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        inside_the_allocator();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        inside_the_allocator();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

fn errno() -> &'static mut c_int {
    // SAFETY: asks nothing of its caller.
    let word = unsafe { libc::__errno_location() };
    // SAFETY: the C library's word of this thread, which nobody else has a reference to.
    unsafe { &mut *word }
}

#[test]
fn it_allocates_nothing_and_leaves_errno() {
    let _alone = alone();
    let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
    // A stack that has not been walked, too.
    let thread = thread::spawn(|| {
        let calls = CALLS.get();
        *errno() = 77;
        let end = spent() + Duration::from_secs(1);
        while spent() < end {
            turn();
            assert_eq!(*errno(), 77);
        }
        CALLS.get() - calls
    });
    assert_eq!(thread.join().unwrap(), 0);
    assert!(sampling.stop().unwrap().samples() > 700);
}

#[test]
fn inside_an_allocator_it_samples_as_everywhere() {
    let _alone = alone();
    let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
    IS_SLOW.set(true);
    let end = spent() + Duration::from_millis(500);
    while spent() < end {
        drop(black_box(Box::new(1)));
    }
    IS_SLOW.set(false);
    let profile = common::profile(&sampling.stop().unwrap().into_bytes());
    let [found] = samples_in(&profile, ["inside_the_allocator"]);
    assert!(found > 350, "{found}");
}

fn handle(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: plain data; zeroes are an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as *const () as usize;
    action.sa_flags = libc::SA_ONSTACK;
    // SAFETY: the handler is a function of the right type.
    assert_eq!(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) }, 0);
}

#[inline(never)]
fn raises(signal: c_int) {
    // SAFETY: the signal has a handler, which returns.
    assert_eq!(unsafe { libc::raise(signal) }, 0);
    black_box(());
}

/// On the 8 KiB that the standard library sets aside for it, in part.
#[test]
fn inside_a_handler_of_another_signal_it_sees_both_stacks() {
    let _alone = alone();
    extern "C" fn spends(_: c_int) {
        burn(Duration::from_millis(300));
    }
    handle(libc::SIGUSR1, spends);
    let sampling = cpu::start_at(250).unwrap();
    thread::spawn(|| raises(libc::SIGUSR1)).join().unwrap();
    let profile = common::profile(&sampling.stop().unwrap().into_bytes());
    let [in_handler, below] = samples_in(&profile, ["burn", "raises"]);
    assert!(in_handler > 40 && below >= in_handler, "{in_handler} {below}");
}

/// Runs `work` on a stack of that many bytes that the program made, with a page below that is none.
fn on_small_stack(bytes: usize, work: extern "C" fn()) {
    let (protection, page) = (libc::PROT_READ | libc::PROT_WRITE, 4096);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: the kernel chooses unused addresses.
    let pages = unsafe { libc::mmap(ptr::null_mut(), page + bytes, protection, flags, -1, 0) };
    assert_ne!(pages, libc::MAP_FAILED);
    // SAFETY: the first of the pages just mapped.
    assert_eq!(unsafe { libc::mprotect(pages, page, libc::PROT_NONE) }, 0);
    // SAFETY: plain data, initialised by `getcontext` and `swapcontext`.
    let [mut back, mut there]: [libc::ucontext_t; 2] = unsafe { mem::zeroed() };
    // SAFETY: the pointer is to a live local, here and below.
    assert_eq!(unsafe { libc::getcontext(&raw mut there) }, 0);
    // SAFETY: within the pages.
    (there.uc_stack.ss_sp, there.uc_stack.ss_size) = (unsafe { pages.byte_add(page) }, bytes);
    there.uc_link = &raw mut back;
    // SAFETY: `there` was initialised, and `work` takes no arguments.
    unsafe { libc::makecontext(&raw mut there, work, 0) };
    // SAFETY: both contexts are initialised, and the stack outlives the switch.
    assert_eq!(unsafe { libc::swapcontext(&raw mut back, &raw const there) }, 0);
    // SAFETY: exactly what was mapped, which nobody uses any more.
    unsafe { libc::munmap(pages, page + bytes) };
}

#[test]
fn on_the_small_stack_of_a_coroutine_it_has_a_stack_of_its_own() {
    let _alone = alone();
    #[inline(never)]
    extern "C" fn on_a_coroutine() {
        burn(Duration::from_millis(100));
        black_box(());
    }
    let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
    // A Rust thread has a stack for signals, so nothing of ours is on the small one.
    thread::spawn(|| (0..3).for_each(|_| on_small_stack(12 << 10, on_a_coroutine))).join().unwrap();
    let profile = common::profile(&sampling.stop().unwrap().into_bytes());
    let [found] = samples_in(&profile, ["on_a_coroutine"]);
    assert!(found > 150, "{found}");
}

/// The loader has its own lock, which is held while libraries come and go.
#[test]
fn inside_the_loader_it_goes_on() {
    let _alone = alone();
    let done = AtomicBool::new(false);
    let loaded = AtomicU64::new(0);
    let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Relaxed) {
                // SAFETY: a library of the C library, which does nothing when it is loaded.
                let library = unsafe { libc::dlopen(c"libresolv.so.2".as_ptr(), libc::RTLD_NOW) };
                assert!(!library.is_null());
                loaded.fetch_add(1, Relaxed);
                // SAFETY: loaded above, and nothing of it is in use.
                unsafe { libc::dlclose(library) };
            }
        });
        burn(Duration::from_millis(500));
        done.store(true, Relaxed);
    });
    let profile = common::profile(&sampling.stop().unwrap().into_bytes());
    profile.validate().unwrap();
    assert!(loaded.load(Relaxed) > 10);
    assert!(samples_in(&profile, ["burn"])[0] > 350);
}

#[test]
fn a_thread_that_holds_the_signal_back_harms_nobody() {
    let _alone = alone();
    let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
    thread::spawn(|| {
        // SAFETY: plain data for the next call to write.
        let mut set: libc::sigset_t = unsafe { mem::zeroed() };
        // SAFETY: writes the set.
        unsafe { libc::sigfillset(&raw mut set) };
        // SAFETY: reads the set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut()) };
        burn(Duration::from_millis(100));
    })
    .join()
    .unwrap();
    assert!(sampling.stop().unwrap().samples() < 50);
}
