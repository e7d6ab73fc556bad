//! The kernel's timers over processor time, which end with the process and with an `exec`.
//!
//! `setitimer` would do for the process, but goes on after an `exec`: the signal would end the next
//! program.

use std::time::Duration;

use heapwise_stackwalk::fork_generation;

use super::system::{Errno, call};

/// The bits of a clock's number: the processor time of the thread whose complement is above them.
const THREAD_CLOCK: i32 = 0b110;

/// A timer; deleted when dropped.
#[derive(Debug)]
pub struct Timer {
    number: i32,
    /// By [`fork_generation`]: in a child there is no such timer, or the number is another's.
    process: u32,
}

impl Timer {
    /// A timer that is not yet running, over the processor time of thread `id`, which gets the signal, with
    /// `value`.
    pub fn of_thread(id: u32, value: u64) -> Result<Self, Errno> {
        Self::create(clock_of(id), libc::SIGEV_THREAD_ID, id, value)
    }

    /// A timer that is not yet running, over the processor time of the process. The signal goes to
    /// whichever thread runs when the time is up (before Linux 6.4 to the first, if it can take it).
    pub fn of_process(value: u64) -> Result<Self, Errno> {
        Self::create(libc::CLOCK_PROCESS_CPUTIME_ID, libc::SIGEV_SIGNAL, 0, value)
    }

    fn create(clock: i32, notify: i32, thread: u32, value: u64) -> Result<Self, Errno> {
        // SAFETY: plain data.
        let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
        event.sigev_value.sival_ptr = std::ptr::without_provenance_mut(value as usize);
        event.sigev_signo = libc::SIGPROF;
        event.sigev_notify = notify;
        event.sigev_notify_thread_id = thread.cast_signed();
        let mut timer = 0i32;
        let arguments = [clock as usize, &raw const event as usize, &raw mut timer as usize, 0];
        // SAFETY: the kernel reads the event and writes one integer.
        unsafe { call(libc::SYS_timer_create, arguments) }?;
        Ok(Self { number: timer, process: fork_generation() })
    }

    /// Lets it run: the first signal after `first`, the others `period` apart.
    pub fn start(&self, first: Duration, period: Duration) -> Result<(), Errno> {
        let time = |of: Duration| libc::timespec {
            tv_sec: of.as_secs() as libc::time_t,
            tv_nsec: of.subsec_nanos().into(),
        };
        let times = libc::itimerspec { it_interval: time(period), it_value: time(first) };
        // SAFETY: the kernel reads the times; without old ones to write.
        unsafe {
            call(libc::SYS_timer_settime, [self.number as usize, 0, &raw const times as usize, 0])
        }
        .map(drop)
    }

    /// Whether the thread of a running timer has ended.
    pub fn has_ended(&self) -> bool {
        let none = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let mut times = libc::itimerspec { it_interval: none, it_value: none };
        // SAFETY: the kernel writes the times.
        let asked = unsafe {
            call(libc::SYS_timer_gettime, [self.number as usize, &raw mut times as usize, 0, 0])
        };
        // A timer that runs always has some time left, be it a nanosecond.
        asked.is_err() || times.it_value.tv_sec == 0 && times.it_value.tv_nsec == 0
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if self.process != fork_generation() {
            return;
        }
        // SAFETY: the timer is ours. A failure leaves nothing to undo.
        let _ = unsafe { call(libc::SYS_timer_delete, [self.number as usize, 0, 0, 0]) };
    }
}

/// The clock of the processor time of thread `id`.
fn clock_of(id: u32) -> i32 {
    (!id).cast_signed().wrapping_shl(3) | THREAD_CLOCK
}

/// The processor time that thread `id` has spent since it began; zero if it has ended.
pub fn spent_by(id: u32) -> Duration {
    spent(clock_of(id))
}

/// The processor time that all threads have spent, also those that have ended.
pub fn spent_by_all() -> Duration {
    spent(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn spent(clock: i32) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes the time; after a failure it stays zero.
    let _ =
        unsafe { call(libc::SYS_clock_gettime, [clock as usize, &raw mut time as usize, 0, 0]) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::system::thread_id;

    /// Long enough for no signal to come.
    const LONG: Duration = Duration::from_secs(100_000);

    #[test]
    fn a_timer_knows_when_its_thread_has_ended() {
        let thread = std::thread::spawn(|| {
            let timer = Timer::of_thread(thread_id(), 1).unwrap();
            timer.start(LONG, LONG).unwrap();
            assert!(!timer.has_ended());
            timer
        });
        let timer = thread.join().unwrap();
        // The thread may still be on its way out.
        while !timer.has_ended() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_threads_spend_is_known_until_they_end() {
        let thread = std::thread::spawn(|| {
            let before = spent_by(thread_id());
            while spent_by(thread_id()) < before + Duration::from_millis(5) {}
            assert!(spent_by_all() >= spent_by(thread_id()));
            thread_id()
        });
        let id = thread.join().unwrap();
        while spent_by(id) != Duration::ZERO {
            std::thread::yield_now();
        }
    }

    #[test]
    fn there_is_none_for_a_thread_that_is_not_ours() {
        assert!(Timer::of_thread(1 << 22, 1).is_err());
    }
}
