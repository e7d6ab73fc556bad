//! The ends of a program at which nothing is dropped: `exit`, and a panic that aborts.

use crate::fork_lock::ForkLock;
use crate::start::ending;

/// Has every such end from now on write the profile, if there is one to write.
pub fn prepare() {
    static IS_PREPARED: ForkLock<bool> = ForkLock::new(|| false);
    let mut is_prepared = IS_PREPARED.lock();
    if *is_prepared {
        return;
    }
    *is_prepared = true;
    // SAFETY: the function lives as long as the process, and does not unwind. A failure leaves
    // `exit` as it was.
    unsafe { libc::atexit(at_exit) };
    if cfg!(panic = "abort") && !std::thread::panicking() {
        end_before_abort();
    }
}

/// Called by `exit`, on the thread that called it, while all others go on.
extern "C" fn at_exit() {
    ending::end_now();
}

/// After the message of a panic, and before the program aborts.
fn end_before_abort() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        ending::end_now();
    }));
}
