//! Children of forks, for tests.

use std::ptr;

/// Does `work` on four threads and waits for them. They are not the standard library's: in a child, these may wait
/// for a lock that a thread of the parent held.
#[allow(dead_code, reason = "not every test needs it")]
pub fn on_four_threads(work: fn()) {
    extern "C" fn begin(work: *mut libc::c_void) -> *mut libc::c_void {
        // SAFETY: the function that is passed on below.
        let work = unsafe { std::mem::transmute::<*mut libc::c_void, fn()>(work) };
        work();
        ptr::null_mut()
    }
    let threads = [(); 4].map(|()| {
        let mut thread = 0;
        // SAFETY: the number is written here, and the function takes what it is given.
        let started = unsafe {
            libc::pthread_create(&raw mut thread, ptr::null(), begin, work as *mut libc::c_void)
        };
        assert_eq!(started, 0);
        thread
    });
    for thread in threads {
        // SAFETY: started above, and waited for once.
        unsafe { libc::pthread_join(thread, ptr::null_mut()) };
    }
}

/// Forks, does `work` in the child and checks that it says yes, and in time.
///
/// # Panics
/// If it does not.
#[allow(dead_code, reason = "not every test needs it")]
pub fn check(work: impl FnOnce() -> bool) {
    begin(work).check();
}

/// A child that is at work.
#[derive(Debug)]
#[must_use = "it has to be waited for"]
pub struct Child(libc::pid_t);

/// Forks, and begins `work` in the child.
pub fn begin(work: impl FnOnce() -> bool) -> Child {
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
    Child(child)
}

impl Child {
    /// Waits until its work is done, and checks that it says yes, and in time.
    ///
    /// # Panics
    /// If it does not.
    pub fn check(self) {
        let mut status = 0;
        // SAFETY: the kernel writes one integer, which is live and exclusive here.
        assert_eq!(unsafe { libc::waitpid(self.0, &raw mut status, 0) }, self.0);
        assert_eq!(status, 0, "the child failed, or hung (14)");
    }
}
