//! Where the threads of this process spend processor time: a signal for every so much of it, and the
//! stack that each signal interrupted.
//!
//! ```text
//! timers -> signal -> handler -> walk -> ring      in the thread that was interrupted
//!                                        ring -> drain -> samples      in an ordinary thread
//! ```
//!
//! | what | file |
//! |---|---|
//! | one profile's worth of sampling | `linux/session.rs` |
//! | a stack of each thread, now | `linux/roll_call.rs` |
//! | which threads there are, and which have timers | `linux/threads.rs` |
//! | the kernel's timers | `linux/timer.rs` |
//! | the signal handler: whether it is ours, what it does | `linux/disposition.rs`, `linux/handler.rs`, `linux/cause.rs` |
//! | a stack to walk on | `linux/scratch.rs` |
//! | from the handler to the thread that drains | `linux/ring.rs`, `linux/record.rs` |
//! | what a forked child takes over | `linux/owner.rs` |
//!
//! # In the handler
//!
//! It runs in any thread at any instruction: inside `malloc`, inside the dynamic loader, inside the
//! recorder of allocations, inside another signal's handler. So it allocates nothing, takes no lock,
//! waits for nothing, touches no thread-local and no `errno`, and all that it reads of the program it has the
//! kernel copy, so that it cannot fault. What it needs of stack, beyond the kernel's frame and a few words, it has of its own
//! (`scratch.rs`): the interrupted one may be a coroutine's of a few KiB. All other signals are held back meanwhile.
//!
//! # How threads are found
//!
//! Linux has a timer for the processor time of a thread and one for that of the process. The signals
//! of the second merge when there are many threads, and reach only one of them; so each thread has a
//! timer of its own. But nobody tells us when a thread begins. So:
//!
//! * at the start, and then ten times a second, the threads that there are get a timer;
//! * the timer of the process runs along as a net: its signal counts when the thread that it interrupts
//!   has no timer yet (and that gets one soon after). Where it has one, the signal counts nothing: no
//!   time is counted twice.
//!
//! A thread without a timer is thus sampled once for each period that the process spends while it is
//! the one that runs: the same share as with a timer, as long as signals are few enough not to merge. A timer begins with
//! a random part of its period, so that threads which live shorter are represented on average. What remains:
//! kernels before 6.4 give the signal of the process to its first thread whenever that can take it, so there threads
//! that live less than a tenth of a second are missed.
//!
//! The kernel looks at these timers when its own clock ticks: 250 times a second on most machines. So
//! above that rate several periods may end at one tick. The signal says how many ([`Sample::weight`]), so
//! sums stay right.
//!
//! # Limits
//!
//! Linux on x86_64 and aarch64; elsewhere everything says [`Error::Unsupported`]. Time in the kernel shows at
//! the system call. A thread that holds back `SIGPROF` is shown where it lets it through again.

mod atomics;
mod error;
#[cfg_attr(
    all(
        target_os = "linux",
        target_pointer_width = "64",
        target_endian = "little",
        any(target_arch = "x86_64", target_arch = "aarch64"),
    ),
    path = "linux/mod.rs"
)]
mod platform;
mod sample;

pub use error::Error;
pub use heapwise_stackwalk::{Mapping, mappings};
pub use platform::{Session, roll_call, without_signals};
pub use sample::{Losses, MAX_FRAMES, MAX_HZ, Present, Sample};
