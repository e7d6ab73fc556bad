//! Source files that are not where the profile says: found, or named with what to do.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use support::{Row, Run, Sandbox, heap};

/// A profile of another machine: of each kind of source, one file.
const FRAMES: &[&str] = &[
    "alloc::alloc /rustc/59807616e1fa2540/library/alloc/src/alloc.rs:2",
    "serde::de /home/ci/.cargo/registry/src/index.crates.io-19/serde-1.0.2/src/de.rs:2",
    "runtime.mallocgc runtime/malloc.go:2",
    "x.New github.com/Me/x@v1.2.3/x.go:2",
    "main.main example.com/me/app/main.go:2",
    "app::main /home/ci/app/main.rs:2",
];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let rows: [Row<'_>; 1] = [(FRAMES, [1, 1 << 20, 1, 1 << 20])];
    sandbox.profile("p.pb.gz", &heap(&rows));
    sandbox
}

/// Runs the program with its own Go, or none.
fn run(sandbox: &Sandbox) -> Run {
    let go = sandbox.path().join("sdk/go1.27.3");
    let mut command = sandbox.command();
    Run::from(
        command.args(["-alloc_space", "-list=.", "p.pb.gz"]).env("GOROOT", go).output().unwrap(),
    )
}

fn add(sandbox: &Sandbox, path: &str, text: &str) {
    std::fs::create_dir_all(sandbox.path().join(path).parent().unwrap()).unwrap();
    sandbox.write(path, text.as_bytes());
}

#[test]
fn sources_are_found_where_go_cargo_and_rustup_keep_them() {
    let sandbox = sandbox();
    let toolchain = ".rustup/toolchains/stable/lib/rustlib";
    for (path, text) in [
        (&*format!("{toolchain}/src/rust/library/alloc/src/alloc.rs"), "one\nof rust\n"),
        (&*format!("{toolchain}/multirust-channel-manifest.toml"), "1.95.0 (59807616e 2026-04-14)"),
        (".cargo/registry/src/index-1/serde-1.0.2/src/de.rs", "one\nof serde\n"),
        ("sdk/go1.27.3/src/runtime/malloc.go", "one\nof go\n"),
        ("go/pkg/mod/github.com/!me/x@v1.2.3/x.go", "one\nof x\n"),
        ("go.mod", "module example.com/me/app\n"),
        ("main.go", "one\nof app\n"),
    ] {
        add(&sandbox, path, text);
    }
    let run = run(&sandbox);
    assert_eq!(run.code, Some(0));
    for found in ["of rust", "of serde", "of go", "of x", "of app"] {
        let line = format!("       1MB      2:{found}\n");
        assert!(run.stdout.contains(&line), "{found}: {}", run.stdout);
    }
    assert_eq!(run.stdout.matches(" Error: ").count(), 1, "{}", run.stdout);
    let last = run.stderr.lines().last().unwrap();
    assert!(last.starts_with("No source of /home/ci/app/main.rs: "), "{last}");
}

#[test]
fn what_is_missing_is_said_once_with_what_to_do() {
    let run = run(&sandbox());
    assert_eq!(run.stdout.matches(" Error: ").count(), FRAMES.len(), "{}", run.stdout);
    for advice in [
        "library/alloc/src/alloc.rs: `rustup component add rust-src`",
        "src/de.rs: `cargo fetch` brings it, in a project that uses serde 1.0.2",
        "runtime/malloc.go: set GOROOT",
        "x.go: `go mod download github.com/Me/x@v1.2.3`",
        "main.go: set -source_path",
        "/home/ci/app/main.rs: set -source_path to the folder where it is now, and -trim_path",
    ] {
        assert_eq!(run.stderr.matches(advice).count(), 1, "{advice}: {}", run.stderr);
    }
    assert_eq!(run.stderr.lines().count(), FRAMES.len(), "{}", run.stderr);
}

#[test]
fn the_advice_about_other_files_works() {
    let sandbox = sandbox();
    add(&sandbox, "moved/main.rs", "one\nof mine\n");
    let words =
        ["-alloc_space", "-list=app", "-source_path=moved", "-trim_path=/home/ci/app", "p.pb.gz"];
    let run = sandbox.run(&words);
    assert!(run.stdout.contains("2:of mine\n") && run.stderr.is_empty(), "{}", run.stderr);
}
