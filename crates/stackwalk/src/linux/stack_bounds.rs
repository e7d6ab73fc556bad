//! How far the stack under a stack pointer reaches, without asking the thread library.
//!
//! A walk only goes up, from a stack pointer that is in use, so only the upper limit matters. It
//! is remembered in two thread-local places: one for the stack that the thread began with, one for
//! the stack it was last seen on otherwise (a signal stack, a coroutine's).

use core::cell::Cell;
use core::ops::ControlFlow;
use core::sync::atomic::{Ordering::SeqCst, compiler_fence};

use super::proc_maps::{self, Area};
use super::{registers, syscalls};

/// The name that the kernel gives to the first thread's stack.
const FIRST_STACK: &[u8] = b"[stack]";

/// The part of a stack that may be read: words from the stack pointer up to `limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    /// One past the last readable address.
    pub limit: usize,
    /// The thread began on this stack, so every word up to the limit stays readable as long as
    /// the thread lives, and not only those in frames.
    pub is_own: bool,
}

/// A remembered stack: `low..limit` is on it. Empty while `limit` is 0.
struct Place {
    low: Cell<usize>,
    limit: Cell<usize>,
}

thread_local! {
    static OWN: Place = const { Place::new() };
    static OTHER: Place = const { Place::new() };
}

impl Place {
    const fn new() -> Self {
        Self { low: Cell::new(0), limit: Cell::new(0) }
    }

    /// The limit, if `sp` is on this stack.
    ///
    /// A signal handler may come in between and remember another stack here. It leaves `low`
    /// changed if it left `limit` changed, so the second look at `low` notices.
    fn limit_over(&self, sp: usize) -> Option<usize> {
        let low = self.low.get();
        compiler_fence(SeqCst);
        let limit = self.limit.get();
        compiler_fence(SeqCst);
        (low == self.low.get() && low <= sp && sp < limit).then_some(limit)
    }

    /// Empty in between, so that a signal handler finds nothing rather than a mixture.
    fn remember(&self, low: usize, limit: usize) {
        self.limit.set(0);
        compiler_fence(SeqCst);
        self.low.set(low);
        compiler_fence(SeqCst);
        self.limit.set(limit);
    }
}

/// The stack that `sp` is on; `None` if it is on no readable memory or that cannot be found out.
pub(crate) fn stack_at(sp: usize) -> Option<Stack> {
    let own = OWN.with(|place| place.limit_over(sp));
    if let Some(limit) = own {
        return Some(Stack { limit, is_own: true });
    }
    match OTHER.with(|place| place.limit_over(sp)) {
        Some(limit) => Some(Stack { limit, is_own: false }),
        None => look_up(sp),
    }
}

/// Finds the stack in `/proc/self/maps` and remembers it.
#[cold]
#[inline(never)]
pub(crate) fn look_up(sp: usize) -> Option<Stack> {
    let mut below = 0;
    let mut found = None;
    let visited = proc_maps::each_area(&mut |area| {
        if sp < area.limit {
            found = (area.start <= sp && area.readable).then(|| bounds(area, below, sp));
            return ControlFlow::Break(());
        }
        below = area.limit;
        ControlFlow::Continue(())
    });
    visited.ok()?;
    let (low, stack) = found?;
    let place = if stack.is_own { &OWN } else { &OTHER };
    place.with(|place| place.remember(low, stack.limit));
    Some(stack)
}

/// The lowest address of the stack in `area`, and the stack. `below`: where the area before ends.
///
/// * The first thread's stack grows down, at most to the area before it.
/// * Any other thread's stack has the thread's control block at its top, on which the thread
///   pointer stands: what lies above is another's and may vanish. (The first thread's control
///   block is elsewhere, and may be above a coroutine's stack by chance.)
fn bounds(area: &Area<'_>, below: usize, sp: usize) -> (usize, Stack) {
    let control_block = registers::thread_pointer();
    let above = sp < control_block && control_block <= area.limit;
    if area.path == FIRST_STACK {
        (below, Stack { limit: area.limit, is_own: true })
    } else if above && syscalls::thread_id() != syscalls::process_id() {
        (area.start, Stack { limit: control_block, is_own: true })
    } else {
        (area.start, Stack { limit: area.limit, is_own: false })
    }
}
