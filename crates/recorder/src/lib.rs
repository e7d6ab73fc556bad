//! Records allocations inside an allocator, without using one.
//!
//! ```text
//! allocation -> sampler -> stack -> bucket -> pool, or live table if large
//! free       -> pool, or live table if large -> bucket
//! buckets of all threads -> snapshot
//! ```
//!
//! An allocator asks two questions that are cheap and nearly always enough: [`passes`] before an
//! allocation, [`may_hold`] before a free. The rest happens behind the entry guard (`Outermost`):
//! nothing there allocates globally, takes a lock that user code can hold, or calls the dynamic
//! loader. Memory comes from the kernel. Every table is bounded, and what did not fit is counted
//! ([`Dropped`]).
//!
//! | what | where |
//! |---|---|
//! | the way of an event | `linux/process.rs`, `linux/recorder.rs` |
//! | what a thread has of its own | `linux/thread.rs` |
//! | who may come in | `entry.rs`, `linux/lock.rs`, `linux/fork.rs` |
//! | which allocations, with which weight | `linux/sampling/` |
//! | stacks | `linux/stacks/` |
//! | labels | `linux/labels.rs` |
//! | sums of a stack: of now, when the heap was largest, of how long objects live | `linux/sums/` |
//! | recorded blocks | `linux/blocks/` |
//! | the region that stacks, labels and sums lie in, which may be a file | `linux/region.rs` |
//! | what some threads allocate for a while, to the last block | `linux/counting.rs` |
//! | memory, and what else only the kernel has | `linux/kernel/` |
//! | what others see | `linux/snapshot.rs`, `row.rs`, `counts.rs`, `limits.rs`, `error.rs` |
//! | what reports leave out | `drop_frames.rs` |
//! | for allocators whose frees do not know sizes | `linux/process/by_address.rs` |
//! | where nothing is recorded | `platform.rs` |
//!
//! # Why recorded blocks have addresses of their own
//!
//! A free must know whether its block was recorded, and nearly none was. Where blocks are is known
//! to the free without looking anything up, so recorded blocks are served from a range of addresses
//! that nothing else lies in: the test is how far an address lies above a constant,
//! whatever the program's allocator and however many samples live. The alternatives, measured over System with
//! nothing live, with 100,000 samples live, and with these and cold caches (`benches/`, in ns a pair
//! of malloc and free): a counting filter before a table +2, +40, +150; this +2, +2, below noise (on
//! a busy machine, where bare pairs took 20, 20 and 190). Samples told by a page-aligned address
//! need a look-up for every aligned block of allocators that align large ones, and a page each.
//!
//! How far the range reaches is in the thread's own memory, beside the count of bytes left, and all
//! that changes on the way of other threads (the interval, the range) a thread looks up every 64 KiB
//! that it allocates, or never again. With both in statics, which other crates reach by way of a
//! table, a pair took 0.1 to 0.4 ns more. With the range at a constant place, so that a free reads
//! nothing, and nothing to fall back to where something else is there, it took as long.
//!
//! What is left, 0.4 to 0.9 ns a pair, is decided by where the linker puts the functions: the same code in
//! another order takes up to 0.5 ns more or less, so `benches/layouts.py` measures many orders. Over
//! several of them the count alone is 0.2 to 0.3 ns, and the two tests of a free are 0.3 to 0.5. A branch
//! that was ever taken costs more than one that never was, for milliseconds after: with a sample in 8 MiB
//! nearly as with one in 512 KiB. Tried, over five to eight orders each: a range that is known at compile time and tested by
//! a shift (-0.15 over System, -0.05 over the others; nothing could then lie elsewhere where something is in
//! the way); the size alone, or one test instead of two (nothing); a conditional move to the slow function
//! instead of a branch (+0.3, in one order).
//!
//! A library that declares the allocator is compiled for use in a shared object, and finds a thread's memory
//! by a longer way: there a pair takes 0.8 ns more than in a program that declares it in its own crate, and in
//! a shared object 3. With `--cfg heapwise_initial_exec` it takes a shorter one (`linux/thread.rs`), which a
//! program or a library that is loaded with it may do.
//!
//! Blocks of 8 KiB and more stay with the program's allocator, which caches and grows them better;
//! they are told by their size, and looked up in a table. Resizing a recorded block moves it unless
//! the new size is recorded too and fits the same slot.
//!
//! # How a part of a program is counted exactly
//!
//! While a thread is [counted](Counting), its sampler lets no request pass: a count of bytes left that
//! is below zero, so that the common path has nothing more to ask. Marks stay where they are, and only
//! a request with a mark is recorded: the profile of the process is what it would have been. All others
//! are served from the range too, under a tag that no profile counts, because then their frees come
//! in, on whatever thread. What is counted lies in tables of its own: blocks by address, and sums by
//! stack.
//!
//! # What an exact event costs
//!
//! At interval 1 every event comes in, so it takes one lock, that of its thread's stripe (a thread
//! that frees another's block takes that one's), and finds all it needs there: the stack by
//! comparing it with the last one from the outermost frame on ([`Trail`](heapwise_stackwalk::Trail)),
//! its bucket by one look into an index, a slot at the head of a list. State: 8 bytes a live block
//! beside its slot; a bucket 118 to 123 bytes; a stack 22 to 27 bytes for each frame that it does not
//! share with others.
//!
//! A pair is some thousand instructions, and its time went down with their number (callgrind counts them). The
//! words that a walk depends on lie together, apart from all else that is known of frames, and are
//! compared from one end to the other; where functions keep a frame pointer, two at once. A walk that
//! begins as the last one did, and finds none of them changed, takes no step.
//!
//! The crate knows no profile format and resolves no address.

mod counts;
mod drop_frames;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nobody enters"))]
mod entry;
mod error;
mod limits;
#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
mod platform;
mod row;
mod texts;

pub use counts::{Count, Dropped, LIFETIMES, Lifetimes, Totals};
pub use drop_frames::DROP_FRAMES;
pub use entry::Muted;
pub use error::{CountError, Error, RecordError};
pub use heapwise_stackwalk::{Error as MappingsError, Mapping, mappings};
pub use limits::{DEFAULT_INTERVAL, MAX_INTERVAL};
pub use platform::*;
pub use row::{Row, StackId};
pub use texts::Texts;
