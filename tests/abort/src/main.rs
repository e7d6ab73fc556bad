//! A program that is compiled with `panic = "abort"` and panics leaves its profile, and ends as it would
//! without Heapwise.
//!
//! `cargo xtask test --only abort` runs it so compiled: cargo compiles tests to unwind.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

use heapwise_profile::Profile;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

/// The size of a block that is in use to the end.
const KEPT: usize = 12_345;

/// The first word says on which thread to panic, the second one where to put the profile, if anywhere.
fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match &words[..] {
        [] => judge_all(),
        [thread, folders @ ..] => panic_on(thread, folders.first().map(Path::new)),
    }
}

fn panic_on(thread: &str, folder: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let begin = |folder| heapwise::start().heap().interval(1).dir(folder).begin();
    let _profile = folder.map(begin).transpose()?;
    let kept = black_box(vec![7u8; KEPT]);
    if thread == "main" {
        panic!("as it should, with {} bytes", kept.len());
    }
    let _ = std::thread::spawn(|| panic!("as it should")).join();
    Ok(())
}

fn judge_all() -> Result<(), Box<dyn Error>> {
    if cfg!(not(panic = "abort")) {
        return Err("compile this with panic = \"abort\": cargo xtask test --only abort".into());
    }
    ["main", "other"].into_iter().try_for_each(judge)
}

fn judge(thread: &str) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let with = run(Command::new(std::env::current_exe()?).arg(thread).arg(folder.path()))?;
    let without = run(Command::new(std::env::current_exe()?).arg(thread))?;
    let (aborts, same) = (with.signal() == Some(6), with == without);
    let profile = Profile::read(&fs::read(folder.path().join("mem.pb.gz"))?)?;
    profile.validate()?;
    let has_kept = profile.samples.iter().any(|sample| sample.values[2..4] == [1, KEPT as i64]);
    if aborts && same && has_kept {
        return Ok(());
    }
    Err(format!("a panic of thread {thread}: {with}, {without} without; {has_kept}").into())
}

fn run(command: &mut Command) -> Result<ExitStatus, Box<dyn Error>> {
    Ok(command.env("RUST_BACKTRACE", "0").output()?.status)
}
