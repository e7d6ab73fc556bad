//! The signals that end a program which does nothing about them.
//!
//! ```text
//! signal -> handler -> semaphore -> keeper (a thread) -> Run::end_by_signal -> the signal again
//! ```
//!
//! The handler does no more than is allowed in one: it notes the signal, and posts a semaphore. A pipe
//! would do as well, but for programs that close descriptors which they have not opened. It returns, so
//! the thread that it interrupted goes on and may let go of whatever the writing needs. Then the
//! signal is sent once more, with nothing to handle it: the program ends by it, as its parent sees
//! too.

use std::cell::UnsafeCell;
use std::io;
use std::mem::{self, MaybeUninit};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use libc::c_int;

use crate::own_thread::OwnThread;
use crate::start::ending::{self, Run};
use crate::start::thread;

/// Closed terminal, Ctrl-C, and a polite request. Ctrl-\ (`SIGQUIT`) asks for a core of this instant.
const SIGNALS: [c_int; 3] = [libc::SIGHUP, libc::SIGINT, libc::SIGTERM];

/// The signal that is ending the program; or one of the following.
static PENDING: AtomicI32 = AtomicI32::new(CLOSED);

/// No signal has come.
const NONE: c_int = 0;
/// Nobody waits for one.
const CLOSED: c_int = -1;

/// Whether a signal is ending the program.
pub fn is_ending() -> bool {
    PENDING.load(Ordering::Acquire) > NONE
}

/// While one is alive, the signals that would end the program have it write its profile before.
#[derive(Debug)]
pub struct Watch {
    keeper: Option<OwnThread<()>>,
    /// Those that this handles.
    handled: Vec<c_int>,
}

impl Watch {
    /// Begins with the signals that would end the program now.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn begin(run: &Arc<Run>) -> io::Result<Self> {
        WAKE.reset();
        PENDING.store(NONE, Ordering::Release);
        let kept = Arc::clone(run);
        let keeper = thread::start("heapwise-signal", move || keep(&kept));
        let keeper = keeper.inspect_err(|_| PENDING.store(CLOSED, Ordering::Release))?;
        let ends = |signal: &c_int| [libc::SIG_DFL, handler()].contains(&disposition(*signal));
        let handled: Vec<c_int> = SIGNALS.into_iter().filter(ends).collect();
        handled.iter().for_each(|signal| set_disposition(*signal, handler()));
        Ok(Self { keeper: Some(keeper), handled })
    }
}

impl Drop for Watch {
    /// Signals are as they were, but for those that the program has set otherwise since.
    fn drop(&mut self) {
        let Some(keeper) = self.keeper.take() else { return };
        if !keeper.is_of_this_process() {
            return;
        }
        let closed = PENDING.compare_exchange(NONE, CLOSED, Ordering::AcqRel, Ordering::Acquire);
        for signal in self.handled.iter().filter(|signal| disposition(**signal) == handler()) {
            set_disposition(*signal, libc::SIG_DFL);
        }
        // Else it is busy ending the program.
        if closed.is_ok() {
            WAKE.post();
            keeper.join();
        }
    }
}

/// Waits for signals; one that comes ends the program.
fn keep(run: &Run) {
    loop {
        WAKE.wait();
        match PENDING.load(Ordering::Acquire) {
            CLOSED => return,
            NONE => {}
            signal => run.end_by_signal(|| {
                die(signal);
                // Only the first process of a container gets here: the kernel does not end it by a
                // signal that it does not handle.
                PENDING.store(NONE, Ordering::Release);
                set_disposition(signal, handler());
            }),
        }
    }
}

/// What the kernel calls.
extern "C" fn on_signal(signal: c_int) {
    // The program has a handler of its own, set after this one, which calls the one that was there
    // before: the signal is the program's to decide about.
    if disposition(signal) != handler() {
        return;
    }
    // None of these calls fails, so `errno` stays as it was.
    let begins =
        || PENDING.compare_exchange(NONE, signal, Ordering::AcqRel, Ordering::Relaxed).is_ok();
    if ending::is_of_this_process() && begins() {
        WAKE.post();
    } else {
        // The second one, or nobody is left to write a profile.
        die(signal);
    }
}

fn handler() -> libc::sighandler_t {
    on_signal as *const () as libc::sighandler_t
}

/// Ends the program by `signal`, as if nothing had ever handled it.
fn die(signal: c_int) {
    set_disposition(signal, libc::SIG_DFL);
    let mut only = Blocked::none();
    // SAFETY: an initialised set, which is this function's.
    unsafe { libc::sigaddset(&raw mut only, signal) };
    // SAFETY: the kernel reads a set; it changes this thread's mask only.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const only, std::ptr::null_mut()) };
    // SAFETY: asks nothing of its caller.
    unsafe { libc::raise(signal) };
}

/// What happens at `signal`: a handler, or a constant.
fn disposition(signal: c_int) -> libc::sighandler_t {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the kernel writes an action, for which there is room, and changes nothing.
    let known = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) } == 0;
    // SAFETY: written, or zeroes, which are an action too.
    let action = unsafe { action.assume_init() };
    if known { action.sa_sigaction } else { libc::SIG_IGN }
}

/// Interrupted system calls are made again, and a thread's own signal stack is used where it has one:
/// so a program notices as little as possible.
fn set_disposition(signal: c_int, disposition: libc::sighandler_t) {
    // SAFETY: zeroes are an action, with an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = disposition;
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: the handler, if it is one, lives as long as the process and does what a handler may.
    unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
}

/// A semaphore: what may be posted in a signal handler.
struct Semaphore(UnsafeCell<MaybeUninit<libc::sem_t>>);

// SAFETY: made for use by several threads.
unsafe impl Sync for Semaphore {}

static WAKE: Semaphore = Semaphore(UnsafeCell::new(MaybeUninit::zeroed()));

impl Semaphore {
    /// Sets it to 0. Nobody waits.
    fn reset(&self) {
        // SAFETY: room for a semaphore, which no thread uses.
        unsafe { libc::sem_init(self.0.get().cast(), 0, 0) };
    }

    fn post(&self) {
        // SAFETY: was set, and lives as long as the process.
        unsafe { libc::sem_post(self.0.get().cast()) };
    }

    /// Waits for a post, or returns early.
    fn wait(&self) {
        // SAFETY: as above.
        unsafe { libc::sem_wait(self.0.get().cast()) };
    }
}

/// While one is alive, no signal arrives on this thread, or on those that it starts.
#[derive(Debug)]
pub struct Blocked {
    before: libc::sigset_t,
}

impl Blocked {
    /// Blocks all.
    pub fn all() -> Self {
        let mut every = Self::none();
        // SAFETY: an initialised set, which is this function's.
        unsafe { libc::sigfillset(&raw mut every) };
        let mut before = Self::none();
        // SAFETY: the kernel reads one set and writes the other; both are this function's.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const every, &raw mut before) };
        Self { before }
    }

    /// The empty set.
    fn none() -> libc::sigset_t {
        // SAFETY: zeroes are the empty set.
        unsafe { mem::zeroed() }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the kernel reads a set; it changes this thread's mask only.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut())
        };
    }
}
