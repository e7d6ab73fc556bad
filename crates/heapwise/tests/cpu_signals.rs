//! What a CPU profile does to the signals and the processes of the program: nothing that lasts.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use common::burning::{alone, burn};
use heapwise::Error;
use heapwise::cpu::{self, StartError};

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn own_handler(_: libc::c_int) {
    HANDLED.fetch_add(1, Relaxed);
}

/// What is done with `SIGPROF`, and what was before, if it is to be changed.
fn disposition(to: Option<libc::sighandler_t>) -> libc::sighandler_t {
    // SAFETY: plain data; zeroes are an empty mask and no flags.
    let [mut new, mut old]: [libc::sigaction; 2] = unsafe { mem::zeroed() };
    new.sa_sigaction = to.unwrap_or(libc::SIG_DFL);
    let new = if to.is_some() { &raw const new } else { ptr::null() };
    // SAFETY: the handler is a function of the right type, or one of the two constants.
    assert_eq!(unsafe { libc::sigaction(libc::SIGPROF, new, &raw mut old) }, 0);
    old.sa_sigaction
}

/// Runs `work` in a child, which ends with 0 if it says so.
fn in_child(work: impl FnOnce() -> bool) {
    // SAFETY: the child allocates and starts threads, which the C library bears.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        let code = i32::from(!work());
        // SAFETY: ends the child.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live here.
    while unsafe { libc::waitpid(child, &raw mut status, 0) } < 0 {}
    assert_eq!(status, 0);
}

#[test]
fn a_handler_of_the_program_stays_and_is_a_reason_to_refuse() {
    let _alone = alone();
    let own = own_handler as *const () as libc::sighandler_t;
    let before = disposition(Some(own));
    let refused = cpu::start().unwrap_err();
    assert!(matches!(refused, Error::Cpu(StartError::HandlerTaken)), "{refused:?}");
    assert!(refused.to_string().contains("SIGPROF"), "{refused}");
    assert_eq!(disposition(None), own);
    // SAFETY: the signal has a handler.
    assert_eq!(unsafe { libc::raise(libc::SIGPROF) }, 0);
    assert_eq!(HANDLED.load(Relaxed), 1);
    disposition(Some(before));
}

#[test]
fn what_is_done_with_the_signal_is_as_before() {
    let _alone = alone();
    for before in [libc::SIG_IGN, libc::SIG_DFL] {
        disposition(Some(before));
        let mut samples = 0;
        for _ in 0..20 {
            let sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
            assert!(![libc::SIG_IGN, libc::SIG_DFL].contains(&disposition(None)));
            // A signal is on its way when it stops, more likely than not. By default it would end us.
            burn(Duration::from_millis(20));
            samples += sampling.stop().unwrap().samples();
            assert_eq!(disposition(None), before);
        }
        assert!(samples > 100, "{samples}");
    }
}

#[test]
fn a_handler_that_the_program_installs_meanwhile_stays() {
    let _alone = alone();
    let own = own_handler as *const () as libc::sighandler_t;
    let sampling = cpu::start().unwrap();
    disposition(Some(own));
    sampling.stop().unwrap();
    assert_eq!(disposition(Some(libc::SIG_DFL)), own);
}

#[test]
fn a_signal_that_another_process_sends_is_no_sample() {
    let _alone = alone();
    let sampling = cpu::start_at(1).unwrap();
    for _ in 0..100 {
        // SAFETY: the signal has our handler.
        assert_eq!(unsafe { libc::raise(libc::SIGPROF) }, 0);
    }
    assert!(sampling.stop().unwrap().samples() <= 2);
}

#[test]
fn a_child_has_no_profile_and_may_take_its_own() {
    let _alone = alone();
    let sampling = cpu::start().unwrap();
    in_child(move || {
        // No timer of the parent's comes here.
        burn(Duration::from_millis(100));
        let is_refused = matches!(sampling.stop(), Err(Error::Cpu(StartError::Forked)));
        let own = cpu::start_at(cpu::MAX_HZ).unwrap();
        burn(Duration::from_millis(100));
        is_refused && own.stop().unwrap().samples() > 50
    });
    let again = cpu::start().unwrap();
    drop(again);
}

#[test]
fn a_program_that_is_replaced_meanwhile_goes_on_as_the_other() {
    let _alone = alone();
    in_child(|| {
        let _sampling = cpu::start_at(cpu::MAX_HZ).unwrap();
        let spends = c"i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let words = [c"sh".as_ptr(), c"-c".as_ptr(), spends.as_ptr(), ptr::null()];
        // SAFETY: the texts end with zero, and the list with null. Returns if it fails.
        unsafe { libc::execv(c"/bin/sh".as_ptr(), words.as_ptr()) };
        false
    });
}
