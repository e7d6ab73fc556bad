//! Names in profiles, looked up by the program itself.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, fs};

use common::counting::Counting;
use heapwise_profile::{Line, Profile};
use heapwise_symbolize::{LocalFiles, Options, Remote, symbolize};

#[global_allocator]
static ALLOC: Counting = Counting::new(heapwise::Alloc::system().with_interval(1));

/// Allocations are counted for the whole process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[inline(never)]
fn keep_some() -> Vec<u8> {
    black_box(vec![1; 54_321])
}

fn bare() -> Profile {
    let mut bytes = Vec::new();
    heapwise::heap::write_to(&mut bytes).unwrap();
    common::profile(&bytes)
}

fn named() -> Profile {
    let mut bytes = Vec::new();
    heapwise::heap::write_symbolized_to(&mut bytes).unwrap();
    common::profile(&bytes)
}

/// As the tool does it.
fn by_the_tool(profile: &Profile) -> Profile {
    let files = LocalFiles { debug_directories: vec!["/usr/lib/debug".into()] };
    let ask = |(): &(), _| Err::<_, &str>("no server");
    let remote = Remote { origins: &[], ask: &ask };
    symbolize(profile, &Options::default(), &files, &remote).unwrap().profile
}

/// `name (system name) file:start:line:column` of every line, by address.
fn lines(profile: &Profile) -> BTreeMap<u64, Vec<String>> {
    let line = |line: &Line| {
        let function = profile.functions[line.function];
        let [name, system_name, file] = [function.name, function.system_name, function.file]
            .map(|text| String::from_utf8_lossy(profile.text(text)).into_owned());
        let Line { line, column, .. } = line;
        format!("{name} ({system_name}) {file}:{}:{line}:{column}", function.start_line)
    };
    let rows = profile.locations.iter();
    rows.map(|(row, lines)| (row.address.0, lines.iter().map(line).collect())).collect()
}

/// The functions of the stack with the one block of [`keep_some`].
fn functions_of_kept(profile: &Profile) -> Vec<String> {
    let sample = profile.samples.iter().find(|sample| sample.values[3] == 54_321).unwrap();
    let lines = sample.stack.iter().flat_map(|&id| profile.locations.lines(id));
    let name = |line: &Line| profile.text(profile.functions[line.function].name);
    lines.map(|line| String::from_utf8_lossy(name(line)).into_owned()).collect()
}

#[test]
fn names_are_those_that_the_tool_finds() {
    let _alone = alone();
    let kept = keep_some();
    let (bare, named) = (bare(), named());
    assert!(lines(&bare).values().all(Vec::is_empty));
    let (expected, found) = (lines(&by_the_tool(&bare)), lines(&named));
    // What was allocated between the two is in one of them only.
    let both = expected.keys().filter(|address| found.contains_key(address));
    assert!(both.clone().count() > 20);
    for address in both {
        assert_eq!(found[address], expected[address], "{address:#x}");
    }
    let functions = functions_of_kept(&named);
    assert!(functions.iter().any(|name| name.ends_with("symbolize::keep_some")), "{functions:?}");
    named.validate().unwrap();
    drop(kept);
}

/// The harness may allocate a little on its own thread meanwhile.
const NOISE: i64 = 16 << 10;

#[test]
fn what_looking_up_takes_is_freed_and_does_not_show() {
    let _alone = alone();
    let file = tempfile::NamedTempFile::new().unwrap();
    let write = || heapwise::heap::write_symbolized(file.path()).unwrap();
    // The first time, what the standard library keeps for good is made.
    write();
    let before = heapwise::heap::totals().unwrap();
    let [peak, left] = ALLOC.taken_by(write);
    let after = heapwise::heap::totals().unwrap();
    println!("at most {peak} bytes for a file of {} bytes", own_size());
    assert!(peak > 0 && peak < 2 * own_size(), "{peak}");
    assert!(left.abs() < NOISE, "{left} bytes stay");
    let shown = after.alloc.bytes - before.alloc.bytes;
    assert!(shown < NOISE as u64, "{shown} bytes show");
}

fn own_size() -> i64 {
    fs::metadata(env::current_exe().unwrap()).unwrap().len() as i64
}

/// Set in a child: the program to put in its place.
const REPLACED_BY: &str = "HEAPWISE_TEST_REPLACED_BY";

#[test]
fn a_program_whose_file_was_replaced_still_has_its_own_names() {
    let _alone = alone();
    if let Some(other) = env::var_os(REPLACED_BY) {
        let own = env::current_exe().unwrap();
        fs::remove_file(&own).unwrap();
        fs::copy(other, &own).unwrap();
        let kept = keep_some();
        let functions = functions_of_kept(&named());
        assert!(
            functions.iter().any(|name| name.ends_with("symbolize::keep_some")),
            "{functions:?}"
        );
        drop(kept);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("program");
    fs::copy(env::current_exe().unwrap(), &own).unwrap();
    let test = "a_program_whose_file_was_replaced_still_has_its_own_names";
    let child =
        Command::new(&own).args([test, "--exact"]).env(REPLACED_BY, other_program()).output();
    let child = child.unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

/// Any that is not this one.
fn other_program() -> &'static Path {
    Path::new("/bin/sh")
}
