//! The stack of an allocation.

use heapwise_stackwalk::{End, Registers, Trail};

use crate::entry::Outermost;
use crate::platform::kernel::arena::{Array, Zeroed};
use crate::platform::region::Region;
use crate::platform::stacks::stack_table::StackTable;
use crate::platform::sums::counters::DropCounters;
use crate::row::StackId;

/// The function that an allocator wrapper calls for a recorded allocation, while it runs.
///
/// Stacks begin with its caller, so that they show the program and not the recorder.
#[derive(Clone, Copy, Debug)]
pub struct Caller(Registers);

impl Caller {
    /// The function that this is called in. It must not be inlined, or stacks begin where it was
    /// inlined into.
    ///
    /// # Safety
    /// The value must not be used after the function has returned.
    #[inline(always)]
    #[must_use]
    pub unsafe fn here() -> Self {
        Self(Registers::here())
    }
}

/// The last stack of a part of the recorder: no trail, or one.
pub type LastStack = Array<Trail>;

// SAFETY: a trail is numbers and truth values; with all of them zero it is a new one.
unsafe impl Zeroed for Trail {}

/// Where stacks are interned.
#[derive(Clone, Copy, Debug)]
pub struct Stacks<'a> {
    /// Which there are.
    pub table: &'a StackTable,
    /// Where they lie.
    pub region: &'a Region,
}

impl Stacks<'_> {
    fn callee(self, inside: &Outermost, caller: StackId, frame: usize) -> Option<StackId> {
        self.table.callee(inside, self.region, caller, frame).ok()
    }
}

/// Where a stack comes from.
pub trait Source {
    /// The interned stack; the empty one if it is not known or does not fit, which is counted.
    fn stack(
        self,
        inside: &Outermost,
        last: &mut LastStack,
        stacks: Stacks<'_>,
        dropped: &DropCounters,
    ) -> StackId;
}

impl Source for Caller {
    /// Walks up to where the stack differs from the last one, and interns what is new.
    #[inline(always)]
    fn stack(
        self,
        inside: &Outermost,
        last: &mut LastStack,
        stacks: Stacks<'_>,
        dropped: &DropCounters,
    ) -> StackId {
        if last.is_empty() {
            *last = Array::zeroed(1).unwrap_or(LastStack::new());
        }
        let Some(trail) = last.first_mut() else {
            dropped.stacks.count();
            return StackId::EMPTY;
        };
        // SAFETY: the function that took the registers is running, as it promised.
        let followed = unsafe { trail.follow(&self.0) };
        if trail.is_empty() {
            dropped.stacks.count();
        } else if followed.end != End::Root {
            dropped.outer_frames.count();
        }
        intern(inside, trail, followed.kept, stacks).unwrap_or_else(|| {
            trail.forget();
            dropped.stacks.count();
            StackId::EMPTY
        })
    }
}

/// The stack that the trail holds, of which the outermost `kept` frames have the numbers of their
/// stacks.
#[inline]
fn intern(
    inside: &Outermost,
    trail: &mut Trail,
    kept: usize,
    stacks: Stacks<'_>,
) -> Option<StackId> {
    let known = kept.checked_sub(1).and_then(|outer| trail.number(outer));
    let mut stack = known.map_or(StackId::EMPTY, StackId::from_number);
    for index in kept..trail.len() {
        stack = stacks.callee(inside, stack, trail.return_address(index)?)?;
        trail.set_number(index, stack.number());
    }
    Some(stack)
}

/// Return addresses, innermost first, for tests.
#[cfg(test)]
impl Source for &[usize] {
    fn stack(
        self,
        inside: &Outermost,
        _: &mut LastStack,
        stacks: Stacks<'_>,
        dropped: &DropCounters,
    ) -> StackId {
        let callee = |caller, &frame: &usize| stacks.callee(inside, caller, frame);
        self.iter().rev().try_fold(StackId::EMPTY, callee).unwrap_or_else(|| {
            dropped.stacks.count();
            StackId::EMPTY
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static STACKS: StackTable = StackTable::new();
    static REGION: Region = Region::new();

    #[inline(never)]
    fn recorded(last: &mut LastStack) -> Vec<usize> {
        // SAFETY: used in this function only.
        let caller = unsafe { Caller::here() };
        let inside = Outermost::enter().unwrap();
        let dropped = DropCounters::new();
        let stack =
            caller.stack(&inside, last, Stacks { table: &STACKS, region: &REGION }, &dropped);
        assert!(dropped.read().is_nothing());
        STACKS.frames(&REGION, stack).collect()
    }

    #[test]
    fn a_stack_begins_in_the_function_that_called() {
        let mut last = LastStack::new();
        let (first, second) = (recorded(&mut last), recorded(&mut last));
        assert!(first.len() > 3);
        assert_ne!(first[0], second[0]);
        assert!(first[0].abs_diff(second[0]) < 4096, "both are in this function");
        assert_eq!(first[1..], second[1..]);
        assert_eq!(recorded(&mut LastStack::new())[1..], first[1..]);
    }
}
