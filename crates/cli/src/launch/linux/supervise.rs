//! What happens between the start of a program and its end: signals to us are for it.
//!
//! Signals are held back and read one by one from a descriptor, so there is no handler, and what the
//! program inherits is what we inherited: a signal that was ignored is ignored by it too. The standard
//! library starts it with none held back.

use std::fs::{self, File};
use std::process::{Child, ExitStatus};

use anyhow::{Result, bail};
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, getpgrp, tcgetpgrp};

/// Signals that are for the program.
const FOR_PROGRAM: [Signal; 7] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGTSTP,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
];

/// The signals of this process, held back.
#[derive(Debug)]
pub struct Signals(SignalFd);

impl Signals {
    /// Holds them back from now on.
    ///
    /// # Errors
    /// When the end of a child is not told to us.
    pub fn hold() -> Result<Self> {
        if ignores(Signal::SIGCHLD) {
            bail!(
                "SIGCHLD is ignored, so that nobody is told how programs end. Instead: env \
                 --default-signal=CHLD heapwise run ..."
            );
        }
        let mut held = SigSet::empty();
        FOR_PROGRAM.into_iter().chain([Signal::SIGCHLD]).for_each(|signal| held.add(signal));
        held.thread_block()?;
        Ok(Self(SignalFd::with_flags(&held, SfdFlags::SFD_CLOEXEC)?))
    }

    /// Waits for the end of the program; passes signals on, and stops when it stops.
    ///
    /// # Errors
    /// When the system does not tell of it.
    pub fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let program = Pid::from_raw(i32::try_from(child.id())?);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if let Some(signal) = stopped(program)? {
                follow_stop(program, signal)?;
                continue;
            }
            let told = match self.0.read_signal() {
                Ok(told) => told,
                Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            };
            if let Some(signal) = told.and_then(|told| to_pass_on(&told, program)) {
                // It has ended, or has taken rights that we do not have: then we wait.
                let _ = kill(program, signal);
            }
        }
    }
}

/// The signal, if it was meant for the program and has not reached it: what the terminal sends (Ctrl-C, Ctrl-Z, the
/// end of the session) goes to the program as well. One that a process sends to the whole group is passed on all
/// the same: it cannot be told from one to us alone, which nobody else would bring to the program.
fn to_pass_on(told: &libc::signalfd_siginfo, program: Pid) -> Option<Signal> {
    let by_terminal = told.ssi_code == libc::SI_KERNEL;
    let by_program = told.ssi_pid == program.as_raw() as u32;
    let signal = Signal::try_from(told.ssi_signo as i32).ok()?;
    (signal != Signal::SIGCHLD && !by_terminal && !by_program).then_some(signal)
}

/// The signal that stopped the program since this was asked last.
fn stopped(program: Pid) -> Result<Option<Signal>> {
    match waitid(Id::Pid(program), WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG) {
        Ok(WaitStatus::Stopped(_, signal)) => Ok(Some(signal)),
        // It ended meanwhile.
        Ok(_) | Err(Errno::ECHILD | Errno::EINTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Stops with the program and by the same signal, so that the shell sees what it would see of the program,
/// until somebody has us go on.
///
/// One that was stopped by `SIGSTOP` alone is followed only where we have the terminal: elsewhere nobody
/// waits for that, and whoever has the program go on may not know of us.
fn follow_stop(program: Pid, signal: Signal) -> Result<()> {
    if signal == Signal::SIGSTOP && !has_terminal() {
        return Ok(());
    }
    let mut one = SigSet::empty();
    one.add(signal);
    // While it is held back, so that one which the terminal has sent us and this are one.
    one.thread_block()?;
    raise(signal)?;
    one.thread_unblock()?;
    // Here we stop.
    if FOR_PROGRAM.contains(&signal) {
        one.thread_block()?;
    }
    // The shell has the whole group go on; others may have meant us alone.
    let _ = kill(program, Signal::SIGCONT);
    Ok(())
}

/// Whether we are what the terminal listens to.
fn has_terminal() -> bool {
    let group = File::open("/dev/tty").map(tcgetpgrp);
    group.is_ok_and(|group| group == Ok(getpgrp()))
}

/// Whether who started us had this signal ignored.
fn ignores(signal: Signal) -> bool {
    let mask = || {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    mask().is_some_and(|mask| mask & 1 << (signal as i32 - 1) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runtime_ignores_is_known() {
        // Every Rust program ignores SIGPIPE, and none SIGSEGV.
        assert!(ignores(Signal::SIGPIPE));
        assert!(!ignores(Signal::SIGSEGV));
    }
}
