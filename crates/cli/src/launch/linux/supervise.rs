//! What happens between the start of a program and its end: signals to us are for it.
//!
//! Signals are held back and read one by one from a descriptor, so there is no handler to write, and what
//! the program inherits is what we inherited: a signal that was ignored is ignored by it too.

use std::fs::{self, File};

use anyhow::{Result, bail};
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getpgrp, getpid, getsid, tcgetpgrp};
use rustix::process::{WaitOptions, WaitStatus, waitpid};

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
pub struct Signals {
    /// What was held back before.
    pub mask: SigSet,
    told: SignalFd,
}

/// What a program came to.
#[derive(Clone, Copy, Debug)]
enum State {
    Running,
    Stopped(Signal),
    /// With what shells make of its end: 128 and the signal, if one ended it.
    Ended(i32),
}

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
        let mask = SigSet::thread_get_mask()?;
        let mut held = SigSet::empty();
        FOR_PROGRAM.into_iter().chain([Signal::SIGCHLD]).for_each(|signal| held.add(signal));
        held.thread_block()?;
        Ok(Self { mask, told: SignalFd::with_flags(&held, SfdFlags::SFD_CLOEXEC)? })
    }

    /// Waits for the end of the program, and says what shells make of it: its exit code, or 128 and the signal.
    /// Passes signals on, and stops when it stops.
    ///
    /// # Errors
    /// When the system does not tell of it.
    pub fn wait(&self, program: Pid) -> Result<i32> {
        loop {
            match state(program)? {
                State::Ended(code) => return Ok(code),
                State::Stopped(signal) => follow_stop(program, signal)?,
                State::Running => self.pass_one_on(program)?,
            }
        }
    }

    /// Waits for a signal.
    fn pass_one_on(&self, program: Pid) -> Result<()> {
        let told = match self.told.read_signal() {
            Err(Errno::EINTR) => None,
            told => told?,
        };
        if let Some(signal) = told.and_then(|told| to_pass_on(&told, program)) {
            // It has ended, or has taken rights that we do not have: then we wait.
            let _ = kill(program, signal);
        }
        Ok(())
    }
}

/// What became of the program since this was asked last.
fn state(program: Pid) -> Result<State> {
    let asked = rustix::process::Pid::from_raw(program.as_raw());
    let status = match waitpid(asked, WaitOptions::NOHANG | WaitOptions::UNTRACED) {
        Err(rustix::io::Errno::INTR) => None,
        told => told?.map(|(_, status)| status),
    };
    Ok(status.and_then(meaning).unwrap_or(State::Running))
}

fn meaning(status: WaitStatus) -> Option<State> {
    let by_signal = || status.terminating_signal().map(|signal| 128 + signal);
    let stopped = || Some(State::Stopped(Signal::try_from(status.stopping_signal()?).ok()?));
    status.exit_status().or_else(by_signal).map(State::Ended).or_else(stopped)
}

/// The signal, if it was meant for the program and has not reached it: what the terminal sends (Ctrl-C, Ctrl-Z) goes
/// to the program as well. One that a process sends to the whole group is passed on all the same: it cannot be
/// told from one to us alone, which nobody else would bring to the program.
fn to_pass_on(told: &libc::signalfd_siginfo, program: Pid) -> Option<Signal> {
    let signal = Signal::try_from(told.ssi_signo as i32).ok()?;
    let by_terminal = told.ssi_code == libc::SI_KERNEL;
    // That its terminal is gone is told to the first of a session only.
    let to_us_alone = signal == Signal::SIGHUP && getsid(None) == Ok(getpid());
    let by_program = told.ssi_pid == program.as_raw() as u32;
    let has_it = by_program || by_terminal && !to_us_alone;
    (signal != Signal::SIGCHLD && !has_it).then_some(signal)
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
