//! The table of checks.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::reference::Reference;
use crate::workspace::{Workspace, cargo};
use crate::{Result, axe, go_executables, go_profiles, process, rust_profiles, system_package};

/// One check: what has to be there, then commands that must all succeed.
pub struct Check {
    /// As `--only` takes it.
    pub name: &'static str,
    /// What it proves, in a few words.
    pub about: &'static str,
    /// Sets up what the commands need. An error says what is missing: the check then did not run.
    pub prepare: fn(&Workspace) -> Result<Vec<Command>>,
}

/// Every check, cheapest first.
pub const CHECKS: &[Check] = &[
    Check { name: "fmt", about: "every file is formatted", prepare: fmt },
    Check { name: "clippy", about: "no lint has anything to say", prepare: clippy },
    Check { name: "doc", about: "the documentation builds without a warning", prepare: doc },
    Check {
        name: "doc-examples",
        about: "every public item of the library has an example",
        prepare: doc_examples,
    },
    Check { name: "tidy", about: "the layout is as ARCHITECTURE.md says", prepare: tidy },
    Check { name: "tests", about: "the tests of every crate", prepare: tests },
    Check {
        name: "abort",
        about: "a program whose panics abort leaves its profile",
        prepare: abort,
    },
    Check { name: "platforms", about: "the library compiles elsewhere", prepare: platforms },
    Check { name: "golden", about: "messages are as they were stored", prepare: golden },
    Check { name: "parity", about: "same bytes as the reference tool", prepare: parity },
    Check { name: "browser", about: "the web pages as a person uses them", prepare: browser },
];

fn fmt(workspace: &Workspace) -> Result<Vec<Command>> {
    component("fmt", "rustfmt")?;
    Ok(vec![in_root(workspace, &["fmt", "--all", "--check", "--", "--color=never"])])
}

fn clippy(workspace: &Workspace) -> Result<Vec<Command>> {
    component("clippy", "clippy")?;
    let words = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    Ok(vec![in_root(workspace, &words)])
}

