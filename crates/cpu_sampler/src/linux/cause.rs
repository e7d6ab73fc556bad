//! Why a signal came.

/// What sent the signal that is being handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A timer, which was given `value`. It would have sent `missed` more, had the kernel looked more
    /// often.
    Timer { value: u64, missed: u32 },
    /// A thread of this process, with `value`.
    Thread { value: u64 },
    /// Anything else.
    Other,
}

/// What the kernel says of a signal; the last three fields depend on its code.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Info {
    signal: i32,
    errno: i32,
    code: i32,
    _padding: i32,
    /// A timer's number, or who sent it: a process.
    by: i32,
    /// Signals of a timer that were missed, or who sent it: a user.
    missed: i32,
    value: u64,
}

impl Cause {
    /// Of the signal that a handler was given.
    ///
    /// # Safety
    /// `info` must be the second argument of a handler with `SA_SIGINFO`, which has not returned.
    pub unsafe fn of(info: *const libc::siginfo_t) -> Self {
        // SAFETY: as the kernel lays it out on 64-bit machines; larger than what is read here.
        let Info { code, by, missed, value, .. } = unsafe { *info.cast::<Info>() };
        match code {
            libc::SI_TIMER => Self::Timer { value, missed: missed.try_into().unwrap_or(0) },
            libc::SI_QUEUE if by.cast_unsigned() == std::process::id() => Self::Thread { value },
            _ => Self::Other,
        }
    }
}

/// Sends `SIGPROF` to a thread of this process, with a value. `false` if it has ended or cannot be sent
/// any more.
pub fn send(thread: u32, value: u64) -> bool {
    let process = std::process::id();
    let mut info = [0u64; size_of::<libc::siginfo_t>() / 8];
    let fields = Info {
        signal: libc::SIGPROF,
        errno: 0,
        code: libc::SI_QUEUE,
        _padding: 0,
        by: process.cast_signed(),
        missed: 0,
        value,
    };
    // SAFETY: smaller than the array, which is aligned for it.
    unsafe { info.as_mut_ptr().cast::<Info>().write(fields) };
    let arguments =
        [process as usize, thread as usize, libc::SIGPROF as usize, info.as_ptr() as usize];
    // SAFETY: the kernel reads the array, which is as large as it expects.
    unsafe { super::system::call(libc::SYS_rt_tgsigqueueinfo, arguments) }.is_ok()
}
