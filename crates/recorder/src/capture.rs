//! The stack of an allocation.

use heapwise_stackwalk::{End, capture_above};

/// Frames kept of a stack, innermost first: 2 KiB on the stack of the thread that is recorded.
const MAX_FRAMES: usize = 256;

/// A place on the stack of the function that an allocator wrapper calls for a recorded allocation.
///
/// Stacks begin above it, so that they show the program and not the recorder.
#[derive(Clone, Copy, Debug)]
pub struct Caller(usize);

impl Caller {
    /// The function of which `local` is a local variable. It must not be inlined, or stacks begin
    /// where it was inlined into.
    #[inline(always)]
    pub fn of<T>(local: &T) -> Self {
        Self(std::ptr::from_ref(local) as usize)
    }
}

/// Calls `use_stack` with the return addresses above `caller`, innermost first, and whether outer
/// ones are missing. The stack is empty where stacks cannot be walked.
pub fn with_stack<T>(caller: Caller, use_stack: impl FnOnce(&[usize], bool) -> T) -> T {
    let mut frames = [0; MAX_FRAMES];
    let captured = capture_above(caller.0, &mut frames);
    use_stack(&frames[..captured.len], captured.len != 0 && captured.end != End::Root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn recorded() -> Vec<usize> {
        let local = 0u8;
        let mut stack = Vec::new();
        with_stack(Caller::of(&local), |frames, _| stack.extend_from_slice(frames));
        std::hint::black_box(local);
        stack
    }

    #[test]
    fn a_stack_begins_in_the_function_that_called() {
        let (first, second) = (recorded(), recorded());
        assert!(first.len() > 3);
        assert_ne!(first[0], second[0]);
        assert!(first[0].abs_diff(second[0]) < 4096, "both are in this function");
        assert_eq!(first[1..], second[1..]);
    }
}
