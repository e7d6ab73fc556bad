//! Records allocations inside an allocator, without using one.
//!
//! ```text
//! allocation -> sampler -> stack table -> filter -> live table
//! free       -> filter -> live table -> stack table
//! stack table -> snapshot
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
//! | who may come in | `entry.rs`, `lock.rs`, `fork.rs` |
//! | memory | `arena.rs` |
//! | stacks and their sums | `stack_table.rs`, `counters.rs` |
//! | recorded blocks | `filter.rs`, `live_table.rs` |
//! | the way of an event | `recorder.rs`, `process.rs`, `capture.rs` |
//! | what others see | `snapshot.rs` |
//!
//! The crate knows no profile format and resolves no address.

mod arena;
mod capture;
mod counters;
mod entry;
mod filter;
mod fork;
mod interval;
mod live_table;
mod lock;
mod math;
mod process;
mod random;
mod recorder;
mod sampler;
mod snapshot;
mod stack_table;

pub use arena::mapped_bytes;
pub use capture::Caller;
pub use counters::{Count, Dropped};
pub use entry::Muted;
pub use heapwise_stackwalk::{Error as MappingsError, Mapping, mappings};
pub use interval::{DEFAULT_INTERVAL, get as interval, is_exact, set as set_interval};
pub use live_table::Block;
pub use process::{
    Error, dropped, mark, may_hold, passes, put_back, record, release, retire, snapshot, take,
    totals,
};
pub use sampler::{MAX_INTERVAL, Weight};
pub use snapshot::{Row, Snapshot, Totals};
