//! Why there are no samples.

use std::fmt;

use crate::MAX_HZ;

/// Why there are no samples. Nothing of the program has changed. Numbers are the kernel's (`errno`).
///
/// ```
/// # use heapwise_cpu_sampler::Error as StartError;
/// let later = |error: StartError| matches!(error, StartError::Running | StartError::Timer(_));
/// assert!(later(StartError::Running)); // try again when that one is stopped
/// assert!(!later(StartError::HandlerTaken)); // another profiler is in the program
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// One CPU profile is being taken already.
    Running,
    /// The rate, in samples a second of processor time, is 0 or above [`MAX_HZ`].
    Rate(u32),
    /// The program, or another profiler in it, has a handler for `SIGPROF` of its own.
    HandlerTaken,
    /// The kernel gave no timer.
    Timer(i32),
    /// The kernel gave no memory for the stacks of handlers.
    NoMemory(i32),
    /// The kernel refused the signal handler.
    Handler(i32),
    /// The list of threads cannot be read (`/proc/self/task`).
    Threads(i32),
    /// This process was forked while the profile was taken, which is its parent's.
    Forked,
    /// Threads are not sampled on this platform.
    Unsupported,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |number: &i32| std::io::Error::from_raw_os_error(*number);
        match self {
            Self::Running => f.write_str("a CPU profile is being taken already; one at a time"),
            Self::Rate(hz) => write!(f, "{hz} samples a second: it must be 1 to {MAX_HZ}"),
            Self::HandlerTaken => f.write_str(
                "the program has a handler for SIGPROF of its own, perhaps another profiler's",
            ),
            Self::Timer(number) => write!(f, "no timer: {}", code(number)),
            Self::NoMemory(number) => write!(f, "no memory for signal handlers: {}", code(number)),
            Self::Handler(number) => write!(f, "no handler for SIGPROF: {}", code(number)),
            Self::Threads(number) => write!(f, "/proc/self/task: {}", code(number)),
            Self::Forked => f.write_str("the profile is that of the process that forked this one"),
            Self::Unsupported => f.write_str("CPU profiles are not taken on this platform"),
        }
    }
}

impl std::error::Error for Error {}
