//! Children of forks, for tests.

/// Forks, does `work` in the child and checks that it says yes, and in time.
///
/// # Panics
/// If it does not.
pub fn check(work: impl FnOnce() -> bool) {
    // SAFETY: the child does what the C library's fork permits, and ends.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        // SAFETY: ends the process if it hangs.
        unsafe { libc::alarm(60) };
        let is_right = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        // SAFETY: ends the process, and nothing more.
        unsafe { libc::_exit(i32::from(!matches!(is_right, Ok(true)))) };
    }
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live and exclusive here.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child failed, or hung (14)");
}
