//! The tests.

use std::fs::{self, File, Permissions};
use std::io::{PipeReader, PipeWriter, Write, pipe};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use heapwise::Error;
use libtest_mimic::Trial;

use crate::common;
use crate::common::burning::{samples_in, total};
use crate::process::{self, End, Program, SOON, folder, names};

pub fn all() -> Vec<Trial> {
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    [
        ("a_program_that_ends_leaves_its_profile", ends as fn()),
        ("a_quiet_program_says_nothing", quiet),
        ("a_signal_ends_the_program_after_its_profile", signals),
        ("both_kinds_of_profile_are_written", both_kinds),
        ("signals_can_be_left_alone", no_signals),
        ("a_second_signal_ends_the_program_at_once", two_signals),
        ("a_program_does_not_wait_for_ever", stuck),
        ("the_programs_own_handlers_decide", own_handlers),
        ("the_first_process_of_a_container_lives_on", first_process),
        ("an_ignored_signal_stays_ignored", ignored),
        ("no_room_on_the_disk_is_said_and_nothing_else_happens", no_room),
        ("a_file_system_that_is_full", full),
        ("a_folder_that_may_not_be_written_is_said_at_the_beginning", refused),
        ("a_folder_that_may_not_be_written_any_more_is_said_at_the_end", refused_later),
        ("a_child_of_a_fork_writes_nothing_of_its_parents", forked),
        ("nobody_needs_to_listen", deaf_parent),
        ("one_at_a_time_and_then_again", in_this_process),
    ]
    .map(trial)
    .into()
}

/// Runs a program with and without Heapwise to its end, which must be the same.
fn both(name: &str, then: impl Fn(&mut Program)) -> (Program, End) {
    let [with, without] = [Program::start(name), Program::start_bare(name)].map(|mut program| {
        then(&mut program);
        let end = program.end();
        (program, end)
    });
    assert_eq!(with.1.status, without.1.status, "{name}: {}", with.1.stderr);
    with
}

fn ends() {
    for (name, code) in [
        ("returns", 7),
        ("forgets", 7),
        ("panics", 101),
        ("panics elsewhere", 7),
        ("exits", 3),
        ("exits elsewhere", 3),
        ("exits and holds the lock of standard error", 3),
    ] {
        let (program, end) = both(name, |_| ());
        assert_eq!(end.status.code(), Some(code), "{name}: {}", end.stderr);
        program.assert_whole();
        let path = program.profile.to_str().unwrap();
        let line = format!(
            "heap profile: {path}; to see what was allocated: heapwise -top -alloc_space {path}\n"
        );
        assert!(end.stderr.contains(&line), "{name}: {}", end.stderr);
        assert_eq!(end.stderr.matches("heapwise: ").count(), 1, "{name}: {}", end.stderr);
    }
}

fn quiet() {
    let (program, end) = both("says nothing", |_| ());
    assert_eq!((end.status.code(), &*end.stderr), (Some(7), ""));
    program.assert_whole();
}

fn signals() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let (program, end) = both("waits", |program| {
            program.wait_until_ready();
            program.send(signal);
        });
        assert_eq!(end.status.signal(), Some(signal));
        program.assert_whole();
        assert!(end.stderr.contains("what was in use: heapwise -top "), "{}", end.stderr);
    }
}

fn both_kinds() {
    for (name, signal) in
        [("takes both, and exits", None), ("takes both, and waits", Some(libc::SIGTERM))]
    {
        let (program, end) = both(name, |program| {
            if let Some(signal) = signal {
                program.wait_until_ready();
                program.send(signal);
            }
        });
        assert_eq!((end.status.signal(), end.status.code().unwrap_or(3)), (signal, 3), "{name}");
        assert_eq!(names(&program.profile), ["cpu.pb.gz", "mem.pb.gz"]);
        program.assert_shows_what_is_kept();
        let cpu = program.profile.with_file_name("cpu.pb.gz");
        let profile = common::profile(&fs::read(&cpu).unwrap());
        profile.validate().unwrap();
        assert!(samples_in(&profile, ["burn"])[0] > 10, "{:?}", total(&profile));
        let line =
            format!("CPU profile: {0}; to see where time went: heapwise -top {0}\n", cpu.display());
        assert!(
            end.stderr.contains(&line) && end.stderr.contains("heap profile: "),
            "{name}: {}",
            end.stderr
        );
    }
}

