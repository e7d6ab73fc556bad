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
//! waits for nothing, touches no thread-local of its own and no `errno` (the function that says the
//! label may read a thread-local that is made with its thread and has no destructor), and all that it
//! reads of the program it has the kernel copy, so that it cannot fault. What it needs of stack, beyond
//! the kernel's frame and a few words, it has of its own (`scratch.rs`): the interrupted one may be a
//! coroutine's of a few KiB. All other signals are held back meanwhile.
//!
//! # How threads are found
//!
//! Linux has a timer for the processor time of a thread and one for that of the process. The signal
//! of the second goes to the thread on whose processor the kernel looks first, which is a matter of
//! chance and not of what each thread spends; so threads have timers of their own. But nobody tells
//! us when a thread begins, and a timer loses the end of its thread's life: what is spent after the
//! kernel's last look, half a tick to a tick (4 ms). Hence:
//!
//! * threads that are there at the start get timers, others when they have spent 100 ms or have been
//!   seen for a second: that is looked at ten times a second, and when a thread is sampled;
//! * the timer of the process runs along as a net: its signal counts when the thread that it
//!   interrupts has no timer of its own. Where it has one, the signal counts nothing: no time is
//!   counted twice. What is left of a period when a thread ends goes over to the next, so threads
//!   that are short are represented on average.
//!
//! A timer of a thread begins with a random part of its period. What remains, beside chance:
//!
//! * of a thread that had a timer, a tick at the end, mostly below 4 % of its time;
//! * of threads that start on many processors at once, who of them is sampled in their first 100 ms;
//! * the signals of a thread that holds them back go to others, and count if these are young;
//! * kernels before 6.4 give the signal of the process to its first thread whenever that can take it.
//!   There threads get timers as soon as they are seen, and those that live less than a tenth of a
//!   second are missed.
//!
//! What was spent in all and not sampled is counted ([`Losses::unseen`]).
//!
//! The kernel looks at these timers when its own clock ticks: 250 times a second on most machines. So
//! above that rate several periods may end at one tick. The signal says how many ([`Sample::weight`]),
//! so sums stay right.
//!
//! # Limits
//!
//! Linux on x86_64 and aarch64; elsewhere everything says [`Error::Unsupported`]. Time in the kernel
//! shows at the system call. A thread that holds back `SIGPROF` is shown where it lets it through again.

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
pub use heapwise_stackwalk::{Mapping, fork_generation, mappings};
pub use platform::{Session, roll_call, without_signals};
pub use sample::{Losses, MAX_FRAMES, MAX_HZ, Present, Sample};
