//! The signal handler, and what it may do: see the crate's documentation.

use std::ffi::{c_int, c_void};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};
use std::thread;
use std::time::{Duration, Instant};

use heapwise_stackwalk::{End, Registers, capture_interrupted};

use super::cause::Cause;
use super::record::{self, Record};
use super::ring::Ring;
use super::{scratch, system, threads};
use crate::{Losses, MAX_FRAMES};

/// The session whose timers count, and the roll call that is to be answered; 0 for none.
pub static SESSION: AtomicU32 = AtomicU32::new(0);
pub static ROLL_CALL: AtomicU32 = AtomicU32::new(0);

/// A `fn() -> u32`, of the session.
static LABEL: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// Handlers that are running.
static INSIDE: AtomicU32 = AtomicU32::new(0);

/// As in [`Losses`].
static RING_FULL: AtomicU64 = AtomicU64::new(0);
static HANDLERS: AtomicU64 = AtomicU64::new(0);

/// The value of a timer: of which session, and of which thread; 0 for the timer of the process.
pub fn timer_value(session: u32, thread: u32) -> u64 {
    u64::from(session) << 32 | u64::from(thread)
}

/// Sets what says the label, in handlers.
pub fn set_label(label: fn() -> u32) {
    LABEL.store(label as *mut (), Relaxed);
}

fn label() -> u32 {
    let function = LABEL.load(Relaxed);
    if function.is_null() {
        return 0;
    }
    // SAFETY: a `fn() -> u32`, stored as the pointer that it is.
    let function = unsafe { std::mem::transmute::<*mut (), fn() -> u32>(function) };
    function()
}

/// What was lost since the last [`reset`].
pub fn losses() -> Losses {
    Losses {
        ring_full: RING_FULL.load(Relaxed),
        handlers: HANDLERS.load(Relaxed),
        ..Losses::default()
    }
}

/// Counts losses anew.
pub fn reset_losses() {
    RING_FULL.store(0, Relaxed);
    HANDLERS.store(0, Relaxed);
}

/// Says that no handler is running: in a child of a fork, whose only thread this is.
pub fn reset() {
    INSIDE.store(0, Relaxed);
}

/// Waits until no handler is running, for at most `patience`: what these have to say is then in the ring.
pub fn wait_for_all(patience: Duration) {
    let end = Instant::now() + patience;
    while INSIDE.load(SeqCst) != 0 && Instant::now() < end {
        thread::sleep(Duration::from_micros(100));
    }
}

/// The handler.
pub extern "C" fn on_signal(_: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // Before the session is looked at: who ends it first ends it and then looks here.
    INSIDE.fetch_add(1, SeqCst);
    // SAFETY: the handler's own argument.
    match unsafe { Cause::of(info) } {
        // SAFETY: the handler's own argument, in both.
        Cause::Timer { value, missed } => unsafe { on_timer(value, missed, context) },
        // SAFETY: as above.
        Cause::Thread { value } => unsafe { on_roll_call(value, context) },
        Cause::Other => {}
    }
    INSIDE.fetch_sub(1, SeqCst);
}

/// # Safety
/// `context` must be the third argument of the handler that is running.
unsafe fn on_timer(value: u64, missed: u32, context: *const c_void) {
    let (session, thread) = ((value >> 32) as u32, value as u32);
    if session == 0 || session != SESSION.load(SeqCst) {
        return;
    }
    let own = system::thread_id();
    let by_process = thread == 0;
    if by_process && threads::is_timed(own) {
        return;
    }
    let weight = missed.saturating_add(1);
    let record = Record {
        number: session,
        thread: own,
        weight,
        label: label(),
        is_whole: false,
        by_process,
    };
    // SAFETY: passed on to the caller.
    let registers = unsafe { Registers::interrupted(context) };
    match tell(Tale { ring: record::samples(), record, registers, is_told: false }) {
        Told::Yes => {}
        Told::RingFull => drop(RING_FULL.fetch_add(weight.into(), Relaxed)),
        Told::NoStack => drop(HANDLERS.fetch_add(weight.into(), Relaxed)),
    }
}

/// What is not told is asked for again.
///
/// # Safety
/// As for [`on_timer`].
unsafe fn on_roll_call(value: u64, context: *const c_void) {
    let number = value as u32;
    if number == 0 || number != ROLL_CALL.load(SeqCst) {
        return;
    }
    let thread = system::thread_id();
    let record = Record { number, thread, weight: 0, label: 0, is_whole: false, by_process: false };
    // SAFETY: passed on to the caller.
    let registers = unsafe { Registers::interrupted(context) };
    tell(Tale { ring: record::answers(), record, registers, is_told: false });
}

/// What to walk and where to write it.
struct Tale {
    ring: Ring<'static>,
    record: Record,
    registers: Registers,
    is_told: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Yes,
    RingFull,
    NoStack,
}

fn tell(mut tale: Tale) -> Told {
    if !scratch::run(walk_and_push, &mut tale) {
        return Told::NoStack;
    }
    if tale.is_told { Told::Yes } else { Told::RingFull }
}

extern "C" fn walk_and_push(tale: &mut Tale) {
    let mut frames = [0; MAX_FRAMES];
    let captured = capture_interrupted(&tale.registers, &mut frames);
    let frames = frames.get(..captured.len).unwrap_or_default();
    tale.record.is_whole = captured.end == End::Root;
    tale.is_told = tale.ring.push(tale.record.to_words(), frames);
}