fn no_signals() {
    let (program, end) = both("waits without heapwise's handlers", |program| {
        program.wait_until_ready();
        program.send(libc::SIGTERM);
    });
    assert_eq!(end.status.signal(), Some(libc::SIGTERM));
    program.assert_absent();
}

/// A pipe into which nothing more fits.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    // SAFETY: sets flags of a descriptor that is open.
    assert_eq!(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) }, 0);
    while writer.write(&[b'x'; 4096]).is_ok() {}
    while writer.write(b"x").is_ok() {}
    // SAFETY: as above.
    assert_eq!(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, 0) }, 0);
    (reader, writer)
}

/// A program that was told to end, and whose last line goes nowhere: it has written its profile.
fn stuck_at_its_last_line(folder: &tempfile::TempDir) -> (Program, PipeReader) {
    let (reader, writer) = full_pipe();
    let mut program = Program::start_with("waits", Some(folder.path()), Stdio::from(writer));
    program.wait_until_ready();
    program.send(libc::SIGTERM);
    program.wait_for_profile();
    (program, reader)
}

fn two_signals() {
    let folder = folder();
    let (mut program, _reader) = stuck_at_its_last_line(&folder);
    let start = Instant::now();
    program.send(libc::SIGTERM);
    assert_eq!(program.end().status.signal(), Some(libc::SIGTERM));
    assert!(start.elapsed() < SOON);
    program.assert_whole();
}

fn stuck() {
    let folder = folder();
    let (mut program, _reader) = stuck_at_its_last_line(&folder);
    let start = Instant::now();
    assert_eq!(program.end().status.signal(), Some(libc::SIGTERM));
    assert!(start.elapsed() < 4 * SOON);
    program.assert_whole();
}

fn own_handlers() {
    for (name, code, is_whole) in [
        ("handles, set before", 5, true),
        ("handles, set after", 5, true),
        ("handles, set after, and calls what was there", 5, true),
        ("handles by _exit, set before", 9, false),
    ] {
        let (program, end) = both(name, |program| {
            program.wait_until_ready();
            program.send(libc::SIGTERM);
        });
        assert_eq!(end.status.code(), Some(code), "{name}");
        if is_whole { program.assert_whole() } else { program.assert_absent() }
    }
}

/// The kernel does not end such a process by a signal that it does not handle.
fn first_process() {
    let folder = folder();
    let mut unshare = Command::new("unshare");
    unshare.args(["--pid", "--fork", "--kill-child"]).arg(std::env::current_exe().unwrap());
    let may =
        Command::new("unshare").args(["--pid", "--fork", "true"]).stderr(Stdio::null()).status();
    if !may.is_ok_and(|status| status.success()) {
        // Only root may.
        return;
    }
    let mut program = Program::start_by(unshare, "waits", Some(folder.path()), Stdio::piped());
    program.wait_until_ready();
    let parent = program.child.id();
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    let process = children.trim().parse().unwrap();
    for _ in 0..2 {
        let end = Instant::now() + SOON;
        while !program.profile.exists() {
            assert!(Instant::now() < end, "no profile is written");
            // Nothing comes of one that arrives while the last one is being dealt with.
            process::send(process, libc::SIGTERM);
            thread::sleep(Duration::from_millis(10));
        }
        program.assert_shows_what_is_kept();
        fs::remove_file(&program.profile).unwrap();
    }
    process::send(process, libc::SIGKILL);
    program.end();
}

fn ignored() {
    for name in ["ignores, set before", "ignores, set after"] {
        let (program, end) = both(name, |program| {
            program.wait_until_ready();
            program.send(libc::SIGTERM);
        });
        assert_eq!(end.status.code(), Some(6), "{name}");
        program.assert_whole();
    }
}

