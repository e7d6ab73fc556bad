//! Linux. From the top: what others call; the tables of a recorder, in the order in which an event
//! passes through them; what all of them stand on.

mod counting;
mod fork;
pub mod labels;
mod process;
mod recorder;
mod snapshot;
mod thread;

/// Which allocations are recorded, and what each stands for.
mod sampling {
    pub mod interval;
    pub mod math;
    pub mod sampler;
}

/// Where they were made.
mod stacks {
    pub mod capture;
    pub mod stack_table;
}

/// What is summed up for each stack.
mod sums {
    pub mod bucket_table;
    pub mod counters;
    pub mod lifetimes;
    pub mod peak;
}

/// The blocks themselves, which a free must find.
mod blocks {
    pub mod live_table;
    pub mod pool;
    pub mod range;
    pub mod size_class;
    pub mod span;
}

mod region;

mod lock;
mod random;

/// What only the kernel has: memory, addresses, sleep. None of it changes `errno`.
mod kernel {
    pub mod arena;
    pub mod errno;
    pub mod futex;
    pub mod reserve;
}

pub use blocks::size_class::{LARGE, is_large};
pub use counting::tallies::Closed;
pub use counting::{Counting, Joint};
pub use kernel::arena::mapped_bytes;
pub use process::by_address;
pub use process::{
    Marked, Taken, allocate, dropped, exchange, frames, free, holds, keep_lifetimes, mark,
    may_hold, passes, put_back, record, record_to, retire, revive, sees, set_interval, snapshot,
    stack, take, totals, withdraw,
};
pub use sampling::interval::{GROWING_FROM_EXACT, get as interval, is_exact};
pub use snapshot::Snapshot;
pub use stacks::capture::Caller;
