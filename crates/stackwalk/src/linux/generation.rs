//! A word that the kernel wipes in every child of a fork.

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::syscalls::{self, Pages};

/// Where the number of this process is; there it is 0 in a child that has not asked yet. Null before the
/// first process has asked.
static OWN: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

/// The highest number that this process and those before it have given: a child goes on from there.
static LAST: AtomicU32 = AtomicU32::new(0);

/// Stands for the word that could not be had.
static NONE: AtomicU32 = AtomicU32::new(0);

#[inline]
pub(crate) fn fork_generation() -> u32 {
    // SAFETY: null, or a word that stays mapped for the rest of the process.
    match unsafe { OWN.load(Ordering::Acquire).as_ref() } {
        Some(word) => match word.load(Ordering::Relaxed) {
            0 => first_call(word),
            number => number,
        },
        None => first_call(make()),
    }
}

/// Gives this process its number.
#[cold]
fn first_call(word: &AtomicU32) -> u32 {
    if ptr::eq(word, &raw const NONE) {
        return syscalls::process_id() as u32;
    }
    let next = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
    // Another thread may have been faster.
    word.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed)
        .map_or_else(|is| is, |_| next)
}

/// Makes the word, unless another thread is faster.
#[cold]
fn make() -> &'static AtomicU32 {
    let page =
        Pages::map(size_of::<AtomicU32>()).ok().filter(|page| page.wipe_in_children().is_ok());
    let word = page.as_ref().map_or((&raw const NONE).cast_mut(), |page| page.start().cast());
    match OWN.compare_exchange(ptr::null_mut(), word, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => core::mem::forget(page),
        Err(_) => drop(page),
    }
    // SAFETY: not null any more, and stays mapped for the rest of the process: whose page it is forgot it.
    unsafe { &*OWN.load(Ordering::Acquire) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forks by the system call `fork`, of which the C library knows nothing, and returns what `work` says in
    /// the child, which must be small.
    fn in_child(work: impl FnOnce() -> u8) -> u8 {
        // SAFETY: the child calls nothing but `work`, which touches a few words, and ends.
        let child = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
        assert!(child >= 0);
        if child == 0 {
            let result = work();
            // SAFETY: ends the child.
            unsafe { libc::_exit(result.into()) };
        }
        let mut status = 0;
        // SAFETY: the kernel writes one integer, which is live and exclusive here.
        assert_eq!(i64::from(unsafe { libc::waitpid(child as i32, &raw mut status, 0) }), child);
        assert!(libc::WIFEXITED(status), "{status}");
        libc::WEXITSTATUS(status) as u8
    }

    #[test]
    fn children_and_their_children_have_numbers_of_their_own() {
        let own = fork_generation();
        assert_eq!(std::thread::spawn(fork_generation).join().unwrap(), own);
        let differ = in_child(|| {
            let child = fork_generation();
            let grandchild = in_child(|| {
                let grandchild = fork_generation();
                u8::from(grandchild != own && grandchild != child)
            });
            grandchild + u8::from(child != own && child == fork_generation())
        });
        assert_eq!(differ, 2);
        assert_eq!(fork_generation(), own);
    }
}