fn no_room() {
    let (program, end) = both("has no room", |_| ());
    assert_eq!(end.status.code(), Some(7));
    program.assert_absent();
    let path = program.profile.to_str().unwrap();
    assert!(end.stderr.contains(path) && end.stderr.contains("make room"), "{}", end.stderr);
}

fn full() {
    let folder = folder();
    let place = folder.path().to_str().unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place];
    let mount = Command::new("mount").args(mount).stderr(Stdio::null()).status();
    if !mount.is_ok_and(|status| status.success()) {
        // Only root may; a limit on files, which everybody may set, is tested above.
        return;
    }
    let profiles = folder.path().join("profiles");
    let mut program = Program::start_in("waits", Some(&profiles));
    program.wait_until_ready();
    let mut filler = File::create(folder.path().join("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    program.send(libc::SIGTERM);
    let end = program.end();
    let left = names(&program.profile);
    drop(filler);
    let umount = Command::new("umount").args(["-l", place]).status();
    assert!(umount.unwrap().success());
    assert_eq!(end.status.signal(), Some(libc::SIGTERM));
    assert_eq!(left, [""; 0]);
    assert!(end.stderr.contains("No space left"), "{}", end.stderr);
    assert!(end.stderr.contains(".dir(..)"), "{}", end.stderr);
}

fn refused() {
    let folder = folder();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, Permissions::from_mode(0o555)).unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for (place, why) in [
        (locked.clone(), "Permission denied"),
        (locked.join("below"), "Permission denied"),
        (file.clone(), "is a file"),
        (file.join("below"), "is a file"),
    ] {
        let end = Program::start_in("is refused", Some(&place)).end();
        assert_eq!(end.status.code(), Some(0), "{}", end.stderr);
        let has = |text: &str| end.stderr.contains(text);
        assert!(has(place.to_str().unwrap()) && has(why) && has(".dir(..)"), "{}", end.stderr);
    }
    assert_eq!(names(&locked.join("mem.pb.gz")), [""; 0]);
}

fn refused_later() {
    let (program, end) = both("is refused later", |program| {
        program.wait_until_ready();
        if let Some(folder) = program.profile.parent().filter(|folder| folder.exists()) {
            fs::set_permissions(folder, Permissions::from_mode(0o555)).unwrap();
        }
    });
    assert_eq!(end.status.code(), Some(7));
    program.assert_absent();
    let path = program.profile.to_str().unwrap();
    assert!(end.stderr.contains(path) && end.stderr.contains(".dir(..)"), "{}", end.stderr);
}

fn forked() {
    let (program, end) = both("forks", |_| ());
    assert_eq!(end.status.code(), Some(7), "{}", end.stderr);
    assert_eq!(names(&program.profile), ["child.mem.pb.gz", "mem.pb.gz"]);
}

fn deaf_parent() {
    let (program, end) = both("has a parent that does not listen", |program| {
        program.wait_until_ready();
        drop(program.child.stderr.take());
    });
    assert_eq!(end.status.code(), Some(7));
    program.assert_whole();
}

fn in_this_process() {
    let folder = folder();
    let begin = |name: &str| heapwise::start().dir(folder.path()).name(name).quiet().begin();
    let first = begin("first").unwrap();
    assert!(matches!(begin("second"), Err(Error::Started)));
    first.stop().unwrap();
    let again = begin("again").unwrap();
    // What it has become meanwhile.
    fs::create_dir(folder.path().join("again.mem.pb.gz")).unwrap();
    let error = again.stop().unwrap_err();
    assert!(matches!(&error, Error::File { path, .. } if path.ends_with("again.mem.pb.gz")));
    drop(begin("third").unwrap());
    let file = folder.path().join("third.mem.pb.gz");
    assert_eq!(names(&file), ["again.mem.pb.gz", "first.mem.pb.gz", "third.mem.pb.gz"]);
    assert!(matches!(begin("a/b"), Err(Error::File { .. })));
}
