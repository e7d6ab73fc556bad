//! The walk of what a signal interrupted, at any instruction and with any registers.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod common;

use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use std::{mem, ptr, thread};

use common::{nested, reference_walk};
use heapwise_stackwalk::{Captured, End, Registers, capture, capture_interrupted, learn_code};

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

fn handle(signal: c_int, handler: Handler) {
    // SAFETY: plain data; zero is an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    // SAFETY: the handler is a function of the right type.
    assert_eq!(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) }, 0);
}

#[test]
fn the_frames_are_those_above_the_handler() {
    static EQUAL: AtomicUsize = AtomicUsize::new(0);
    static OTHER: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn handler(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
        let (mut from_here, mut interrupted) = ([0; 256], [0; 256]);
        let outer = capture(&mut from_here);
        // SAFETY: the handler's own argument.
        let registers = unsafe { Registers::interrupted(context) };
        let Captured { len, end } = capture_interrupted(&registers, &mut interrupted);
        let expected = from_here.get(outer.len - len..outer.len);
        let is_equal = expected == Some(&interrupted[..len]) && len > 2;
        if is_equal && end == End::Root { &EQUAL } else { &OTHER }.fetch_add(1, Relaxed);
    }
    learn_code();
    handle(libc::SIGUSR1, handler);
    // SAFETY: asks for the calling thread's own id.
    let target = unsafe { libc::pthread_self() } as usize;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..5000 {
                // SAFETY: the thread waits for the end of this scope.
                unsafe { libc::pthread_kill(target as libc::pthread_t, libc::SIGUSR1) };
                thread::sleep(Duration::from_micros(20));
            }
            done.store(true, Relaxed);
        });
        while !done.load(Relaxed) {
            nested(20, &mut || drop(black_box(format!("{:?}", vec![1.5; 3]))));
        }
    });
    assert_eq!(OTHER.load(Relaxed), 0);
    assert!(EQUAL.load(Relaxed) > 100);
}

/// From the registers of a function that runs: the walk is the platform's.
#[inline(never)]
fn walked(frames: &mut [usize]) -> Captured {
    let registers = Registers::here();
    let captured = capture_interrupted(&registers, frames);
    black_box(captured)
}

#[test]
fn without_bounds_of_the_stack_to_look_up() {
    learn_code();
    let mut frames = [0; 256];
    for depth in [0, 10, 100] {
        nested(depth, &mut || {
            let captured = walked(&mut frames);
            assert_eq!((captured.end, captured.len > depth), (End::Root, true));
            // The first is in `walked`, the second is the call of it.
            assert_eq!(frames[2..captured.len], reference_walk()[1..]);
        });
    }
}

#[test]
fn a_short_buffer_holds_the_leaf_end() {
    learn_code();
    let mut frames = [0; 4];
    nested(10, &mut || assert_eq!(walked(&mut frames), Captured { len: 4, end: End::BufferFull }));
    assert_eq!(walked(&mut []), Captured { len: 0, end: End::BufferFull });
}

/// Numbers that look like addresses of all kinds, the same on every run.
fn anything(state: &mut u64, stack: usize, code: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let random = (*state >> 16) as usize;
    match *state >> 61 {
        0 => random,
        1 => random % 65536,
        2 | 3 => (stack + random % 65536) & !7,
        4 => stack.wrapping_sub(random % 65536),
        5 | 6 => code.wrapping_add(random % (1 << 20)),
        _ => 0usize.wrapping_sub(random % 65536),
    }
}

#[test]
fn registers_that_are_anything_do_no_harm() {
    learn_code();
    let here = Registers::here();
    let mut frames = [0; 64];
    let mut state = 1;
    for _ in 0..100_000 {
        let mut next = || anything(&mut state, here.sp, here.pc);
        let registers = Registers { pc: next(), sp: next(), fp: next() };
        let captured = capture_interrupted(&registers, &mut frames);
        assert!(captured.len >= 1 && captured.len <= frames.len());
    }
}

#[test]
fn a_stack_that_vanishes_ends_the_walk() {
    const BYTES: usize = 1 << 16;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: the kernel chooses unused addresses.
    let pages = unsafe { libc::mmap(ptr::null_mut(), BYTES, protection, flags, -1, 0) };
    assert_ne!(pages, libc::MAP_FAILED);
    let start = pages.expose_provenance();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Relaxed) {
                for access in [libc::PROT_NONE, protection] {
                    let pages = ptr::with_exposed_provenance_mut(start);
                    // SAFETY: the pages are this test's, and hold nothing.
                    unsafe { libc::mprotect(pages, BYTES, access) };
                }
            }
        });
        let mut frames = [0; 64];
        for round in 0..20_000 {
            let sp = start + round % (BYTES / 8) * 8;
            let registers = Registers { sp, fp: sp, ..Registers::here() };
            assert!(capture_interrupted(&registers, &mut frames).len >= 1);
        }
        done.store(true, Relaxed);
    });
}
