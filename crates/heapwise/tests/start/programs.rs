//! The programs, by name. Each is a `main` that profiles itself if it is told to, and ends in its own way.

use std::hint::black_box;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use heapwise::start::{Profiling, Start};

use crate::common::burning;

/// Variables: the name of the program; the folder for profiles, if it is to profile itself.
pub const NAME: &str = "HEAPWISE_TEST_PROGRAM";
pub const FOLDER: &str = "HEAPWISE_TEST_FOLDER";

/// The size of a block that every program keeps.
pub const KEPT: usize = 12_345;

pub fn run(name: &str) -> ExitCode {
    begin_as_from_a_terminal();
    match name {
        "returns" => returns(),
        "forgets" => forgets(),
        "panics" => panics(),
        "panics elsewhere" => panics_elsewhere(),
        "exits" => exits(),
        "exits elsewhere" => exits_elsewhere(),
        "exits and holds the lock of standard error" => exits_with_lock(),
        "says nothing" => says_nothing(),
        "takes both, and exits" => takes_both(|| std::process::exit(3)),
        "takes both, and waits" => takes_both(|| {
            say_ready();
            sleep_for_ever()
        }),
        "waits" => waits(),
        "waits without heapwise's handlers" => waits_alone(),
        "handles, set before" => handles(true, on_signal),
        "handles, set after" => handles(false, on_signal),
        "handles, set after, and calls what was there" => handles(false, on_signal_and_on),
        "handles by _exit, set before" => handles(true, on_signal_exit),
        "ignores, set before" => ignores(true),
        "ignores, set after" => ignores(false),
        "has no room" => has_no_room(),
        "is refused" => is_refused(),
        "is refused later" => is_refused_later(),
        "forks" => forks(),
        "has a parent that does not listen" => closes_stderr(),
        _ => panic!("no program {name}"),
    }
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Begins, if the program is to profile itself, and allocates what the profile must show.
fn begin() -> Option<Profiling> {
    begin_with(Start::heap)
}

fn begin_with(more: fn(Start) -> Start) -> Option<Profiling> {
    let start = |folder| more(heapwise::start().interval(1).dir(folder)).begin().unwrap();
    let profiling = folder().map(start);
    std::mem::forget(black_box(vec![7u8; KEPT]));
    profiling
}

fn say_ready() {
    println!("ready");
}

/// Sleeps, and works a little now and then.
fn sleep_for_ever() -> ! {
    loop {
        drop(black_box(vec![1u8; 100]));
        thread::sleep(Duration::from_millis(1));
    }
}

fn returns() -> ExitCode {
    let _profile = begin();
    ExitCode::from(7)
}

fn forgets() -> ExitCode {
    std::mem::forget(begin());
    ExitCode::from(7)
}

fn panics() -> ExitCode {
    let _profile = begin();
    panic!("as it should");
}

fn panics_elsewhere() -> ExitCode {
    let _profile = begin();
    let panicked = thread::spawn(|| panic!("as it should")).join();
    ExitCode::from(if panicked.is_err() { 7 } else { 1 })
}

fn exits() -> ExitCode {
    let _profile = begin();
    std::process::exit(3);
}

fn exits_elsewhere() -> ExitCode {
    let _profile = begin();
    thread::spawn(|| std::process::exit(3));
    sleep_for_ever();
}

fn exits_with_lock() -> ExitCode {
    let _profile = begin();
    let _lock = io::stderr().lock();
    std::process::exit(3);
}

fn says_nothing() -> ExitCode {
    let _profile = begin_with(|start| start.heap().quiet());
    ExitCode::from(7)
}

/// Spends time where the CPU profile must show it.
fn takes_both(then: fn() -> ExitCode) -> ExitCode {
    let _profile = begin_with(|start| start.heap().cpu_at(500));
    burning::burn(Duration::from_millis(300));
    then()
}

fn waits() -> ExitCode {
    let _profile = begin();
    say_ready();
    sleep_for_ever();
}

fn waits_alone() -> ExitCode {
    let _profile = begin_with(|start| start.heap().no_signals());
    say_ready();
    sleep_for_ever();
}

static CAUGHT: AtomicBool = AtomicBool::new(false);
static BEFORE: AtomicUsize = AtomicUsize::new(0);

extern "C" fn on_signal(_: libc::c_int) {
    CAUGHT.store(true, Ordering::SeqCst);
}

/// As the crates do that share a signal among several handlers.
extern "C" fn on_signal_and_on(signal: libc::c_int) {
    CAUGHT.store(true, Ordering::SeqCst);
    let before = BEFORE.load(Ordering::SeqCst);
    if ![libc::SIG_DFL, libc::SIG_IGN].contains(&before) {
        // SAFETY: what stood there as a handler is one.
        let before: extern "C" fn(libc::c_int) = unsafe { std::mem::transmute(before) };
        before(signal);
    }
}

extern "C" fn on_signal_exit(_: libc::c_int) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(9) };
}

