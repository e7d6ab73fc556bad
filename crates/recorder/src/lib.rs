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
//! | what | file |
//! |---|---|
//! | which allocations, with which weight | `sampler.rs`, `math.rs`, `random.rs` |
//! | the interval in force | `interval.rs` |
//! | who may come in | `entry.rs`, `lock.rs`, `futex.rs`, `fork.rs` |
//! | memory, the kernel | `arena.rs`, `reserve.rs`, `errno.rs` |
//! | the region that may be a file | `region.rs`, `recording.rs`, `journal.rs` |
//! | stacks and their sums | `capture.rs`, `stack_table.rs`, `bucket_table.rs`, `counters.rs` |
//! | labels | `labels.rs`, `label_table.rs`, `label_index.rs`, `label_memo.rs` |
//! | recorded blocks | `pool.rs`, `range.rs`, `span.rs`, `size_class.rs`; large ones `live_table.rs` |
//! | the way of an event | `recorder.rs`, `process.rs` |
//! | when the heap was largest | `peak.rs` |
//! | how long objects live | `lifetimes.rs` |
//! | what others see | `snapshot.rs` |
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
//! table, a pair took 0.1 to 0.4 ns more; with the range at a constant place and nothing to fall
//! back to, less than could be measured.
//!
//! Blocks of 8 KiB and more stay with the program's allocator, which caches and grows them better;
//! they are told by their size, and looked up in a table. Resizing a recorded block moves it unless
//! the new size is recorded too and fits the same slot.
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
//! The crate knows no profile format and resolves no address.

mod arena;
mod bucket_table;
mod capture;
mod counters;
mod entry;
mod errno;
mod fork;
mod futex;
mod interval;
mod journal;
mod label_index;
mod label_memo;
mod label_table;
pub mod labels;
mod lifetimes;
mod live_table;
mod lock;
mod math;
mod peak;
mod pool;
mod process;
mod random;
mod range;
mod recorder;
mod recording;
mod region;
mod reserve;
mod sampler;
mod size_class;
mod snapshot;
mod span;
mod stack_table;

pub use arena::mapped_bytes;
pub use capture::Caller;
pub use counters::{Count, Dropped};
pub use entry::Muted;
pub use heapwise_stackwalk::{Error as MappingsError, Mapping, mappings};
pub use interval::{DEFAULT_INTERVAL, GROWING_FROM_EXACT, get as interval, is_exact};
pub use lifetimes::{LIFETIMES, Lifetimes};
pub use live_table::Block;
pub use process::{
    Error, RecordError, allocate, dropped, exchange, frames, free, holds, keep_lifetimes, mark,
    may_hold, passes, put_back, record, record_to, retire, revive, sees, set_interval, snapshot,
    stack, take, totals, withdraw,
};
pub use recorder::is_large;
pub use recording::Texts;
pub use sampler::{MAX_INTERVAL, Weight};
pub use snapshot::{Row, Snapshot, Totals};
pub use stack_table::StackId;