fn doc(workspace: &Workspace) -> Result<Vec<Command>> {
    let mut doc = in_root(workspace, &["doc", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "--deny warnings");
    Ok(vec![doc])
}

fn doc_examples(workspace: &Workspace) -> Result<Vec<Command>> {
    Ok(vec![own(workspace, "doc-examples")?])
}

fn tidy(workspace: &Workspace) -> Result<Vec<Command>> {
    Ok(vec![own(workspace, "tidy")?])
}

fn tests(workspace: &Workspace) -> Result<Vec<Command>> {
    // All packages together compress as the tool does, with another back end than a program that writes its own profile.
    let as_a_program = ["test", "--package", "heapwise-profile", "--lib", "gzip"];
    Ok(vec![
        in_root(workspace, &as_a_program),
        in_root(workspace, &["test", "--workspace", "--no-fail-fast"]),
    ])
}

/// Linux on another processor, which records, and other systems, where everything says that it does not.
const PLATFORMS: &[&str] =
    &["aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-pc-windows-gnu"];

fn platforms(workspace: &Workspace) -> Result<Vec<Command>> {
    let install = |platform: &&str| {
        let installed = process::output(Command::new("rustup").args(["target", "add", platform]));
        installed.map_err(|_| format!("install it with `rustup target add {platform}`"))
    };
    PLATFORMS.iter().try_for_each(|platform| install(platform).map(drop))?;
    // Without criterion, which needs a C compiler for the platform.
    let features = "axum,server";
    let check = |platform: &&str| {
        let words =
            ["check", "--package", "heapwise", "--features", features, "--target", platform];
        let mut check = in_root(workspace, &words);
        check.env("RUSTFLAGS", "--deny warnings");
        check
    };
    Ok(PLATFORMS.iter().map(check).collect())
}

/// In a folder of its own: everything is compiled once more.
fn abort(workspace: &Workspace) -> Result<Vec<Command>> {
    let mut run = in_root(workspace, &["run", "--quiet", "--package", "heapwise-abort"]);
    run.args(["--config", "profile.dev.panic=\"abort\"", "--target-dir"]);
    run.arg(workspace.target.join("abort"));
    Ok(vec![run])
}

/// The commands that compare stored outputs; `cargo xtask bless` runs the same ones to store them.
pub fn golden(workspace: &Workspace) -> Result<Vec<Command>> {
    let scratch = workspace.target.join("golden-data");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let mut compare = Command::new(quick(workspace, "golden"));
    compare
        .arg("--quiet")
        .env("PARITY_OURS", quick(workspace, "heapwise"))
        .env("PARITY_SCRATCH", scratch);
    Ok(vec![build_quick(workspace), compare])
}

fn parity(workspace: &Workspace) -> Result<Vec<Command>> {
    let reference = Reference::prepare(workspace)?;
    let go_profiles = go_profiles::prepare(workspace, &reference)?;
    let go_executables = go_executables::prepare(workspace, &reference)?;
    system_package::provide("c++", "g++")?;
    let programs = workspace.target.join(QUICK);
    let mut run_examples = own(workspace, "rust-profiles")?;
    run_examples.arg(&programs);
    let mut compare = Command::new(quick(workspace, "parity"));
    compare
        .arg("--quiet")
        .env("PARITY_OURS", quick(workspace, "heapwise"))
        .env("PARITY_REFERENCE", reference.pprof())
        .env("PARITY_GO_PROFILES", go_profiles)
        .env("PARITY_GO_EXECUTABLES", go_executables)
        .env("PARITY_RUST_PROFILES", workspace.target.join(rust_profiles::FOLDER))
        .env("PARITY_RUST_PROGRAMS", programs)
        .env("PARITY_SCRATCH", workspace.target.join("parity-data"));
    Ok(vec![build_quick(workspace), run_examples, compare])
}

fn browser(workspace: &Workspace) -> Result<Vec<Command>> {
    let reference = Reference::prepare(workspace)?;
    let go_profiles = go_profiles::prepare(workspace, &reference)?;
    system_package::provide_if(&["dot", "-V"], "graphviz")?;
    system_package::provide("chromium", "chromium")?;
    system_package::provide("chromedriver", "chromium-driver")?;
    let axe = axe::prepare(workspace)?;
    let scratch = workspace.target.join("browser-data");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let mut look = Command::new(quick(workspace, "heapwise-browser"));
    look.arg("--quiet")
        .env("BROWSER_OURS", quick(workspace, "heapwise"))
        .env("BROWSER_AXE", axe)
        .env("BROWSER_GO_PROFILE", go_profiles.join("walk/last-visit.pb.gz"))
        .env("BROWSER_SCRATCH", scratch);
    Ok(vec![build_quick(workspace), look])
}

/// The build profile for tests that start the tool often.
const QUICK: &str = "parity";

/// What golden, parity and browser run. One command builds it for all three: each of these packages alone would want its own
/// features of what they share, and so compile that once more.
fn build_quick(workspace: &Workspace) -> Command {
    let packages =
        ["heapwise-cli", "heapwise-parity", "heapwise-browser", "walk", "strings", "service"];
    let mut build = in_root(workspace, &["build", "--profile", QUICK]);
    build.args(packages.iter().flat_map(|name| ["--package", name]));
    build
}

/// One of these programs.
fn quick(workspace: &Workspace, program: &str) -> PathBuf {
    workspace.target.join(QUICK).join(program)
}

/// Another subcommand of this program.
fn own(workspace: &Workspace, subcommand: &str) -> Result<Command> {
    let own = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let mut command = Command::new(own);
    command.current_dir(&workspace.root).arg(subcommand);
    Ok(command)
}

fn in_root(workspace: &Workspace, words: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.current_dir(&workspace.root).args(words);
    cargo
}

/// Checks that a part of the toolchain is installed that a minimal installation leaves out.
fn component(subcommand: &str, name: &str) -> Result<()> {
    let there = process::output(cargo().args([subcommand, "--version"]));
    there.map(drop).map_err(|_| format!("install it with `rustup component add {name}`"))
}