/// Takes signals as a program does that a person starts: a shell starts what it has in the background
/// with some of them ignored, the tests perhaps, and that is inherited. And ends in any case.
fn begin_as_from_a_terminal() {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM] {
        // SAFETY: a constant.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: asks for a signal, later than any test waits for.
    unsafe { libc::alarm(300) };
}

fn set(signal: libc::c_int, disposition: libc::sighandler_t) {
    // SAFETY: the handler does what a handler may, or is a constant.
    let before = unsafe { libc::signal(signal, disposition) };
    BEFORE.store(before, Ordering::SeqCst);
}

fn handles(is_set_before: bool, handler: extern "C" fn(libc::c_int)) -> ExitCode {
    let set = || set(libc::SIGTERM, handler as *const () as libc::sighandler_t);
    if is_set_before {
        set();
    }
    let _profile = begin();
    if !is_set_before {
        set();
    }
    say_ready();
    while !CAUGHT.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(1));
    }
    // Were the program to be ended by the signal, it would be by now, or soon.
    thread::sleep(Duration::from_millis(300));
    ExitCode::from(5)
}

fn ignores(is_set_before: bool) -> ExitCode {
    if is_set_before {
        set(libc::SIGTERM, libc::SIG_IGN);
    }
    let _profile = begin();
    if !is_set_before {
        set(libc::SIGTERM, libc::SIG_IGN);
    }
    say_ready();
    // Until its input ends.
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    ExitCode::from(6)
}

/// Files of this process end after a few bytes, which kills who goes on writing.
fn has_no_room() -> ExitCode {
    let _profile = begin();
    let limit = libc::rlimit { rlim_cur: 16, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the kernel reads one `rlimit`, which is live here.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
    ExitCode::from(7)
}

/// Root may write everywhere.
fn become_nobody() {
    // SAFETY: changes who this process is, which has one thread.
    assert_eq!(unsafe { libc::setgid(65_534) }, 0);
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setuid(65_534) }, 0);
}

fn is_root() -> bool {
    // SAFETY: asks nothing of its caller.
    unsafe { libc::geteuid() == 0 }
}

fn is_refused() -> ExitCode {
    if is_root() {
        become_nobody();
    }
    let Some(folder) = folder() else { return ExitCode::SUCCESS };
    let Err(error) = heapwise::start().heap().dir(folder).begin() else { return ExitCode::FAILURE };
    eprintln!("{error}");
    ExitCode::SUCCESS
}

fn is_refused_later() -> ExitCode {
    let _profile = begin();
    say_ready();
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    if is_root() {
        become_nobody();
    }
    ExitCode::from(7)
}

/// Children that end as a program does, drop what their parent has, begin on their own, or are ended.
fn forks() -> ExitCode {
    let profile = begin();
    let is_absent = || folder().is_none_or(|folder| !folder.join("mem.pb.gz").exists());
    let code = |status: libc::c_int| libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
    let exits = fork(&|| std::process::exit(4));
    let exits_unseen = fork_unseen(&|| std::process::exit(4));
    let drops = fork(&|| {
        // SAFETY: a copy of a value that is used by the parent only.
        drop(unsafe { std::ptr::read(&raw const profile) });
        // SAFETY: ends the process.
        unsafe { libc::_exit(4) };
    });
    let begins = fork(&|| {
        let own = folder().map(|folder| heapwise::start().dir(folder).name("child").begin());
        let is_right = own.is_none_or(|own| own.and_then(Profiling::stop).is_ok());
        // SAFETY: ends the process.
        unsafe { libc::_exit(if is_right { 4 } else { 1 }) };
    });
    let ended = fork(&|| {
        // SAFETY: sends a signal to this process.
        unsafe { libc::raise(libc::SIGTERM) };
    });
    let all_ended = [exits, exits_unseen, drops, begins].map(code) == [Some(4); 4];
    let is_right = all_ended && libc::WIFSIGNALED(ended) && libc::WTERMSIG(ended) == libc::SIGTERM;
    ExitCode::from(if is_right && is_absent() { 7 } else { 1 })
}

fn fork(child: &dyn Fn()) -> libc::c_int {
    // SAFETY: the child is the only thread's copy but for two that sleep.
    wait(unsafe { libc::fork() }, child)
}

/// By the kernel's call, of which the C library knows nothing.
fn fork_unseen(child: &dyn Fn()) -> libc::c_int {
    // SAFETY: as above.
    wait(unsafe { libc::syscall(libc::SYS_fork) as libc::pid_t }, child)
}

fn wait(process: libc::pid_t, child: &dyn Fn()) -> libc::c_int {
    if process == 0 {
        child();
        // SAFETY: ends the process.
        unsafe { libc::_exit(1) };
    }
    let mut status = 0;
    // SAFETY: the kernel writes one integer, which is live and exclusive here.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    status
}

/// Whoever writes to a pipe that nobody reads is ended, unless it asks not to be.
fn closes_stderr() -> ExitCode {
    set(libc::SIGPIPE, libc::SIG_DFL);
    let _profile = begin();
    say_ready();
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    ExitCode::from(7)
}
