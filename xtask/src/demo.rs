//! `cargo xtask demo`: two stories of memory, told by our profiler and our tool.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::arguments::Arguments;
use crate::rust_profiles::fill;
use crate::workspace::{Workspace, cargo};
use crate::{Result, Subcommand, process};

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "demo",
    options: "[--files N]",
    about: "profile two small Rust programs and look at what they did (default: 20000 files)",
    run,
};

/// Enough to see the story; the article walks a million.
const FILES: u32 = 20_000;

/// The sampling interval, in bytes: fine enough for a directory of the default size.
const INTERVAL: &str = "4096";

fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let files = arguments.value("--files")?.map_or(Ok(FILES), |text| {
        text.replace('_', "").parse().map_err(|_| format!("--files {text}: not a number of files"))
    })?;
    arguments.finish()?;
    let demo = Demo::prepare(workspace, files)?;
    demo.walk()?;
    demo.strings()?;
    demo.next();
    Ok(())
}

/// The programs, and where their files are. Paths are relative to the root of the repository, so that
/// what is shown is what one would type.
struct Demo<'a> {
    root: &'a Path,
    programs: PathBuf,
    folder: PathBuf,
    directory: PathBuf,
}

impl<'a> Demo<'a> {
    fn prepare(workspace: &'a Workspace, files: u32) -> Result<Self> {
        let root = &workspace.root;
        let mut build = cargo();
        build.current_dir(root).args(["build", "--release", "--package", "heapwise-cli"]);
        build.args(["--package", "walk", "--package", "strings"]);
        println!("$ {}", process::line(&build));
        process::run(&mut build)?;
        let target = workspace.target.strip_prefix(root).unwrap_or(&workspace.target);
        let folder = target.join("demo");
        let directory = folder.join(format!("files-{files}"));
        fill(&root.join(&directory), files)?;
        Ok(Self { root, programs: target.join("release"), folder, directory })
    }

    /// A directory walked in lexical order: all its names are in memory from the first visit on.
    fn walk(&self) -> Result<()> {
        say("A directory walked in lexical order, profiled at the first and at the last visit.");
        let (directory, folder) = (text(&self.directory), text(&self.folder));
        self.show("walk", &[&directory, "--interval", INTERVAL, "--output", &folder])?;
        let (first, last) = (self.profile("first-visit"), self.profile("last-visit"));
        self.show("heapwise", &["-top", "-nodecount=8", &first])?;
        self.show("heapwise", &["-top", "-nodecount=8", &last])?;
        self.compare(&first, &last)?;
        say("The line that allocates:");
        self.show("heapwise", &["-list=read_dir_names", &last])?;
        say("The same in the shell, in bytes:");
        self.session(&["unit=bytes", "top", "exit"], &last)
    }

    /// Checks that both visits hold the same, to the byte. A heap profile of ours is of now: nothing
    /// had to be collected for that.
    fn compare(&self, first: &str, last: &str) -> Result<()> {
        let in_bytes = |profile: &str| {
            let words = ["-top", "-unit=bytes", "-compact_labels", profile];
            process::output(self.program("heapwise").args(words))
        };
        let (at_first, at_last) = (in_bytes(first)?, in_bytes(last)?);
        if at_first != at_last {
            return Err(format!("the two visits differ:\n{at_first}\n{at_last}"));
        }
        let total = at_first.lines().next().unwrap_or_default();
        say(&format!("Both visits are equal to the byte, and no collection was forced.\n{total}"));
        Ok(())
    }

    /// A vector that is gone before the profile is written.
    fn strings(&self) -> Result<()> {
        say("A vector of a million strings, dropped before the profile is written.");
        let profile = self.profile("strings");
        self.show("strings", &["--interval", INTERVAL, &profile])?;
        self.show("heapwise", &["-top", &profile])?;
        say("Nothing is in use. What was allocated on the way:");
        self.show("heapwise", &["-top", "-nodecount=8", "-alloc_space", &profile])?;
        self.show("heapwise", &["-list=grow", "-alloc_space", &profile])
    }

    fn next(&self) {
        say("What to type next:");
        let (heapwise, profile) = (self.programs.join("heapwise"), self.profile("last-visit"));
        let heapwise = text(&heapwise);
        println!(
            "  {heapwise} {profile}                    a shell: top, list NAME, peek NAME, help"
        );
        println!("  {heapwise} -traces {profile}            every stack that holds memory");
        println!("  {heapwise} -sample_index=alloc_objects -top {profile}");
        println!("  cargo xtask demo --files 1000000        the directory of the article");
    }

    fn profile(&self, name: &str) -> String {
        text(&self.folder.join(format!("{name}.pb.gz")))
    }

    /// One of our programs, started from the root of the repository.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.root.join(&self.programs).join(name));
        command.current_dir(self.root);
        command
    }

    /// Runs a program with its command line above its output.
    fn show(&self, name: &str, words: &[&str]) -> Result<()> {
        println!("\n$ {} {}", text(&self.programs.join(name)), words.join(" "));
        process::run(self.program(name).args(words))
    }

    /// Runs the shell of our tool on a few lines, each shown before what it prints.
    fn session(&self, lines: &[&str], profile: &str) -> Result<()> {
        let script = lines.join("\\n");
        println!("\n$ printf '{script}\\n' | {} {profile}", text(&self.programs.join("heapwise")));
        let mut command = self.program("heapwise");
        let fail = |error: std::io::Error| format!("heapwise: {error}");
        let mut child = command.arg(profile).stdin(Stdio::piped()).spawn().map_err(fail)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all((lines.join("\n") + "\n").as_bytes()).map_err(fail)?;
        }
        let status = child.wait().map_err(fail)?;
        if status.success() { Ok(()) } else { Err(format!("heapwise: {status}")) }
    }
}

fn say(text: &str) {
    println!("\n# {text}");
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
