//! The commands of the two articles that this project started from, on profiles of that shape.

mod support;

use support::{Row, Sandbox, heap};

/// The source of `readdir`, so that `list` has something to show.
const READDIR: &str = "fn readdir() {\n    loop {\n        names.push(name);\n    }\n}\n";

/// A walk that holds the names of a directory, as of its last visit.
fn last_visit(sandbox: &Sandbox) {
    let file = sandbox.path().join("dir.rs");
    let readdir = format!("os.readdir {}:3", file.display());
    let names: &[&str] = &[&readdir, "walk.read_names walk.rs:9", "main.main main.rs:5"];
    let stat: &[&str] = &["os.lstat stat.rs:1", "walk.walk walk.rs:20", "main.main main.rs:5"];
    let rows: [Row<'_>; 2] =
        [(names, [900, 30_000_000, 800, 25_648_064]), (stat, [90, 900_000, 10, 34_328])];
    sandbox.write("dir.rs", READDIR.as_bytes());
    sandbox.profile("last-visit.prof", &heap(&rows));
}

/// A program that grew a vector of a million strings and dropped it before it wrote its profile.
fn dropped(sandbox: &Sandbox) {
    let grow: &[&str] = &["main.main main.rs:6"];
    let rows: [Row<'_>; 1] = [(grow, [40, 90_112_000, 0, 0])];
    sandbox.profile("mem.prof", &heap(&rows));
}

const LAST_VISIT: &str = "\
Showing nodes accounting for 25648064B, 99.87% of 25682392B total
Dropped 2 nodes (cum <= 128411B)
      flat  flat%   sum%        cum   cum%
 25648064B 99.87% 99.87%  25648064B 99.87%  os.readdir
         0     0% 99.87%  25682392B   100%  main.main
         0     0% 99.87%  25648064B 99.87%  walk.read_names
";

#[test]
fn the_walk_in_the_shell() {
    let sandbox = Sandbox::new();
    last_visit(&sandbox);
    let run = sandbox.run_with_input(&["last-visit.prof"], b"unit=bytes\ntop\nexit\n");
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout, format!("(pprof) (pprof) {LAST_VISIT}(pprof) "));
    assert_eq!(
        run.stderr,
        "File: walk\nType: inuse_space\n\
         Entering interactive mode (type \"help\" for commands, \"o\" for options)\n"
    );
}

#[test]
fn the_walk_line_by_line() {
    let sandbox = Sandbox::new();
    last_visit(&sandbox);
    let run = sandbox.run(&["-list", "readdir", "last-visit.prof"]);
    let file = sandbox.path().join("dir.rs");
    let expected = format!(
        "Total: 24.49MB\nROUTINE ======================== os.readdir in {}\n   \
         24.46MB    24.46MB (flat, cum) 99.87% of Total\n         \
         .          .      1:fn readdir() {{\n         \
         .          .      2:    loop {{\n   \
         24.46MB    24.46MB      3:        names.push(name);\n         \
         .          .      4:    }}\n         \
         .          .      5:}}\n",
        file.display()
    );
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (expected.as_str(), ""));
}

#[test]
fn the_empty_profile_says_what_to_type() {
    let sandbox = Sandbox::new();
    dropped(&sandbox);
    let run = sandbox.run(&["-top", "mem.prof"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(
        run.stdout,
        "File: walk\nType: inuse_space\n\
         Showing nodes accounting for 0, 0% of 0 total\n      \
         flat  flat%   sum%        cum   cum%\n"
    );
    assert_eq!(
        run.stderr,
        "inuse_space is empty: all of the 85.94MB allocated had been freed by then.\n\
         To see where it was allocated: -sample_index=alloc_space\n"
    );
}

#[test]
fn what_it_says_to_type_shows_the_allocations() {
    let sandbox = Sandbox::new();
    dropped(&sandbox);
    let expected = "File: walk\nType: alloc_space\n\
        Showing nodes accounting for 85.94MB, 100% of 85.94MB total\n      \
        flat  flat%   sum%        cum   cum%\n   \
        85.94MB   100%   100%    85.94MB   100%  main.main\n";
    for flag in ["--alloc_space", "-sample_index=alloc_space", "-sample_index=1"] {
        let run = sandbox.run(&[flag, "-top", "mem.prof"]);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (expected, ""), "{flag}");
    }
}

#[test]
fn the_shell_says_it_once_and_in_its_own_words() {
    let sandbox = Sandbox::new();
    dropped(&sandbox);
    let run = sandbox.run_with_input(&["mem.prof"], b"top\ntop\nalloc_space\ntop1\no\nhelp\n");
    assert_eq!(
        run.stderr.matches("To see where it was allocated: sample_index=alloc_space").count(),
        1
    );
    assert!(run.stdout.ends_with(
        "(pprof) (pprof) Showing nodes accounting for 85.94MB, 100% of 85.94MB total\n      \
         flat  flat%   sum%        cum   cum%\n   \
         85.94MB   100%   100%    85.94MB   100%  main.main\n(pprof) (pprof) (pprof) "
    ));
    let listed = "\n  sample_index              = alloc_space          \
        //: [alloc_objects | alloc_space | inuse_objects | inuse_space]\n";
    assert!(run.stderr.contains(listed), "{}", run.stderr);
    assert!(run.stderr.contains("\nCommands\n"));
}

#[test]
fn a_profile_without_samples_tells_of_the_interval() {
    let sandbox = Sandbox::new();
    sandbox.profile("mem.prof", &heap(&[]));
    let run = sandbox.run(&["-top", "mem.prof"]);
    assert!(
        run.stderr.starts_with("The profile has no samples: one allocation in 512kB on average")
    );
    assert_eq!(run.stderr.lines().count(), 2);
}
