//! Which process this is, of those that forks made of one.

use crate::platform;

/// A number of this process that none has of which it is a fork, or a fork of a fork. Never 0.
///
/// What one process of a kind may do once, and a child of a fork anew, remembers it. The number of the
/// kernel does not do for that: a child in a new pid namespace may have its parent's, as the first process of
/// a container in a container has.
///
/// Every fork counts, also one that does not go by the C library; `vfork`, which shares all memory until it
/// calls `exec`, does not. Takes a page of memory at the first call, and two loads at any other. For signal
/// handlers, too.
///
/// Linux before 4.14 has no means for this, nor have other systems: there it is the number of the kernel.
///
/// ```
/// let own = heapwise_stackwalk::fork_generation();
/// // In a child of a fork, this would be another number.
/// assert_eq!(heapwise_stackwalk::fork_generation(), own);
/// ```
#[inline]
#[must_use]
pub fn fork_generation() -> u32 {
    platform::fork_generation()
}
