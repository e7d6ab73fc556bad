//! A child of a fork takes no part in its parent's session and may have one of its own, also where the kernel
//! gives both the same number: each the first process of its pid namespace, as in a container in a container.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use heapwise_cpu_sampler::{Error, Session};

/// Children from now on are in a new pid namespace, if the machine allows that.
fn enter_namespace() -> bool {
    // SAFETY: changes what later forks do, and who this process is; nothing in memory.
    let unshare = |flags| unsafe { libc::unshare(flags) } == 0;
    unshare(libc::CLONE_NEWPID) || unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWPID)
}

/// Whether `work` says so in a child.
fn in_child(work: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child does what the C library's fork permits, and ends.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        // SAFETY: ends the process if it hangs.
        unsafe { libc::alarm(60) };
        let is_right = work();
        // SAFETY: ends the process.
        unsafe { libc::_exit(i32::from(!is_right)) };
    }
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live and exclusive here.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    status == 0
}

fn begin() -> Result<Session, Error> {
    Session::begin(100, || 0)
}

/// Forks during a session, into a namespace of its own where there are such.
fn forks_during_a_session(is_in_namespace: bool) -> bool {
    let mut session = Some(begin().unwrap());
    let refused = matches!(begin(), Err(Error::Running));
    let is_in_namespace = is_in_namespace && enter_namespace();
    let own = std::process::id();
    let child_is_right = in_child(|| {
        let has_same_number = std::process::id() == own;
        let is_foreign = session.as_ref().is_some_and(Session::is_foreign);
        let second = begin();
        let is_right = has_same_number == is_in_namespace && is_foreign && second.is_ok();
        drop(session.take());
        // What ends with the parent's is the parent's.
        is_right && matches!(begin(), Err(Error::Running))
    });
    let goes_on = session.as_ref().is_some_and(|session| !session.is_foreign());
    refused && child_is_right && goes_on && matches!(begin(), Err(Error::Running))
}

#[test]
fn a_child_is_not_taken_for_its_parent() {
    assert!(in_child(|| forks_during_a_session(false)), "by a plain fork");
    assert!(
        in_child(|| {
            let is_in_namespace = enter_namespace();
            in_child(|| forks_during_a_session(is_in_namespace))
        }),
        "with its parent's number"
    );
}
