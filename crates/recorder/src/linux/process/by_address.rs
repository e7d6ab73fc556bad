//! For allocators whose frees do not know a block's size, as C's: a recorded block keeps its own.
//!
//! Large blocks need nothing of it: [`take`](super::take) knows their sizes.

use std::alloc::Layout;
use std::ptr::NonNull;

use super::{Caller, Marked, RECORDER};
pub use crate::platform::blocks::pool::BlockBytes;

/// As [`allocate`](super::allocate).
pub fn allocate(layout: Layout, marked: Marked, caller: Caller) -> Option<NonNull<u8>> {
    super::allocate_as(layout, marked, caller, true)
}

/// The bytes of the block at `address`, if it came from [`allocate`].
#[must_use]
pub fn bytes(address: usize) -> Option<BlockBytes> {
    RECORDER.bytes_at(address)
}

/// As [`exchange`](super::exchange). `None` also if the block did not come from [`allocate`].
pub fn exchange(
    address: usize,
    layout: Layout,
    marked: Marked,
    caller: Caller,
) -> Option<NonNull<u8>> {
    let size = bytes(address)?.requested;
    super::exchange_as(address, size, layout, marked, caller, true)
}

/// As [`withdraw`](super::withdraw), if the block came from [`allocate`].
pub fn withdraw(address: usize) {
    if let Some(BlockBytes { requested, .. }) = bytes(address) {
        super::withdraw(address, requested);
    }
}

/// As [`free`](super::free).
pub fn free(address: usize) -> bool {
    // Without bytes it is none of ours, and is told so.
    super::free(address, bytes(address).map_or(0, |bytes| bytes.requested))
}
