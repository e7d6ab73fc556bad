//! Who has what there is one of, in this process and no other.
//!
//! A child of a fork has a copy of all words here, but not the threads that own what they say. So a word
//! names the process (by [`fork_generation`]: a child may have its parent's number), and in another one counts as free.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::thread;
use std::time::Duration;

use heapwise_stackwalk::fork_generation;

/// How long to wait before looking again whether there is an owner.
const BETWEEN_LOOKS: Duration = Duration::from_micros(100);

/// One owner at a time, or none.
#[derive(Debug)]
pub struct Owner(AtomicU32);

/// Being the owner, until the value is dropped.
#[derive(Debug)]
#[must_use]
pub struct Owned {
    word: &'static AtomicU32,
    /// Of which process.
    process: u32,
    /// Whether the last owner was of another process, which forked this one while it was at it.
    pub is_abandoned: bool,
}

impl Owner {
    /// None yet.
    pub const fn none() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Becomes the owner, unless there is one.
    pub fn try_take(&'static self) -> Option<Owned> {
        let own = fork_generation();
        let before = self.0.load(Acquire);
        if before == own {
            return None;
        }
        self.0.compare_exchange(before, own, AcqRel, Acquire).ok()?;
        Some(Owned { word: &self.0, process: own, is_abandoned: before != 0 })
    }

    /// Becomes the owner when nobody else is. For what is held for a few system calls.
    pub fn take(&'static self) -> Owned {
        loop {
            match self.try_take() {
                Some(owned) => return owned,
                None => thread::sleep(BETWEEN_LOOKS),
            }
        }
    }
}

impl Drop for Owned {
    /// What a child has of its parent's stays, so that its next owner knows, and its own is not given back by
    /// dropping what it has of its parent's.
    fn drop(&mut self) {
        if self.process == fork_generation() {
            self.word.store(0, Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_takes_over_from_its_parent() {
        static OWNER: Owner = Owner::none();
        let owned = OWNER.try_take().unwrap();
        assert!(!owned.is_abandoned && OWNER.try_take().is_none());
        // SAFETY: the child compares a few words and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let taken = OWNER.try_take();
            let is_right = taken.as_ref().is_some_and(|own| own.is_abandoned);
            drop(owned);
            let is_right = is_right && OWNER.try_take().is_none();
            // SAFETY: ends the child.
            unsafe { libc::_exit(i32::from(!is_right)) };
        }
        let mut status = 1;
        // SAFETY: the kernel writes one integer, which is live here.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
        drop(owned);
        assert!(!OWNER.take().is_abandoned);
    }
}
