//! This thread to return addresses; this process to mappings.
//!
//! Made to be called inside a memory allocator: on any thread, at any time, in a signal handler or
//! a forked child, in programs compiled without frame pointers.
//!
//! ```
//! use heapwise_stackwalk::{End, capture, mappings};
//!
//! let mut frames = [0; 128];
//! let captured = capture(&mut frames);
//! assert_eq!(captured.end, End::Root);
//!
//! // The leaf is in this very program, which is one of the mappings.
//! let address = frames[0] as u64 - 1;
//! let mut found = 0;
//! mappings(&mut |mapping| found += u32::from((mapping.start..mapping.limit).contains(&address)))?;
//! assert_eq!(found, 1);
//! # Ok::<(), heapwise_stackwalk::Error>(())
//! ```
//!
//! # What it solves
//!
//! * **Nothing is allocated, waited for or looked up elsewhere.** No global allocation, no lock, no
//!   dynamic loader, no environment, no other unwinder, no panic. Memory is static (0.4 MiB,
//!   touched only where used) or comes from the kernel for the length of a call. System calls are
//!   made by instruction, so `errno` stays as it was.
//! * **It ends.** Every step goes up the stack, within its bounds; stacks are switched a few times
//!   at most.
//! * **It does not fault.** The stack is read between a stack pointer in use and the stack's limit.
//!   The loader's data are read only after the kernel confirmed, by a copy, that the file known
//!   at that place is still there.
//! * **It is fast once warm**, after the first walk through the same code: a table look-up and two
//!   loads a frame. `benches/capture.rs` measures it.
//!
//! * **It is faster still the second time.** A [`Trail`] remembers a walk and what it read, and the
//!   next walk only goes as far as the two differ; the rest is compared, at a nanosecond for several
//!   frames.
//!
//! * **What a signal interrupted, it walks too**, and faults neither there: [`capture_interrupted`]
//!   believes no register and no bounds.
//!
//! * **What there is one of in a process, a child of a fork can tell from its parent's**, whatever its number
//!   is: [`fork_generation`].
//!
//! # What is left to you
//!
//! * Room for the frames. A walk cut by the buffer says so.
//! * Keeping out of your own way: a walk inside an allocator needs no guard, what you do with its
//!   result may.
//! * Stack for the walk itself: 2.3 KiB where it meets new code, else 0.6 KiB; up to 10 KiB when
//!   compiled without optimisation, which is more than std's signal stacks have.
//! * Calling [`mappings`] while the code is still loaded that the return addresses are in.
//!
//! # How it works
//!
//! ```text
//!  registers ─> cursor ──step──> cursor ──step──> ...            capture, cursor
//!                 │
//!                 ├─ rule for this address?  rule_cache (one word a rule, lock-free)
//!                 │      └─ miss: which mapping? mapping_table <─ proc_maps, elf
//!                 │               its rule?      eh_frame ─> unwind_rule
//!                 └─ how far may I read?     stack_bounds (once a thread) <─ proc_maps
//! ```
//!
//! * **x86_64.** A rule says where the caller's stack pointer is, relative to `rsp` or `rbp`, and
//!   where its `rbp` was saved. Nothing else is followed: more than 99.9 % of the rules that
//!   compilers write are of that form. So code that keeps a frame pointer is walked by it, and other
//!   code is not, address by address and because its compiler said so. Signal frames and the procedure linkage table are known. In
//!   a function without rules (code made at run time, hand-written assembly) the frame pointer is
//!   followed if all that it leads to is plausible.
//! * **aarch64.** The chain of frame records; the platform's ABI asks every function for one.
//! * **Elsewhere** (other processors, other systems) nothing is walked: [`capture`] says
//!   [`End::Unsupported`] and [`mappings`] [`Error::Unsupported`].
//!
//! # Limits
//!
//! * If a library is unloaded and another is loaded at its very place, rules of the first may be
//!   used for the second until a walk goes astray by them, misses the cache there, or [`mappings`]
//!   is called. Such a walk may report wrong frames; it stays within the stack.
//! * Of executable mappings, 2048 are known at a time; frames in others end the walk.
//! * Without `/proc` nothing is walked: [`End::NoStack`].

mod capture;
mod error;
mod generation;
mod interrupted;
mod mappings;
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
mod registers;
mod step;
mod trail;

pub use capture::{Captured, End, capture, capture_above, capture_from};
pub use error::Error;
pub use generation::fork_generation;
pub use interrupted::{capture_interrupted, learn_code};
pub use mappings::{Mapping, mappings, mappings_read};
pub use registers::Registers;
pub use trail::{Followed, TRAIL_FRAMES, Trail};
