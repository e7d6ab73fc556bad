//! What `SIGPROF` does in this process: ours while anyone needs it, and as before afterwards.

use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::handler::on_signal;
use super::owner::Owner;
use super::{scratch, system};
use crate::Error;

/// For the few system calls that change what follows, and the disposition.
static CHANGING: Owner = Owner::none();
/// How many need the handler.
static USERS: AtomicU32 = AtomicU32::new(0);
/// What was done before: the handler is 0 for the default, 1 for nothing.
static BEFORE: AtomicU32 = AtomicU32::new(0);

/// While one is alive, `SIGPROF` comes to our handler.
#[derive(Debug)]
pub struct Handled(());

impl Handled {
    /// Installs the handler unless it is.
    ///
    /// # Errors
    /// If the program has one of its own: it and ours would get each other's signals.
    pub fn begin() -> Result<Self, Error> {
        scratch::prepare().map_err(|errno| Error::NoMemory(errno.0))?;
        let changing = CHANGING.take();
        if changing.is_abandoned {
            USERS.store(0, Relaxed);
        }
        Self::install().map(|()| Self(()))
    }

    fn install() -> Result<(), Error> {
        if USERS.load(Relaxed) == 0 {
            let before = current()?;
            match before.sa_sigaction {
                libc::SIG_DFL => BEFORE.store(0, Relaxed),
                libc::SIG_IGN => BEFORE.store(1, Relaxed),
                // Left there by a child's parent.
                ours if ours == on_signal as *const () as usize => {}
                _ => return Err(Error::HandlerTaken),
            }
            set(&ours())?;
        }
        USERS.fetch_add(1, Relaxed);
        Ok(())
    }
}

impl Drop for Handled {
    /// Signals that are on their way would end the program by the default action. So they are thrown away first,
    /// which is what ignoring a signal does to it.
    fn drop(&mut self) {
        let changing = CHANGING.take();
        if changing.is_abandoned {
            USERS.store(1, Relaxed);
        }
        if USERS.fetch_sub(1, Relaxed) == 1 && is_ours() {
            // Neither can fail: the numbers are right.
            let _ = set(&plain(libc::SIG_IGN));
            if BEFORE.load(Relaxed) == 0 {
                let _ = set(&plain(libc::SIG_DFL));
            }
        }
    }
}

/// Whether nobody has replaced our handler meanwhile: then it is theirs to put back.
fn is_ours() -> bool {
    current().is_ok_and(|action| action.sa_sigaction == on_signal as *const () as usize)
}

/// The handler gets what the signal is about, on the stack for signals if the thread has one; system
/// calls that can go on do; all other signals wait until it is done.
fn ours() -> libc::sigaction {
    type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
    let handler: Handler = on_signal;
    let mut action = plain(handler as usize);
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: writes the set, which is live.
    unsafe { libc::sigfillset(&raw mut action.sa_mask) };
    action
}

fn plain(handler: libc::sighandler_t) -> libc::sigaction {
    // SAFETY: plain data; zeroes are an empty mask and no flags.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler;
    action
}

fn current() -> Result<libc::sigaction, Error> {
    let mut action = plain(libc::SIG_DFL);
    // SAFETY: writes the action, which is live, and changes nothing.
    match unsafe { libc::sigaction(libc::SIGPROF, ptr::null(), &raw mut action) } {
        0 => Ok(action),
        _ => Err(Error::Handler(system::last().0)),
    }
}

fn set(action: &libc::sigaction) -> Result<(), Error> {
    // SAFETY: the handler is a function of the type that the flags say, or one of the two constants.
    match unsafe { libc::sigaction(libc::SIGPROF, action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(Error::Handler(system::last().0)),
    }
}

/// Does `work` while this thread, and those that it starts, take no signals but `SIGPROF`: for threads of the
/// profiler's own, on which no handler of the program should run. While there is a [`Session`](crate::Session), that one
/// is ours.
pub fn without_signals<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: plain data, for the next calls to write.
    let [mut all, mut before]: [libc::sigset_t; 2] = unsafe { mem::zeroed() };
    // SAFETY: writes the set.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: as above.
    unsafe { libc::sigdelset(&raw mut all, libc::SIGPROF) };
    // SAFETY: reads one set and writes the other.
    let is_set =
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before) } == 0;
    let result = work();
    if is_set {
        // SAFETY: reads the set, which was written above.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    }
    result
}
